import Foundation
import TestSupport
import Testing

/// A reader that does not read costs nothing but time: no connection, no memory, no event.
@Suite struct BlockedOutputTests {
    private static let rows = 200_000

    @Test(.timeLimit(.minutes(3)))
    func outputBlockedLongerThanTheServersTimeoutLosesNothing() async throws {
        let server = try await blocking { try PostgresServer.start(settings: ["wal_sender_timeout": "5s"]) }
        try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            let before = try server.psql("CREATE TABLE t (id int PRIMARY KEY, b text); SELECT 1")
            #expect(before == "1")
            let process = try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--log-level", "info"], stdout: .pipe)
            try process.waitForStandardError(containing: "streaming")
            let pid = try walsender(server)
            try fill(server)
            Thread.sleep(forTimeInterval: 12)
            let memory = try process.residentKiB
            #expect(try walsender(server) == pid, "the connection survived")
            #expect(memory < 40 * 1024, "memory stays flat: \(memory) KiB")
            // Everything arrives afterwards.
            let lines = try process.readLines(Self.rows, within: .seconds(60))
            #expect(lines.first?.contains("\"after\":{\"id\":1,") == true)
            #expect(lines.last?.contains("\"after\":{\"id\":\(Self.rows),") == true)
            #expect(try process.peakResidentKiB < 40 * 1024)
            process.terminate()
            try process.succeed()
            try server.destroy()
        }
    }

    @Test(.timeLimit(.minutes(3)), arguments: [false, true])
    func aFastShutdownDoesNotWaitForBlockedOutput(isNearlyEmpty: Bool) async throws {
        let server = try await blocking { try PostgresServer.start() }
        try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql("CREATE TABLE t (id int PRIMARY KEY, b text)")
            let process = try WalbrookProcess.start(["stream", "-d", server.conninfo()], stdout: .pipe)
            // Either more than everything on the way can hold, or just more than the pipe.
            try fill(server, rows: isNearlyEmpty ? 2_000 : Self.rows)
            Thread.sleep(forTimeInterval: 1)
            let start = ContinuousClock.now
            try server.stop(.fast, timeout: .seconds(30))
            let time = ContinuousClock.now - start
            #expect(time < .seconds(10), "the server stopped in \(time)")
            // And goes on when both are back.
            try server.start()
            let lines = try process.readLines(isNearlyEmpty ? 2_000 : Self.rows, within: .seconds(60))
            #expect(Set(lines.map { $0.prefix(34) }).count == lines.count, "nothing comes twice")
            process.terminate()
            try process.succeed()
            try server.destroy()
        }
    }

    /// A reader that gets on, but would need minutes for all that is on its way.
    @Test(.timeLimit(.minutes(3)))
    func aFastShutdownDoesNotWaitForSlowOutput() async throws {
        let server = try await blocking { try PostgresServer.start() }
        let process = try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql("CREATE TABLE t (id int PRIMARY KEY, b text)")
            let process = try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--log-level", "info"], stdout: .pipe)
            // One that is not there yet holds up nothing.
            try process.waitForStandardError(containing: " streaming ")
            try fill(server)
            return process
        }
        let reader = SlowReader(process)
        async let reading = blocking { try reader.readLines(Self.rows) }
        try await blocking {
            defer { reader.hurry() }
            let start = ContinuousClock.now
            try server.stop(.fast, timeout: .seconds(60))
            let time = ContinuousClock.now - start
            #expect(time < .seconds(30), "the server stopped in \(time)")
            #expect(process.standardError.contains("the server is shutting down and waits for us"))
            try server.start()
        }
        let lines = try await reading
        let inOrder = zip(lines, 1...).allSatisfy { $0.contains("\"after\":{\"id\":\($1),") }
        #expect(lines.count == Self.rows && inOrder, "each row comes once")
        try await blocking {
            process.terminate()
            try process.succeed()
            try server.destroy()
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func aReaderThatLeavesEndsItQuietly() async throws {
        let server = try await blocking { try PostgresServer.start() }
        try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql("CREATE TABLE t (id int PRIMARY KEY, b text)")
            try fill(server, rows: 5_000)
            let process = try WalbrookProcess.start(["stream", "-d", server.conninfo()], stdout: .pipe)
            _ = try process.readLines(10)
            try process.closeStandardOutput()
            try process.succeed(within: .seconds(10))
            #expect(process.standardError.isEmpty, "it says nothing: \(process.standardError)")
            // Also while nothing happens.
            let idle = try WalbrookProcess.start(["stream", "-d", server.conninfo()], stdout: .pipe)
            _ = try idle.readLines(5_000)
            try idle.closeStandardOutput()
            try idle.succeed(within: .seconds(10))
            try server.destroy()
        }
    }

    private func fill(_ server: PostgresServer, rows: Int = Self.rows) throws {
        try server.psql(
            "INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(1, \(rows)) g")
    }

    private func walsender(_ server: PostgresServer) throws -> String {
        try server.psql("SELECT pid FROM pg_stat_replication WHERE state = 'streaming' OR state = 'catchup'")
    }
}
