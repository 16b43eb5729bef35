import Foundation
import TestSupport
import Testing

/// A server that was put back to an earlier point has other events under the positions that a file holds.
@Suite struct RestoredServerTests {
    enum Growth: CaseIterable {
        /// Its log ends before what the file has.
        case none
        /// It has grown past that on the same timeline, as after the disk was put back.
        case sameTimeline
        /// It has grown past that on another timeline.
        case newTimeline
    }

    @Test(.timeLimit(.minutes(3)), arguments: Growth.allCases)
    func isRefused(growth: Growth) async throws {
        try await blocking {
            let server = try PostgresServer.start()
            let directory = try TemporaryDirectory()
            let path = directory.path("events.ndjson")
            let arguments = ["stream", "-d", server.conninfo(), "--until", "now", "--to", "file:\(path)"]
            try server.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
            try WalbrookProcess.start(arguments, stdout: .devNull).succeed()
            try server.psql("INSERT INTO t VALUES (1)")
            try WalbrookProcess.start(arguments, stdout: .devNull).succeed()
            try server.stop(.fast)
            let backup = directory.path("backup")
            try copy(server.dataDirectory, to: backup)

            try server.start()
            try server.psql("INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(2, 1000) g")
            try WalbrookProcess.start(arguments, stdout: .devNull).succeed()
            try server.stop(.fast)
            let before = try Data(contentsOf: URL(fileURLWithPath: path))

            try FileManager.default.removeItem(atPath: server.dataDirectory)
            try copy(backup, to: server.dataDirectory)
            if growth == .newTimeline {
                try server.configure(["restore_command": "false"])
                _ = FileManager.default.createFile(
                    atPath: server.dataDirectory + "/recovery.signal", contents: nil)
            }
            try server.start()
            if growth == .newTimeline {
                try eventually("it has ended its recovery") {
                    try server.psql("SELECT pg_is_in_recovery()") == "f"
                }
            }
            if growth != .none {
                // Far past what the file holds, so that the positions alone say nothing.
                try server.psql("INSERT INTO t SELECT g, repeat('y', 200) FROM generate_series(2, 20000) g")
            }
            let refused = try WalbrookProcess.start(arguments, stdout: .devNull)
            #expect(try refused.wait() == .exited(78))
            let reason =
                growth == .newTimeline
                ? "timeline 2 of the server left timeline 1 at" : "it was restored to an earlier point"
            #expect(refused.standardError.contains(reason), "\(refused.standardError)")
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == before)
            // And again, however often somebody starts it.
            try #expect(WalbrookProcess.start(arguments, stdout: .devNull).wait() == .exited(78))
            try server.destroy()
        }
    }

    /// With its owner, who is another one than the tests' when these run as root.
    private func copy(_ source: String, to target: String) throws {
        try ChildProcess.run(["cp", "-a", source, target])
    }
}
