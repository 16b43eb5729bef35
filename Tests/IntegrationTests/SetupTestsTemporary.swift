import Foundation
import TestSupport
import Testing

extension Integration {
    /// A temporary slot looks at the stream and leaves nothing behind.
    @Suite(.serialized) struct Temporary {
        private static let schema =
            "CREATE TABLE t (id int PRIMARY KEY); CREATE PUBLICATION walbrook FOR ALL TABLES"

        @Test func leavesNothingBehind() async throws {
            try await TestDatabase.with { database in
                try database.psql(Self.schema)
                let process = try database.startStreaming("--temporary")
                try database.psql("INSERT INTO t VALUES (1)")
                #expect(try process.readLines(1).first?.hasSuffix(#""after":{"id":1}}"#) == true)
                let slots = "SELECT temporary FROM pg_replication_slots WHERE database = current_database()"
                #expect(try database.psql(slots) == "t")
                process.terminate()
                let run = try Run(endOf: process)
                run.expect(0)
                #expect(!run.error.contains("created"))
                try eventually("the slot is gone") { try database.slots.isEmpty }
            }
        }

        @Test func leavesNothingBehindWhenItIsKilled() async throws {
            try await TestDatabase.with { database in
                try database.psql(Self.schema)
                let process = try database.startStreaming("--temporary")
                process.kill()
                // The server notices when it next sends something.
                try eventually("the slot is gone") {
                    try database.psql("INSERT INTO t SELECT coalesce(max(id), 0) + 1 FROM t")
                    return try database.slots.isEmpty
                }
            }
        }

        @Test func makesNoPublication() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let run = try database.stream("--temporary")
                run.expect(78, saying: "there is no publication walbrook", "creates none")
                #expect(try database.publications.isEmpty && database.slots.isEmpty)
                try database.psql(run.remedy)
                try database.stream("--temporary").expect(0)
                try eventually("the slot is gone") { try database.slots.isEmpty }
            }
        }

        @Test func endsWithTheConnection() async throws {
            try await TestDatabase.with { database in
                try database.psql(Self.schema)
                let process = try database.startStreaming("--temporary")
                try database.psql("INSERT INTO t VALUES (1)")
                let line = try process.readLines(1)[0]
                try database.psql(
                    """
                    SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
                     WHERE database = current_database()
                    """)
                let run = try Run(endOf: process)
                run.expect(69, saying: "the connection was lost, and the temporary slot with it")
                // One that can be given back to --until.
                let last = try #require(line.firstMatch(of: /"pos":"([0-9A-F\/]+-)/)).1
                #expect(run.error.contains(last), "\(last) is not in: \(run.error)")
                #expect(try database.slots.isEmpty)
            }
        }

        @Test func manyCanLookAtOnce() async throws {
            try await TestDatabase.with { database in
                try database.psql(Self.schema)
                let processes = try (0..<3).map { _ in try database.startStreaming("--temporary") }
                try database.psql("INSERT INTO t VALUES (1)")
                let lines = try processes.map { try $0.readLines(1)[0] }
                #expect(Set(lines).count == 1 && lines[0].hasSuffix(#""after":{"id":1}}"#))
                for process in processes { process.terminate() }
                for process in processes { try Run(endOf: process).expect(0) }
            }
        }
    }
}
