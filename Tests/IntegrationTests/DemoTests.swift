import Foundation
import TestSupport
import Testing

extension Integration {
    /// The shop of sql/demo.sql at work, in the hands of other people's programs.
    @Suite struct Demo {
        /// Two streams of the same day: in the native form and as CloudEvents.
        private struct Day {
            let directory: TemporaryDirectory
            let schema: [String]
            var native: String { directory.path("native") }
            var cloudEvents: String { directory.path("cloudevents") }

            init(_ database: TestDatabase) throws {
                directory = try TemporaryDirectory()
                schema = ["schema", "-d", database.server.conninfo(database: database.name)]
                let demo = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                    .appendingPathComponent("../../sql/demo.sql")
                try database.psql(String(contentsOf: demo, encoding: .utf8))
                let forms = [native: "json", cloudEvents: "cloudevents"]
                let slots = [native: database.slot, cloudEvents: database.slot + "_cloud"]
                func run(_ path: String) throws {
                    let arguments = [
                        "stream", "-d", database.server.conninfo(database: database.name), "--slot",
                        slots[path, default: ""], "--format", forms[path, default: ""], "--schema",
                        "--transactions",
                        "--until", "now",
                    ]
                    let process = try WalbrookProcess.start(arguments, stdout: .file(path))
                    let status = try process.wait()
                    guard status == .exited(0) else {
                        throw TestFailure("\(status): \(process.standardError)")
                    }
                }
                for path in forms.keys { try run(path) }
                try database.psql("CALL shop.open()")
                try database.psql("CALL shop.work(1, 25)")
                try database.psql("CALL shop.close()")
                try database.psql("SELECT pg_logical_emit_message(false, 'demo', '\\x00ff'::bytea)")
                for path in forms.keys { try run(path) }
            }
        }

        /// The SDK of the CloudEvents project reads every line, and finds the native event in it.
        @Test func cloudEventsAreRead() async throws {
            try await TestDatabase.with { database in
                let day = try Day(database)
                let report = try PythonScript(name: "read_cloudevents.py").run(day.cloudEvents, day.native)
                #expect(report.mistakes == [])
                #expect(report.summary.lines > 400)
                let system = try database.psql("SELECT system_identifier FROM pg_control_system()")
                #expect(report.summary.sources == ["postgresql:\(system)/\(database.name)"])
                let operations = [
                    "begin", "commit", "delete", "insert", "message", "schema", "truncate", "update",
                ]
                #expect(report.summary.types == operations.map { "walbrook.\($0)" })
            }
        }

        @Test func nativeEventsAreValid() async throws {
            try await TestDatabase.with { database in
                let day = try Day(database)
                let lines = try EventLog(day.native).lines()
                #expect(lines.count > 400)
                for arguments in [["schema"], day.schema] {
                    let report = try EventValidity.validate(lines, by: arguments)
                    #expect(report.mistakes == [])
                    #expect(report.summary.validated == lines.count)
                }
            }
        }
    }
}
