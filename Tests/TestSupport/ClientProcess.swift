internal import Foundation
internal import Glibc

/// A program that talks to a subscribers' port: what is said goes to its standard input, what it prints to a file.
package final class ClientProcess: Sendable {
    private let child: ChildProcess
    private let scratch: TemporaryDirectory
    private let input: Descriptor

    package init(_ command: [String], environment: [String: String] = [:]) throws {
        scratch = try TemporaryDirectory()
        let (ours, theirs) = try Descriptor.socketPair()
        input = ours
        child = try ChildProcess(
            command, environment: ChildProcess.inheritedEnvironment(adding: environment), input: theirs,
            output: Descriptor.open(scratch.path("out"), O_WRONLY | O_CREAT | O_APPEND),
            error: Descriptor.open(scratch.path("err"), O_WRONLY | O_CREAT | O_APPEND))
    }

    package func say(_ text: String) throws {
        try input.send(Array(text.utf8))
    }

    /// Its standard input is at its end.
    package func endInput() {
        shutdown(input.number, Int32(SHUT_WR))
    }

    package var output: String {
        get throws { try text(ofFile: scratch.path("out")) }
    }

    package var error: String {
        get throws { try text(ofFile: scratch.path("err")) }
    }

    package func signal(_ number: Int32) {
        child.signal(number)
    }

    /// Waits, blocking, for its end.
    @discardableResult package func end(within limit: Duration = .seconds(30)) throws -> ExitStatus {
        try child.wait(within: limit)
    }

    /// Waits, blocking, until it has printed a text.
    package func wait(for text: String, within limit: Duration = .seconds(60)) throws {
        do {
            try eventually(within: limit, "\(child.name) prints \(text)") { try output.contains(text) }
        } catch {
            throw TestFailure("\(error)\n\(try output.suffix(1000))\n\(try self.error.suffix(1000))")
        }
    }
}
