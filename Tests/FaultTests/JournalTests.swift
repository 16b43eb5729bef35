import Foundation
import TestSupport
import Testing

/// A journal holds every event exactly once, whatever is killed, and can be read while it is written.
@Suite struct JournalTests {
    private static func replay(_ arguments: [String], to path: String) throws {
        try WalbrookProcess.start(["replay"] + arguments, stdout: .file(path)).succeed()
    }

    @Test(.timeLimit(.minutes(5)), arguments: ["json", "cloudevents"])
    func killedAgainAndAgain(format: String) async throws {
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        let journal = directory.path("journal")
        try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try Load.prepare(server, "postgres")
            // The same events by another slot, which nobody disturbs.
            _ = try server.psql("SELECT pg_copy_logical_replication_slot('walbrook', 'witness')")
        }
        let arguments = [
            "stream", "-d", server.conninfo(), "--status-interval", "0.05", "--format", format, "--journal",
            journal, "--journal-segment-size", "300k",
        ]
        try await Load.during(server, "postgres") {
            var seed = Seed("kill -9 beside a journal, \(format)")
            for _ in 1...20 {
                let process = try WalbrookProcess.start(arguments, stdout: .devNull)
                seed.pause(20...400)
                guard process.isRunning else { throw TestFailure(process.standardError) }
                process.kill()
            }
        }
        try await blocking {
            try WalbrookProcess.start(arguments + ["--until", "now"], stdout: .devNull).succeed()
            let (witness, whole) = (directory.path("witness.ndjson"), directory.path("whole.ndjson"))
            try WalbrookProcess.start(
                [
                    "stream", "-d", server.conninfo(), "--format", format, "--slot", "witness", "--until",
                    "now",
                ], stdout: .file(witness)
            ).succeed()
            try Self.replay([journal], to: whole)
            let isEqual = FileManager.default.contentsEqual(atPath: whole, andPath: witness)
            #expect(isEqual)
            let files = try FileManager.default.contentsOfDirectory(atPath: journal)
            #expect(files.count { $0.hasSuffix(".ndjson") } > 2)
            if format == "json" {
                try EventLog(whole).assertPositionsStrictlyIncrease()
                try Oracle.verify(events: whole, source: "postgres", on: server)
            }
            try server.destroy()
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func readWhileItIsWritten() async throws {
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        let (journal, events) = (directory.path("journal"), directory.path("events.ndjson"))
        let process = try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try Load.prepare(server, "postgres")
            return try WalbrookProcess.start(
                [
                    "stream", "-d", server.conninfo(), "--journal", journal, "--journal-segment-size", "500k",
                ], stdout: .devNull)
        }
        try await Load.during(server, "postgres") {
            try eventually("there is a journal") {
                FileManager.default.fileExists(atPath: journal + "/manifest")
            }
            for round in 1...10 {
                let path = directory.path("part\(round).ndjson")
                // Each goes on where the one before ended.
                let before = directory.path("part\(round - 1).ndjson")
                let last = round == 1 ? nil : try EventLog(before).lines().last
                let position = last.map { String($0.dropFirst(8).prefix(26)) }
                let from = position.map { ["--from", $0] } ?? []
                try eventually("there is something new") {
                    let run = try WalbrookProcess.start(["replay", journal] + from, stdout: .file(path))
                    guard try run.wait() == .exited(0) else { return false }
                    return try !EventLog(path).lines().isEmpty
                }
            }
        }
        try await blocking {
            process.terminate()
            try process.succeed()
            try Self.replay([journal], to: events)
            let parts = try (1...10).flatMap { try EventLog(directory.path("part\($0).ndjson")).lines() }
            let whole = try EventLog(events).lines()
            let isBeginning = whole.starts(with: parts)
            #expect(isBeginning && parts.count > 10)
            try server.destroy()
        }
    }

