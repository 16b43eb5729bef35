import Foundation
import TestSupport
import Testing

/// At the end of the suite, every native line that its tests have read must be valid by `walbrook schema`.
struct EventValidity: SuiteTrait, TestScoping {
    var isRecursive: Bool { false }

    func provideScope(
        for test: Test, testCase: Test.Case?,
        performing function: @concurrent @Sendable () async throws -> Void
    ) async throws {
        try await function()
        let lines = EventSample.take()
        guard !lines.isEmpty else { return }
        let report = try await blocking { try Self.validate(lines, by: ["schema"]) }
        if !report.mistakes.isEmpty {
            throw TestFailure("not valid by the schema:\n" + report.mistakes.joined(separator: "\n"))
        }
    }

    /// - Parameter arguments: of the program, which then prints the schema.
    static func validate(_ lines: [String], by arguments: [String]) throws -> PythonScript.Report {
        let directory = try TemporaryDirectory()
        let (schema, events) = (directory.path("schema.json"), directory.path("events.ndjson"))
        let process = try WalbrookProcess.start(arguments, stdout: .file(schema))
        guard try process.wait() == .exited(0) else { throw TestFailure(process.standardError) }
        try Data(lines.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: events))
        let report = try PythonScript(name: "validate.py").run(schema, events)
        guard report.summary.lines == lines.count else {
            throw TestFailure("\(report.summary.lines) lines of \(lines.count)")
        }
        return report
    }
}

extension Trait where Self == EventValidity {
    /// Judges the native lines that the tests of this suite read.
    static var everyEventIsValid: Self { Self() }
}
