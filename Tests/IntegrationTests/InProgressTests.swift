import Foundation
import TestSupport
import Testing

extension Integration {
    /// Transactions that the server sends before they commit give the same lines as those it keeps until then.
    @Suite struct InProgress {
        /// With so little memory the server sends almost everything early.
        private static let settings = ["logical_decoding_work_mem": "64kB"]

        private static let schema = """
            CREATE TYPE mood AS ENUM ('sad', 'happy');
            CREATE TABLE a (id int PRIMARY KEY, v text, m mood);
            CREATE TABLE b (id int PRIMARY KEY, v text); ALTER TABLE b REPLICA IDENTITY FULL;
            ALTER TABLE b ALTER v SET STORAGE EXTERNAL;
            CREATE TABLE c (id int PRIMARY KEY); CREATE TABLE d (id int PRIMARY KEY);
            CREATE TABLE unpublished (id int PRIMARY KEY, v text);
            CREATE PUBLICATION walbrook FOR TABLE a, b, c, d;
            """

        /// Two sessions whose transactions interleave, and short ones between them.
        private static func write(_ database: TestDatabase) throws {
            let one = try database.server.session(database: database.name)
            let two = try database.server.session(database: database.name)
            func insert(_ table: String, _ from: Int, _ count: Int = 3000) -> String {
                "INSERT INTO \(table) (id, v) SELECT g, repeat('v' || g, 5) "
                    + "FROM generate_series(\(from), \(from + count - 1)) g"
            }
            try one.send("BEGIN; \(insert("a", 0))")
            try two.send("BEGIN; \(insert("b", 0)); UPDATE b SET id = id + 100000 WHERE id % 3 = 0")
            try database.psql("INSERT INTO d SELECT generate_series(1, 10)")
            try one.send("SAVEPOINT p; \(insert("a", 10_000)); ROLLBACK TO p; \(insert("a", 20_000))")
            // With a row behind it, so that it is surely not of a savepoint that is rolled back.
            try two.send(
                "SELECT pg_logical_emit_message(true, 'in', 'transaction two'); \(insert("b", 25_000, 10))")
            try one.send("SELECT pg_logical_emit_message(false, 'out', 'at once')")
            // Nested: the inner one is released into the outer one, which is rolled back.
            try two.send(
                "SAVEPOINT outside; \(insert("b", 30_000)); SAVEPOINT inside; \(insert("b", 40_000)); "
                    + "RELEASE inside; \(insert("b", 50_000)); ROLLBACK TO outside; \(insert("b", 30_000, 50))"
            )
            try one.send(
                "SAVEPOINT q; ALTER TABLE a ADD COLUMN gone int DEFAULT 5; \(insert("a", 50_000)); "
                    + "ROLLBACK TO q; \(insert("a", 60_000, 100))")
            try two.send("TRUNCATE c; DELETE FROM b WHERE id % 7 = 0; COMMIT")
            try one.send("ALTER TABLE a ADD COLUMN kept int DEFAULT 5; \(insert("a", 70_000)); COMMIT")
            // Rolled back as a whole, and with nothing left of it.
            try one.send("BEGIN; \(insert("b", 200_000)); ROLLBACK")
            try one.send("BEGIN; SAVEPOINT r; \(insert("b", 200_000)); ROLLBACK TO r; COMMIT")
            try one.send("BEGIN; \(insert("unpublished", 1, 5000)); COMMIT")
            // One subtransaction a row, every third of which is rolled back.
            try two.send(
                """
                DO $$ BEGIN FOR i IN 1..3000 LOOP BEGIN
                    INSERT INTO d VALUES (i + 1000);
                    IF i % 3 = 0 THEN RAISE division_by_zero; END IF;
                EXCEPTION WHEN division_by_zero THEN NULL; END; END LOOP; END $$
                """)
            try two.send("SELECT pg_replication_origin_create('\(database.name)')")
            try two.send("SELECT pg_replication_origin_session_setup('\(database.name)')")
            try two.send(
                "BEGIN; SELECT pg_replication_origin_xact_setup('0/ABCDEF', '2026-01-02 03:04:05Z'); "
                    + "\(insert("b", 300_000)); COMMIT")
            for session in [one, two] { try session.close() }
        }

