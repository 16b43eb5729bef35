import Foundation
import TestSupport
import Testing

/// A file holds every event exactly once, in order, and each line whole, whatever is killed.
@Suite struct FileTests {
    private static let formats = ["json", "wal2json"]

    @Test(
        .timeLimit(.minutes(5)),
        arguments: [("json", nil), ("wal2json", nil), ("json", "300k")] as [(String, String?)])
    func killedAgainAndAgain(format: String, rotateSize: String?) async throws {
        let bench = try await blocking { try FileLoadBench(format: format, rotateSize: rotateSize) }
        let kills = try await Load.during(bench.server, "postgres") {
            var seed = Seed("kill -9 beside a file, \(format), rotated at \(rotateSize ?? "no size")")
            var kills = 0
            for round in 1...(rotateSize == nil ? 50 : 15) {
                let before = try bench.writtenBytes()
                let process = try bench.start()
                // Every other time not before it writes: on a busy machine it may take long to come to that.
                if round % 2 == 0 {
                    try eventually("it writes") {
                        try bench.writtenBytes() != before || !process.isRunning
                    }
                    seed.pause(0...150)
                } else {
                    seed.pause(10...400)
                }
                guard process.isRunning else { throw TestFailure(process.standardError) }
                process.kill()
                if try bench.writtenBytes() != before { kills += 1 }
            }
            return kills
        }
        #expect(kills >= (rotateSize == nil ? 25 : 7), "it was killed while it wrote \(kills) times")
        try await blocking {
            try bench.start(["--until", "now"]).succeed()
            try bench.verify()
        }
    }

    @Test(.timeLimit(.minutes(5)), arguments: formats)
    func throughCrashesOfTheServer(format: String) async throws {
        let bench = try await blocking { try FileLoadBench(format: format) }
        let process = try await blocking { try bench.start() }
        try await Load.during(bench.server, "postgres") {
            var seed = Seed("crashes of the server beside a file, \(format)")
            for _ in 1...10 {
                let before = try bench.writtenBytes()
                try eventually("it writes") { try bench.writtenBytes() != before || !process.isRunning }
                seed.pause(0...600)
                try bench.server.kill()
                try bench.server.start()
            }
        }
        try await blocking {
            process.terminate()
            try process.succeed()
            try bench.start(["--until", "now"]).succeed()
            try bench.verify()
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
