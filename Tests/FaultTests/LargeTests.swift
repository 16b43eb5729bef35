import Foundation
import TestSupport
import Testing

/// What must hold for much data too.
@Suite struct LargeTests {
    @Test(.timeLimit(.minutes(5)), arguments: ["--streaming", "--no-streaming"])
    func aTransactionOfAMillionRowsNeedsNoMemory(flag: String) async throws {
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        let events = directory.path("events.ndjson")
        try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql(
                """
                CREATE TABLE t (id int PRIMARY KEY, b text);
                INSERT INTO t SELECT g, 'row ' || g FROM generate_series(1, 1000000) g;
                """)
            let process = try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--transactions", flag], stdout: .file(events))
            try expectLittleMemory(process, of: server)
            let counts = try EventLog(events).counts()
            #expect(counts["insert"] == 1_000_000)
            try EventLog(events).assertPositionsStrictlyIncrease()
            try server.destroy()
        }
    }

    /// A server that is ahead can send them much faster than they are written.
    @Test(.timeLimit(.minutes(5)), arguments: [10_000, 40_000])
    func wideRowsNeedNoMemory(width: Int) async throws {
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        let events = directory.path("events.ndjson")
        try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql(
                """
                CREATE TABLE t (id int PRIMARY KEY, b text);
                INSERT INTO t SELECT g, repeat('x', \(width)) FROM generate_series(1, \(200_000_000 / width)) g;
                """)
            // What is streamed early goes to a spool.
            let process = try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--no-streaming", "--to", "file:\(events)"],
                stdout: .devNull)
            try expectLittleMemory(process, of: server)
            #expect(try EventLog(events).counts()["insert"] == 200_000_000 / width)
            try server.destroy()
        }
    }

    @Test(.timeLimit(.minutes(10)))
    func pgbenchIsRebuiltFromItsEvents() async throws {
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        let events = directory.path("events.ndjson")
        try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try Load.prepare(server, "postgres", scale: 10)
            try server.run(
                tool: "pgbench", arguments: ["-n", "-c", "4", "-j", "2", "-t", "5000"], database: "postgres")
            try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--until", "now"], stdout: .file(events)
            ).succeed(within: .seconds(120))
            let log = EventLog(events)
            try log.assertPositionsStrictlyIncrease()
            try log.assertTransactionsContiguous()
            let counts = try log.counts()
            #expect(counts["update"] == 60_000)
            #expect(counts["insert"] == 1_000_110 + 20_000)
            try Oracle.verify(events: events, source: "postgres", on: server)
            try server.destroy()
        }
    }

    /// Waits until everything is confirmed, and ends the process.
    private func expectLittleMemory(_ process: WalbrookProcess, of server: PostgresServer) throws {
        try eventually(within: .seconds(120), "everything is confirmed") {
            try server.psql(
                "SELECT confirmed_flush_lsn >= pg_current_wal_lsn() FROM pg_replication_slots") == "t"
        }
        let peak = try process.peakResidentKiB
        #expect(peak < 40 * 1024, "peak memory was \(peak) KiB")
        process.terminate()
        try process.succeed()
    }
}
