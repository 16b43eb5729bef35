import Foundation
import TestSupport
import Testing

/// Transactions that are sent before they commit, while something breaks.
@Suite struct SpoolTests {
    private static let insert = "INSERT INTO t (b) SELECT repeat('x', 50) FROM generate_series(1, 4000)"

    private func start(_ settings: [String: String] = [:]) throws -> PostgresServer {
        let server = try PostgresServer.start(
            settings: ["logical_decoding_work_mem": "64kB"].merging(settings) { $1 })
        try server.psql("CREATE TABLE t (id serial PRIMARY KEY, b text)")
        try WalbrookProcess.createSlot(server, "postgres")
        return server
    }

    @Test(.timeLimit(.minutes(5)), arguments: [false, true])
    func lostInTheMiddleTheyComeAgainWholeAndOnce(isKilled: Bool) async throws {
        try await blocking {
            let server = try start()
            let directory = try TemporaryDirectory()
            let events = directory.path("events.ndjson")
            let arguments = [
                "stream", "-d", server.conninfo(), "--streaming", "--to", "file:\(events)",
                "--status-interval", "0.1",
                "--log-level", "info",
            ]
            var process = try WalbrookProcess.start(arguments, stdout: .devNull)
            let (one, two) = (try server.session(), try server.session())
            var seed = Seed("lost in the middle")
            for round in 1...12 {
                try one.send("BEGIN; \(Self.insert)")
                try two.send("BEGIN; \(Self.insert); SAVEPOINT s; \(Self.insert); ROLLBACK TO s")
                seed.pause(0...300)
                if isKilled {
                    process.kill()
                    process = try WalbrookProcess.start(arguments, stdout: .devNull)
                } else {
                    try server.psql("SELECT pg_terminate_backend(pid) FROM pg_stat_replication")
                }
                try two.send(round % 3 == 0 ? "ROLLBACK" : "\(Self.insert); COMMIT")
                seed.pause(0...200)
                try one.send("\(Self.insert); COMMIT")
            }
            for session in [one, two] { try session.close() }
            try process.waitForStandardError(containing: " streaming ")
            process.terminate()
            try process.succeed(within: .seconds(60))
            try WalbrookProcess.start(arguments + ["--until", "now"], stdout: .devNull)
                .succeed(within: .seconds(120))
            try EventLog(events).assertPositionsStrictlyIncrease()
            try EventLog(events).assertTransactionsContiguous()
            try Oracle.verify(events: events, source: "postgres", on: server)
            try server.destroy()
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func withoutRoomForThemTheProgramSaysSoAndLosesNothing() async throws {
        try await blocking {
            let server = try start()
            let directory = try TemporaryDirectory()
            let spool = directory.path("spool")
            try FileManager.default.createDirectory(atPath: spool, withIntermediateDirectories: true)
            try server.psql("INSERT INTO t (b) VALUES ('before')")
            for _ in 1...5 { try server.psql(Self.insert) }
            let events = directory.path("events.ndjson")
            let arguments = [
                "stream", "-d", server.conninfo(), "--streaming", "--spool-dir", spool, "--until", "now",
                "--to",
                "file:\(events)",
            ]
            let limited = try WalbrookProcess.start(
                arguments, stdout: .devNull, wrapper: ["prlimit", "--fsize=100000"])
            #expect(try limited.wait(within: .seconds(60)) == .exited(74))
            #expect(limited.standardError.contains("--no-streaming"), "\(limited.standardError)")
            #expect(limited.standardError.contains(spool), "\(limited.standardError)")
            try WalbrookProcess.start(arguments, stdout: .devNull).succeed(within: .seconds(60))
            try EventLog(events).assertPositionsStrictlyIncrease()
            try Oracle.verify(events: events, source: "postgres", on: server)
            #expect(try FileManager.default.contentsOfDirectory(atPath: spool).isEmpty)
            try server.destroy()
        }
    }
}