        @Test(arguments: [
            ["--transactions", "--schema"], ["--format", "cloudevents"],
            ["--format", "wal2json", "--transactions"],
        ])
        func theLinesAreTheSame(flags: [String]) async throws {
            try await TestDatabase.withServer(settings: Self.settings) { database in
                try database.psql(Self.schema)
                let (early, late) = ("early", "late")
                for slot in [early, late] {
                    try database.psql("SELECT pg_create_logical_replication_slot('\(slot)', 'pgoutput')")
                }
                try Self.write(database)
                let arguments = flags + ["--op", "insert,update,delete,truncate,message"]
                let streamed = try database.stream(["--slot", early, "--streaming"] + arguments)
                let kept = try database.stream(["--slot", late, "--no-streaming"] + arguments)
                streamed.expect(0)
                kept.expect(0)
                #expect(kept.output.count > 15_000)
                let different = zip(streamed.output, kept.output).first { $0 != $1 }
                if let different { Issue.record("streamed \(different.0)\nkept     \(different.1)") }
                #expect(streamed.output.count == kept.output.count)
                // Else the two would be the same for another reason.
                let count = "SELECT stream_txns > 3 FROM pg_stat_replication_slots WHERE slot_name ="
                try eventually("the server counts what it streamed") {
                    try database.psql("\(count) '\(early)'") == "t"
                }
                #expect(try database.psql("\(count) '\(late)'") == "f")
                #expect(!streamed.output.contains { $0.contains("\"gone\"") })
            }
        }

        @Test("what counts as large is a few megabytes, unless somebody has chosen a size")
        func large() async throws {
            try await TestDatabase.withServer { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
                try database.psql("CREATE PUBLICATION walbrook FOR TABLE t")
                for slot in ["ours", "chosen"] {
                    try database.psql("SELECT pg_create_logical_replication_slot('\(slot)', 'pgoutput')")
                }
                // About 8 MB of changes.
                try database.psql("INSERT INTO t SELECT g, 'some words' FROM generate_series(1, 50000) g")
                try database.stream("--slot", "ours").expect(0)
                try database.psql(
                    "ALTER DATABASE \(database.name) SET logical_decoding_work_mem = '64MB'")
                try database.stream("--slot", "chosen").expect(0)
                let counts =
                    "SELECT stream_txns, total_txns > 0 FROM pg_stat_replication_slots WHERE slot_name ="
                try eventually("the server counts what it sent") {
                    try database.psql("\(counts) 'ours'") == "1|t"
                        && database.psql("\(counts) 'chosen'") == "0|t"
                }
            }
        }

        @Test("a stop in the middle of a transaction, and the rest later")
        func stopsInside() async throws {
            try await TestDatabase.withServer(settings: Self.settings) { database in
                try database.psql(Self.schema)
                for slot in ["whole", "parts"] {
                    try database.psql("SELECT pg_create_logical_replication_slot('\(slot)', 'pgoutput')")
                }
                try database.psql("INSERT INTO b SELECT g, repeat('x', 40) FROM generate_series(1, 9000) g")
                let whole = try database.stream("--slot", "whole")
                whole.expect(0)
                try #require(whole.output.count == 9000)
                let middle = try #require(whole.output[4321].firstMatch(of: /"pos":"([^"]*)"/)?.1)
                let directory = try TemporaryDirectory()
                let path = directory.path("part.ndjson")
                let flags = ["--slot", "parts", "--streaming", "--to", "file:\(path)"]
                let first = try Run(
                    ["stream", "-d", database.server.conninfo(database: database.name)] + flags
                        + ["--until", String(middle)])
                first.expect(0)
                #expect(try EventLog(path).lines() == Array(whole.output[...4321]))
                try database.stream(flags).expect(0)
                #expect(try EventLog(path).lines() == whole.output)
            }
        }

