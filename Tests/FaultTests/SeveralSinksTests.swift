import Foundation
import TestSupport
import Testing

/// Several sinks at once: each has every event, and none is hurt by what happens to another.
@Suite struct SeveralSinksTests {
    @Test(.timeLimit(.minutes(5)))
    func eachSkipsByItsOwnPosition() async throws {
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        let (first, second) = (directory.path("first.ndjson"), directory.path("second.ndjson"))
        try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try Load.prepare(server, "postgres")
        }
        let arguments = [
            "stream", "-d", server.conninfo(), "--status-interval", "0.05", "--to", "file:\(first)", "--to",
            "file:\(second)",
        ]
        try await Load.during(server, "postgres") {
            var seed = Seed("kill -9 beside two files")
            for _ in 1...15 {
                let before = try size(first)
                // The reader may read or not, and be the first one that fails.
                let process = try WalbrookProcess.start(arguments, stdout: .devNull)
                try eventually("it writes") { try size(first) != before || !process.isRunning }
                seed.pause(0...150)
                guard process.isRunning else { throw TestFailure(process.standardError) }
                process.kill()
            }
        }
        try await blocking {
            try WalbrookProcess.start(arguments + ["--until", "now"], stdout: .devNull).succeed()
            let isEqual = FileManager.default.contentsEqual(atPath: first, andPath: second)
            #expect(isEqual)
            try EventLog(first).assertPositionsStrictlyIncrease()
            try Oracle.verify(events: first, source: "postgres", on: server)
            try server.destroy()
        }
    }

    /// It gets what the slot still has, also what the others hold, and the slot waits for it.
    @Test(.timeLimit(.minutes(3)))
    func aFileThatIsAddedLaterBeginsWhereTheSlotStands() async throws {
        try await blocking {
            let bench = try Bench()
            let (first, second) = (bench.path("first.ndjson"), bench.path("second.ndjson"))
            try bench.fillWithoutConfirming(first)
            try bench.start(["--until", "now", "--to", "file:\(first)", "--to", "file:\(second)"]).succeed()
            let isEqual = FileManager.default.contentsEqual(atPath: first, andPath: second)
            #expect(isEqual)
            #expect(try EventLog(first).counts() == ["insert": Bench.rows])
            try EventLog(first).assertPositionsStrictlyIncrease()
            // Without the second one the slot goes on, and then it cannot come back: it would have a gap.
            try bench.insert(Bench.rows + 1...Bench.rows + 10)
            try bench.start(["--until", "now", "--to", "file:\(first)"]).succeed()
            let before = try Data(contentsOf: URL(fileURLWithPath: second))
            let both = try bench.start(["--until", "now", "--to", "file:\(first)", "--to", "file:\(second)"])
            #expect(try both.wait() == .exited(78))
            #expect(both.standardError.contains("somebody else moved it"))
            #expect(try Data(contentsOf: URL(fileURLWithPath: second)) == before)
            try bench.server.destroy()
        }
    }

    /// What a file has noted as confirmed is not confirmed for a pipe that has not got it yet.
    @Test(.timeLimit(.minutes(3)))
    func aPipeThatIsAddedLaterIsWaitedFor() async throws {
        try await blocking {
            let bench = try Bench()
            let first = bench.path("first.ndjson")
            try bench.fillWithoutConfirming(first)
            let both = try bench.start(
                ["--status-interval", "0.02", "--to", "file:\(first)", "--to", "stdout"], stdout: .pipe)
            var read = try both.read() ?? []
            // Many statuses later it still waits for the reader.
            Thread.sleep(forTimeInterval: 1)
            both.kill()
            while let more = try both.read(), !more.isEmpty { read += more }
            let got = read.count { $0 == UInt8(ascii: "\n") }
            #expect(got < Bench.rows, "all of it went into the pipe: \(got) lines")
            let rest = bench.path("rest.ndjson")
            try bench.start(["--until", "now"], stdout: .file(rest)).succeed()
            let again = try EventLog(rest).counts()["insert"] ?? 0
            #expect(
                got + again >= Bench.rows, "\(got) lines went into the pipe, and \(again) came after that")
            try bench.server.destroy()
        }
    }

    /// The reader of standard output leaves, or it cannot be written: the file goes on alone.
    @Test(.timeLimit(.minutes(3)), arguments: [false, true])
    func oneThatEndsLosesNothingOfTheOthers(isFull: Bool) async throws {
        try await blocking {
            let bench = try Bench()
            let first = bench.path("first.ndjson")
            let arguments = ["--to", "file:\(first)", "--to", "stdout"]
            if isFull {
                let full = try bench.start(arguments, stdout: .file("/dev/full", append: true))
                try bench.insert(1...Bench.rows)
                #expect(try full.wait() == .exited(74))
                #expect(full.standardError.contains("stdout: cannot write: no space left on the device"))
            } else {
                let piped = try bench.start(arguments, stdout: .pipe)
                try bench.insert(1...Bench.rows)
                _ = try piped.readLines(100)
                try piped.closeStandardOutput()
                try piped.succeed()
            }
            try bench.start(["--until", "now", "--to", "file:\(first)"]).succeed()
            #expect(try EventLog(first).counts() == ["insert": Bench.rows])
            try EventLog(first).assertPositionsStrictlyIncrease()
            try bench.server.destroy()
        }
    }

    /// A file without room stops all of it, and the other one is whole.
    @Test(.timeLimit(.minutes(3)))
    func aFileWithoutRoomLosesNothingOfTheOthers() async throws {
        try await blocking {
            let bench = try Bench()
            let first = bench.path("first.ndjson")
            try bench.insert(1...Bench.rows)
            let arguments = ["--to", "file:\(first)", "--to", "stdout"]
            let small = try bench.start(
                arguments, stdout: .pipe, wrapper: ["prlimit", "--fsize=300000"])
            var read: [UInt8] = []
            while let more = try small.read(), !more.isEmpty { read += more }
            #expect(try small.wait() == .exited(74))
            #expect(small.standardError.contains("file:\(first): cannot write"))
            #expect(read.last == UInt8(ascii: "\n"), "whole lines, too")
            let got = read.count { $0 == UInt8(ascii: "\n") }
            let rest = bench.path("rest.ndjson")
            try bench.start(arguments + ["--until", "now"], stdout: .file(rest)).succeed()
            #expect(try EventLog(first).counts() == ["insert": Bench.rows])
            try EventLog(first).assertPositionsStrictlyIncrease()
            #expect(try got + (EventLog(rest).counts()["insert"] ?? 0) >= Bench.rows)
            try bench.server.destroy()
        }
    }

    @Test(.timeLimit(.minutes(3)))
    func filesOfOtherDatabasesDoNotGoTogether() async throws {
        try await blocking {
            let bench = try Bench()
            let (first, second) = (bench.path("first.ndjson"), bench.path("second.ndjson"))
            try bench.start(["--until", "now", "--to", "file:\(first)"]).succeed()
            try bench.server.psql("SELECT pg_drop_replication_slot('walbrook')")
            let database = try bench.server.createDatabase()
            try WalbrookProcess.start(
                [
                    "stream", "-d", bench.server.conninfo(database: database), "--until", "now", "--to",
                    "file:\(second)",
                ], stdout: .devNull
            ).succeed()
            let both = try bench.start(["--to", "file:\(first)", "--to", "file:\(second)"])
            #expect(try both.wait() == .exited(78))
            #expect(both.standardError.contains("the sinks hold events of different databases"))
            try bench.server.destroy()
        }
    }

    private func size(_ path: String) throws -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
    }

    /// A server with a slot and a table of rows that count from 1.
    private final class Bench: Sendable {
        static let rows = 5000
        let server: PostgresServer
        private let directory: TemporaryDirectory

        init() throws {
            directory = try TemporaryDirectory()
            server = try PostgresServer.start()
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
        }

        func path(_ name: String) -> String { directory.path(name) }

        func insert(_ rows: ClosedRange<Int>) throws {
            try server.psql(
                """
                DO $$ BEGIN FOR i IN \(rows.lowerBound)..\(rows.upperBound) LOOP
                    INSERT INTO t VALUES (i, repeat('x', 50));
                    IF i % 7 = 0 THEN COMMIT; END IF;
                END LOOP; END $$
                """)
        }

        func start(
            _ arguments: [String], stdout: WalbrookProcess.Output = .devNull, wrapper: [String] = []
        ) throws -> WalbrookProcess {
            try WalbrookProcess.start(
                ["stream", "-d", server.conninfo()] + arguments, stdout: stdout, wrapper: wrapper)
        }

        /// All rows are in the file and its state, and the server has not been told.
        func fillWithoutConfirming(_ path: String) throws {
            let start = try confirmed()
            // A server that waits for word from us would be told sooner.
            let process = try WalbrookProcess.start(
                [
                    "stream", "-d", "\(server.conninfo()) options='-c wal_sender_timeout=0'",
                    "--status-interval", "600", "--to", "file:\(path)",
                ], stdout: .devNull)
            try insert(1...Self.rows)
            let last = try server.psql("SELECT pg_current_wal_flush_lsn()")
            try eventually("the state is past the last commit") { try confirmed(in: path, isPast: last) }
            process.kill()
            #expect(try EventLog(path).counts() == ["insert": Self.rows])
            #expect(try confirmed() == start)
        }

        private func confirmed() throws -> String {
            try server.psql("SELECT confirmed_flush_lsn FROM pg_replication_slots")
        }

        private func confirmed(in path: String, isPast lsn: String) throws -> Bool {
            let state = try? Data(contentsOf: URL(fileURLWithPath: path + ".walbrook"))
            let confirmed = String(decoding: state ?? Data(), as: UTF8.self).split(separator: "\n")
                .filter { $0.hasPrefix("confirmed ") }.map { $0.dropFirst("confirmed ".count) }
            return try confirmed.contains { try server.psql("SELECT '\($0)' >= '\(lsn)'::pg_lsn") == "t" }
        }
    }
}