    /// What a person meets at the command line.
    @Test func replayed() async throws {
        try await blocking {
            let server = try PostgresServer.start()
            let directory = try TemporaryDirectory()
            let (journal, output) = (directory.path("journal"), directory.path("out"))
            try server.psql("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)")
            let arguments = [
                "stream", "-d", server.conninfo(), "--until", "now", "--journal", journal,
                "--journal-segment-size", "4k", "--journal-size", "100k",
            ]
            try WalbrookProcess.start(arguments, stdout: .file(output)).succeed()
            try server.psql("INSERT INTO a VALUES (1); INSERT INTO b VALUES (2); DELETE FROM a")
            try WalbrookProcess.start(arguments, stdout: .file(output)).succeed()
            #expect(try EventLog(output).lines().isEmpty, "a journal alone writes nothing to standard output")
            func replayed(_ arguments: String...) throws -> [String] {
                try Self.replay([journal] + arguments, to: output)
                return try EventLog(output).lines()
            }
            let all = try replayed()
            #expect(all.count == 3)
            let positions = all.map { String($0.dropFirst(8).prefix(26)) }
            #expect(try replayed("--from", positions[0]) == Array(all[1...]))
            #expect(try replayed("--from", String(positions[1].prefix(17))) == Array(all[1...]))
            #expect(try replayed("--to-pos", positions[1]) == Array(all[..<2]))
            #expect(try replayed("--table", "public.b") == [all[1]])
            #expect(try replayed("--exclude-table", "*.b") == [all[0], all[2]])
            #expect(try replayed("--op", "delete") == [all[2]])
            func refusal(_ arguments: [String]) throws -> (TestSupport.ExitStatus, String) {
                let process = try WalbrookProcess.start(arguments, stdout: .devNull)
                return (try process.wait(), process.standardError)
            }
            let ahead = try refusal(["replay", journal, "--from", "FFFFFFFF/00000000-00000001"])
            #expect(ahead.0 == .exited(78) && ahead.1.contains(positions[2].prefix(17)), "\(ahead.1)")
            #expect(try refusal(["replay", journal, "--from", "soon"]).0 == .exited(64))
            #expect(try refusal(["replay", directory.path]).0 == .exited(78))
            #expect(try refusal(arguments + ["--format", "wal2json"]).0 == .exited(64))
            #expect(try refusal(arguments + ["--format", "cloudevents"]).0 == .exited(78))
            // Retention, of which the log has a line.
            try server.psql("INSERT INTO a SELECT generate_series(10, 3000)")
            for id in 1...3 {
                try server.psql("INSERT INTO b SELECT generate_series(\(id)0000, \(id)2000)")
            }
            let cutting = try WalbrookProcess.start(arguments, stdout: .devNull)
            try cutting.succeed()
            #expect(cutting.standardError.contains("cut the oldest segment of the journal"))
            let gone = try refusal(["replay", journal, "--from", positions[0]])
            #expect(gone.0 == .exited(78))
            // Somebody else takes events from the slot.
            try server.psql("INSERT INTO a VALUES (5)")
            try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--until", "now"], stdout: .devNull
            ).succeed()
            #expect(try refusal(arguments).0 == .exited(78))
            try server.destroy()
        }
    }

    @Test func aFullDiskEndsItWithWholeLines() async throws {
        try await blocking {
            let server = try PostgresServer.start()
            let directory = try TemporaryDirectory()
            let (journal, output) = (directory.path("journal"), directory.path("out"))
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql(
                """
                CREATE TABLE t (id int PRIMARY KEY, v text);
                INSERT INTO t SELECT g, repeat('x', 500) FROM generate_series(1, 5000) g
                """)
            let arguments = ["stream", "-d", server.conninfo(), "--journal", journal]
            let small = try WalbrookProcess.start(
                arguments, stdout: .devNull, wrapper: ["prlimit", "--fsize=1000000"])
            #expect(try small.wait() == .exited(74))
            let reason = "journal:\(journal): cannot write: the limit of a file's size is reached"
            #expect(small.standardError.contains(reason), "\(small.standardError)")
            try WalbrookProcess.start(arguments + ["--until", "now"], stdout: .devNull).succeed()
            try Self.replay([journal], to: output)
            try EventLog(output).assertPositionsStrictlyIncrease()
            #expect(try EventLog(output).counts() == ["insert": 5000])
            try server.destroy()
        }
    }
}