        @Test("a stop while a transaction was being made that commits later")
        func stopsBeforeTheCommit() async throws {
            try await TestDatabase.withServer(settings: Self.settings) { database in
                try database.psql(Self.schema)
                try database.psql("SELECT pg_create_logical_replication_slot('walbrook', 'pgoutput')")
                try database.psql("INSERT INTO d SELECT generate_series(1, 5)")
                let writer = try database.server.session(database: database.name)
                let rows = "INSERT INTO b SELECT g, repeat('x', 40) FROM generate_series"
                try writer.send("BEGIN; \(rows)(1, 9000) g")
                let stop = try database.psql("SELECT pg_current_wal_insert_lsn()")
                try writer.send("\(rows)(9001, 9010) g; COMMIT")
                let conninfo = database.server.conninfo(database: database.name)
                let early = try Run(["stream", "-d", conninfo, "--streaming", "--until", stop])
                early.expect(0)
                #expect(early.output.count == 5)
                let rest = try database.stream("--slot", "walbrook", "--streaming")
                rest.expect(0)
                #expect(rest.output.count == 9010)
            }
        }

        @Test(
            "logical messages behind a savepoint that is rolled back, and a new start in the middle of the transaction"
        )
        func messagesThatAreRolledBack() async throws {
            try await TestDatabase.withServer(settings: Self.settings) { database in
                try database.psql(Self.schema)
                for slot in ["early", "late", "parts"] {
                    try database.psql("SELECT pg_create_logical_replication_slot('\(slot)', 'pgoutput')")
                }
                func rows(_ from: Int) -> String {
                    "INSERT INTO b SELECT g, repeat('x', 40) FROM generate_series(\(from), \(from + 2999)) g"
                }
                func message(_ text: String) -> String {
                    "SELECT pg_logical_emit_message(true, 'out', '\(text)')"
                }
                try database.psql(
                    """
                    BEGIN; \(message("kept")); \(rows(0)); SAVEPOINT a; \(rows(10_000)); ROLLBACK TO a; \(rows(20_000));
                    SAVEPOINT b; \(message("gone")); \(message("gone")); \(rows(30_000)); ROLLBACK TO b; \(rows(40_000));
                    SAVEPOINT c; \(message("gone")); ROLLBACK TO c; \(message("kept")); \(rows(50_000)); COMMIT;
                    INSERT INTO d SELECT generate_series(1, 5);
                    """)
                let late = try database.stream("--slot", "late", "--no-streaming")
                late.expect(0)
                try #require(late.output.count == 12_007)
                let early = try database.stream("--slot", "early", "--streaming", "--log-level", "info")
                early.expect(0, saying: "savepoint")
                #expect(early.output == late.output)

                let directory = try TemporaryDirectory()
                let path = directory.path("part.ndjson")
                let middle = try #require(late.output[7000].firstMatch(of: /"pos":"([^"]*)"/)?.1)
                let flags = ["--slot", "parts", "--streaming", "--to", "file:\(path)"]
                let first = try Run(
                    ["stream", "-d", database.server.conninfo(database: database.name)] + flags
                        + ["--until", String(middle)])
                first.expect(0)
                try database.stream(flags).expect(0)
                #expect(try EventLog(path).lines() == late.output)
            }
        }

        @Test func aSpoolDirectoryThatIsNotThereIsSaidAtTheStart() async throws {
            try await TestDatabase.with { database in
                let run = try database.stream("--streaming", "--spool-dir", "/is/not/there")
                run.expect(78, saying: "/is/not/there", "--spool-dir", "--no-streaming")
                #expect(try database.slots.isEmpty, "nothing is made before that")
            }
        }
    }
}
