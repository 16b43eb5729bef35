internal import Foundation
internal import Glibc

extension ChildProcess {
    /// Marks every process of this run, so that the guard finds them when the run dies.
    static let marker = "WALBROOK_TEST_RUN"

    /// This process's environment for a child, without the PG* variables of the person who runs the tests.
    static func inheritedEnvironment(adding extra: [String: String] = [:]) throws -> [String: String] {
        var environment = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("PG") }
        environment["LC_ALL"] = "C.UTF-8"
        environment[marker] = try Scratch.directory()
        return environment.merging(extra) { $1 }
    }

    /// Runs a program to its end, blocking, and returns what it printed.
    ///
    /// The streams are files, not pipes: no amount of output or input can make it hang.
    ///
    /// - Parameter outputPath: where the output goes instead, for output that does not belong in memory.
    /// - Throws: `TestFailure` with the text of its standard error when it does not exit with 0.
    @discardableResult package static func run(
        _ command: [String], environment: [String: String] = [:], input: String = "",
        outputPath: String? = nil
    ) throws -> String {
        let scratch = try TemporaryDirectory()
        let inputPath = scratch.path("in")
        let errorPath = scratch.path("err")
        try Descriptor.open(inputPath, O_WRONLY | O_CREAT).write(Array(input.utf8))
        let child = try ChildProcess(
            command, environment: inheritedEnvironment(adding: environment),
            input: Descriptor.open(inputPath, O_RDONLY),
            output: Descriptor.open(outputPath ?? scratch.path("out"), O_WRONLY | O_CREAT | O_TRUNC),
            error: Descriptor.open(errorPath, O_WRONLY | O_CREAT))
        let status = child.wait()
        guard status == .exited(0) else {
            let error = try text(ofFile: errorPath)
            throw TestFailure("\(command.joined(separator: " ")): \(status)\n\(error.tail())")
        }
        return outputPath == nil ? try text(ofFile: scratch.path("out")) : ""
    }
}

/// The text of a file that may be growing; bytes that are not UTF-8 become U+FFFD.
func text(ofFile path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
}
