import Foundation
import TestSupport
import Testing

/// Nothing is missing and nothing comes twice, whatever happens to the server, the connection or the program.
@Suite struct RestartTests {
    @Test(.timeLimit(.minutes(5)))
    func eachEventComesOnceThroughTerminatedWalsendersAndRestarts() async throws {
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        let events = directory.path("events.ndjson")
        let process = try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try Load.prepare(server, "postgres")
            return try WalbrookProcess.start(
                ["stream", "-d", server.conninfo()], stdout: .file(events))
        }
        try await Load.during(server, "postgres") {
            var seed = Seed("terminated walsenders")
            for round in 1...20 {
                seed.pause(50...400)
                try server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_replication")
                if round % 7 == 0 { try server.restart(round == 14 ? .immediate : .fast) }
            }
        }
        try await blocking {
            let end = try server.psql("SELECT pg_current_wal_insert_lsn()")
            // A position that the stream passes only when all before it is out.
            try server.psql("CREATE TABLE done (id int PRIMARY KEY); INSERT INTO done VALUES (1)")
            try eventually("everything is confirmed") {
                try server.psql("SELECT confirmed_flush_lsn > '\(end)' FROM pg_replication_slots") == "t"
            }
            process.terminate()
            try process.succeed()
            let log = EventLog(events)
            try log.assertPositionsStrictlyIncrease()
            try log.assertTransactionsContiguous()
            try Oracle.verify(events: events, source: "postgres", on: server)
            try server.destroy()
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func killedAgainAndAgainItRepeatsOnlyWhatWasNotConfirmed() async throws {
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try Load.prepare(server, "postgres")
        }
        let arguments = ["stream", "-d", server.conninfo(), "--status-interval", "0.1"]
        let runs = try await Load.during(server, "postgres") {
            var seed = Seed("kill -9")
            var runs: [(path: String, confirmed: EventPosition)] = []
            for round in 1...10 {
                let confirmed = try confirmedPosition(server)
                let path = directory.path("run\(round).ndjson")
                let process = try WalbrookProcess.start(arguments, stdout: .file(path))
                seed.pause(100...1500)
                process.kill()
                runs.append((path, confirmed))
            }
            return runs
        }
        try await blocking {
            var runs = runs
            let confirmed = try confirmedPosition(server)
            let last = directory.path("last.ndjson")
            try WalbrookProcess.start(arguments + ["--until", "now"], stdout: .file(last)).succeed()
            runs.append((last, confirmed))
            for run in runs {
                try cutTornLine(run.path)
                try EventLog(run.path).forEachHead { head in
                    #expect(head.position >= run.confirmed, "a confirmed event came again")
                }
            }
            let merged = try EventLog.merged(runs.map(\.path))
            try merged.assertPositionsStrictlyIncrease()
            try merged.assertTransactionsContiguous()
            try Oracle.verify(events: merged.path, source: "postgres", on: server)
            try server.destroy()
        }
    }

    private func confirmedPosition(_ server: PostgresServer) throws -> EventPosition {
        let lsn = try server.psql(
            "SELECT lpad(split_part(l, '/', 1), 8, '0') || '/' || lpad(split_part(l, '/', 2), 8, '0') "
                + "FROM (SELECT confirmed_flush_lsn::text AS l FROM pg_replication_slots) s")
        return try #require(EventPosition("\(lsn)-00000000"))
    }

    /// A write of many lines may be cut in the middle by kill -9.
    private func cutTornLine(_ path: String) throws {
        var bytes = try Data(contentsOf: URL(fileURLWithPath: path))
        guard bytes.last != UInt8(ascii: "\n") else { return }
        let end = bytes.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        bytes.removeSubrange(end...)
        try bytes.write(to: URL(fileURLWithPath: path))
    }
}
