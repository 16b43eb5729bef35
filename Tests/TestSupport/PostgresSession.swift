internal import Foundation
internal import Glibc
internal import Synchronization

/// One connection that stays open between statements: psql, fed piece by piece.
package final class PostgresSession: Sendable {
    private let child: ChildProcess
    private let input: Mutex<Descriptor?>
    private let output: LineSource
    private let scratch: TemporaryDirectory
    private let sent = Atomic(0)

    init(_ command: [String], environment: [String: String]) throws {
        let (inner, outer) = try Descriptor.socketPair()
        let pipe = try Descriptor.pipe()
        let scratch = try TemporaryDirectory()
        child = try ChildProcess(
            command, environment: ChildProcess.inheritedEnvironment(adding: environment), input: inner,
            output: pipe.write, error: Descriptor.open(scratch.path("err"), O_WRONLY | O_CREAT))
        input = Mutex(outer)
        output = LineSource(pipe.read)
        self.scratch = scratch
    }

    /// Runs SQL and returns what it printed when it is done.
    ///
    /// - Throws: `TestFailure` with the error, after which the session is over, or when it takes too long.
    @discardableResult package func send(
        _ sql: String, within limit: Duration = .seconds(30)
    ) throws -> String {
        let mark = "-- done \(sent.add(1, ordering: .relaxed).newValue)"
        try post(sql + "\n;\n\\echo '\(mark)'")
        var lines: [String] = []
        let deadline = ContinuousClock.now + limit
        while true {
            switch try output.next(until: deadline) {
            case .line(mark): return lines.joined(separator: "\n")
            case .line(let line): lines.append(line)
            case .end: throw TestFailure("the session ended in: \(sql)\n\(standardError.tail())")
            case .timeout: throw TestFailure("after \(limit) not done: \(sql)\n\(standardError.tail())")
            }
        }
    }

    /// Hands SQL over without waiting: for a statement that will block. Later `send`s queue up behind it.
    package func post(_ sql: String) throws {
        try input.withLock { input in
            guard let input else { throw TestFailure("the session is closed") }
            try input.send(Array("\(sql)\n;\n".utf8))
        }
    }

    /// Disconnects, once all that was handed over is done; an open transaction is rolled back.
    package func close(within limit: Duration = .seconds(30)) throws {
        input.withLock { $0 = nil }
        try child.wait(within: limit)
    }

    /// Everything psql said on its standard error.
    package var standardError: String {
        (try? text(ofFile: scratch.path("err"))) ?? ""
    }
}
