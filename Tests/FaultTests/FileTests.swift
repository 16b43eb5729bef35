import Foundation
import TestSupport
import Testing

/// A file holds every event exactly once, in order, and each line whole, whatever is killed.
@Suite struct FileTests {
    @Test(.timeLimit(.minutes(5)), arguments: ["json", "wal2json"])
    func killedAgainAndAgain(format: String) async throws {
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        let path = directory.path("events.ndjson")
        try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try Load.prepare(server, "postgres")
        }
        // The same events by another slot, which nobody disturbs.
        let arguments = [
            "stream", "-d", server.conninfo(), "--status-interval", "0.05", "--format", format, "--to",
            "file:\(path)",
        ]
        try await blocking {
            _ = try server.psql("SELECT pg_copy_logical_replication_slot('walbrook', 'witness')")
        }
        try await Load.during(server, "postgres") {
            var seed = Seed("kill -9 beside a file, \(format)")
            for _ in 1...50 {
                let process = try WalbrookProcess.start(arguments, stdout: .devNull)
                seed.pause(20...400)
                guard process.isRunning else { throw TestFailure(process.standardError) }
                process.kill()
            }
        }
        try await blocking {
            try WalbrookProcess.start(arguments + ["--until", "now"], stdout: .devNull).succeed()
            let witness = directory.path("witness.ndjson")
            try WalbrookProcess.start(
                [
                    "stream", "-d", server.conninfo(), "--format", format, "--slot", "witness", "--until",
                    "now",
                ], stdout: .file(witness)
            ).succeed()
            let isEqual = FileManager.default.contentsEqual(atPath: path, andPath: witness)
            #expect(isEqual)
            if format == "json" {
                try EventLog(path).assertPositionsStrictlyIncrease()
                try Oracle.verify(events: path, source: "postgres", on: server)
            }
            try server.destroy()
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func throughCrashesOfTheServer() async throws {
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        let path = directory.path("events.ndjson")
        let process = try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try Load.prepare(server, "postgres")
            return try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--to", "file:\(path)"], stdout: .devNull)
        }
        try await Load.during(server, "postgres") {
            var seed = Seed("crashes of the server beside a file")
            for _ in 1...10 {
                seed.pause(100...800)
                try server.kill()
                try server.start()
            }
        }
        try await blocking {
            process.terminate()
            try process.succeed()
            try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--to", "file:\(path)", "--until", "now"],
                stdout: .devNull
            ).succeed()
            try EventLog(path).assertPositionsStrictlyIncrease()
            try EventLog(path).assertTransactionsContiguous()
            try Oracle.verify(events: path, source: "postgres", on: server)
            try server.destroy()
        }
    }

    /// Where no file may grow past a size, as on a full disk: whole lines, a clear end, and nothing missing after.
    @Test func aFullDiskEndsItWithWholeLines() async throws {
        try await blocking {
            let server = try PostgresServer.start()
            let directory = try TemporaryDirectory()
            let path = directory.path("events.ndjson")
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql(
                """
                CREATE TABLE t (id int PRIMARY KEY, v text);
                INSERT INTO t SELECT g, repeat('x', 500) FROM generate_series(1, 5000) g
                """)
            let arguments = ["stream", "-d", server.conninfo(), "--to", "file:\(path)"]
            let small = try WalbrookProcess.start(
                arguments, stdout: .devNull, wrapper: ["prlimit", "--fsize=1000000"])
            #expect(try small.wait() == .exited(74))
            let reason = "file:\(path): cannot write: the limit of a file's size is reached"
            #expect(small.standardError.contains(reason), "\(small.standardError)")
            let before = try Data(contentsOf: URL(fileURLWithPath: path))
            #expect(!before.isEmpty && before.last == UInt8(ascii: "\n"))
            try WalbrookProcess.start(arguments + ["--until", "now"], stdout: .devNull).succeed()
            try EventLog(path).assertPositionsStrictlyIncrease()
            #expect(try EventLog(path).counts() == ["insert": 5000])
            try server.destroy()
        }
    }

    /// Somebody else took events from the slot, or it is not the server that the file is of.
    @Test func gapsAreRefused() async throws {
        try await blocking {
            let server = try PostgresServer.start()
            let directory = try TemporaryDirectory()
            let path = directory.path("events.ndjson")
            let arguments = ["stream", "-d", server.conninfo(), "--until", "now", "--to", "file:\(path)"]
            try server.psql("CREATE TABLE t (id int PRIMARY KEY)")
            try WalbrookProcess.start(arguments, stdout: .devNull).succeed()
            try server.psql("INSERT INTO t VALUES (1)")
            try WalbrookProcess.start(arguments, stdout: .devNull).succeed()
            try server.psql("INSERT INTO t VALUES (2)")
            // Everything that happened meanwhile is in the state, so nothing is wrong so far.
            try server.psql("CHECKPOINT; SELECT pg_switch_wal()")
            try WalbrookProcess.start(arguments, stdout: .devNull).succeed()
            try server.psql("INSERT INTO t VALUES (3)")
            try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--until", "now"], stdout: .devNull
            ).succeed()
            let advanced = try WalbrookProcess.start(arguments, stdout: .devNull)
            #expect(try advanced.wait() == .exited(78))
            #expect(try EventLog(path).counts() == ["insert": 2])
            try server.psql("SELECT pg_drop_replication_slot('walbrook')")
            let dropped = try WalbrookProcess.start(arguments, stdout: .devNull)
            #expect(try dropped.wait() == .exited(78))
            #expect(dropped.standardError.contains("slot"))
            #expect(try server.psql("SELECT count(*) FROM pg_replication_slots") == "0")
            let other = try PostgresServer.start()
            let elsewhere = try WalbrookProcess.start(
                ["stream", "-d", other.conninfo(), "--until", "now", "--to", "file:\(path)"], stdout: .devNull
            )
            #expect(try elsewhere.wait() == .exited(78))
            #expect(try other.psql("SELECT count(*) FROM pg_replication_slots") == "0")
            try other.destroy()
            try server.destroy()
        }
    }
}
