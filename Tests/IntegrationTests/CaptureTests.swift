import Foundation
import TestSupport
import Testing

extension Integration {
    /// Capture by triggers: `sql/capture.sql` and `walbrook stream --capture triggers`.
    @Suite struct Capture {
        /// The same workload by both ways: the events differ in nothing but what a trigger cannot know, and those of the
        /// triggers alone rebuild the tables.
        @Test(.timeLimit(.minutes(5)))
        func theEventsAreThoseOfReplication() async throws {
            try await TestDatabase.withServer(settings: ["track_commit_timestamp": "on"]) { database in
                let directory = try TemporaryDirectory()
                try database.psql(Wal2JSON.Workload.schema)
                let definitions = try Oracle.schema(of: database.name, on: database.server)
                try database.installCapture()
                try database.psql(
                    """
                    SELECT walbrook.capture(oid) FROM pg_class
                     WHERE relkind IN ('r', 'p') AND NOT relispartition AND oid >= 16384
                       AND relnamespace <> 'walbrook'::regnamespace
                    """)
                try database.server.psql(
                    "SELECT pg_create_logical_replication_slot('\(database.slot)', 'pgoutput')",
                    database: database.name)
                try database.psql(Wal2JSON.Workload.changes)
                // Their publication has no updates and deletes, because they have no identity.
                let others = ["keyless", "nothing", "deferred"].flatMap {
                    ["--exclude-table", "public.\($0)"]
                }
                let replicated = try database.stream(
                    ["--publication", "all_changes", "--publication", "only_inserts", "--op"]
                        + ["insert,update,delete,truncate"] + others)
                replicated.expect(0)
                let captured = try database.captured(others)
                captured.expect(0)
                #expect(replicated.output.count > 200)
                let (expected, found) = (
                    try replicated.output.map(SharedEvent.init), try captured.output.map(SharedEvent.init)
                )
                for (index, pair) in zip(expected, found).enumerated() where !pair.0.fits(pair.1) {
                    Issue.record("\(replicated.output[index])\n\(captured.output[index])")
                    break
                }
                #expect(expected.count == found.count)

                // Both rebuild the source, each but for the tables that it does not have, and but for what native events
                // do not keep: the lower bound of an array, and the newlines of json.
                try database.psql(
                    #"""
                    UPDATE made SET a = ARRAY(SELECT unnest(a)) WHERE array_lower(a, 1) <> 1;
                    UPDATE texts SET k = replace(k::text, E'\n', ' ')::json WHERE k::text LIKE E'%\n%';
                    """#)
                let excluded = Set(["keyless", "nothing", "deferred"].map { "public.\($0)" })
                for (name, run) in [("replicated", replicated), ("captured", captured)] {
                    let path = directory.path(name)
                    try Data(run.output.map { $0 + "\n" }.joined().utf8).write(to: URL(fileURLWithPath: path))
                    try Oracle.verify(
                        events: path, source: database.name, on: database.server, emptyFrom: definitions,
                        excluding: excluded.union(TestDatabase.captureTables))
                }
            }
        }

        /// What both ways tell of a change.
        struct SharedEvent {
            var members: JSONValue
            /// Columns that replication did not send.
            var unchanged: [String]

            init(_ line: String) throws {
                // Foundation does not take half of a surrogate pair, which json can hold.
                members = try JSONValue(line.replacingOccurrences(of: #"\ud800"#, with: "half"))
                unchanged = members["unchanged"]?.elements.compactMap(\.text) ?? []
                for name in ["pos", "before", "json_null_before", "unchanged", "cascade", "restart_identity"]
                {
                    members.remove(name)
                }
            }

            func fits(_ captured: SharedEvent) -> Bool {
                var other = captured.members
                if var after = other["after"] {
                    for column in unchanged { after.remove(column) }
                    other["after"] = after
                }
                return members == other
            }
        }

        /// Every kind of change, DDL between the write and the read, and tables that are gone before they are read.
        @Test func theTablesAreRebuilt() async throws {
            try await TestDatabase.with { database in
                let directory = try TemporaryDirectory()
                let path = directory.path("events.ndjson")
                try database.psql(
                    """
                    CREATE TABLE t (id int PRIMARY KEY, gone int, a text, g int GENERATED ALWAYS AS (id * 2) STORED);
                    ALTER TABLE t DROP gone;
                    CREATE TABLE plain (a int, b text);
                    CREATE TABLE part (id int, k int, v text, PRIMARY KEY (id, k)) PARTITION BY RANGE (k);
                    CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
                    CREATE TABLE part_2 (v text, k int NOT NULL, id int NOT NULL);
                    ALTER TABLE part ATTACH PARTITION part_2 FOR VALUES FROM (10) TO (20);
                    CREATE TABLE child (id int PRIMARY KEY, t int REFERENCES t ON DELETE CASCADE);
                    CREATE TABLE dropped (id int PRIMARY KEY, v text);
                    """)
                let definitions = try Oracle.schema(of: database.name, on: database.server)
                try database.installCapture("t", "plain", "part", "child", "dropped")
                try database.psql(
                    #"""
                    INSERT INTO t (id, a) VALUES (1, E'x"\\,( \n'), (2, ''), (3, NULL), (4, repeat('long "q" ', 9000));
                    UPDATE t SET id = id + 10 WHERE id > 2; DELETE FROM t WHERE id = 2;
                    INSERT INTO plain VALUES (1, 'a'), (1, 'a'), (NULL, NULL); DELETE FROM plain WHERE a IS NULL;
                    INSERT INTO part VALUES (1, 1, 'a'), (2, 11, 'b'); UPDATE part SET k = 12 WHERE id = 1; TRUNCATE part_2;
                    INSERT INTO part VALUES (3, 3, 'c');
                    INSERT INTO child VALUES (1, 1), (2, 13); DELETE FROM t WHERE id = 1;
                    BEGIN; INSERT INTO plain VALUES (99, 'gone'); ROLLBACK;
                    BEGIN; INSERT INTO plain VALUES (5, 'stays'); SAVEPOINT s;
                    INSERT INTO plain VALUES (6, 'gone'); ROLLBACK TO s; INSERT INTO plain VALUES (7, 'stays'); COMMIT;
                    SET session_replication_role = replica; INSERT INTO plain VALUES (8, 'quiet'); RESET session_replication_role;
                    INSERT INTO dropped VALUES (1, 'x');
                    """#)
                try database.captured([], to: path).expect(0)
                let lines = try EventLog(path).lines()
                #expect(!lines.contains { $0.contains("gone") || $0.contains("\"g\":") })
                try EventLog(path).assertPositionsStrictlyIncrease()
                try Oracle.verify(
                    events: path, source: database.name, on: database.server, emptyFrom: definitions,
                    excluding: TestDatabase.captureTables)
                try database.psql(
                    """
                    INSERT INTO dropped VALUES (2, 'y'); DROP TABLE dropped;
                    BEGIN; INSERT INTO plain VALUES (10, 'two'); ALTER TABLE plain ADD c int DEFAULT 7;
                    INSERT INTO plain VALUES (11, 'three', 8); ALTER TABLE plain DROP a; ALTER TABLE plain RENAME b TO bb;
                    INSERT INTO plain VALUES ('last', 9); SAVEPOINT s; ALTER TABLE plain ADD d int;
                    INSERT INTO plain VALUES ('undone', 1, 2); ROLLBACK TO s; INSERT INTO plain VALUES ('end', 3); COMMIT;
                    ALTER TABLE plain DROP c;
                    """)
                let later = try database.captured([])
                #expect(
                    later.changes == [
                        #"insert public.dropped {"id":2,"v":"y"}"#,
                        #"insert public.plain {"a":10,"b":"two"}"#,
                        #"insert public.plain {"a":11,"b":"three","c":8}"#,
                        #"insert public.plain {"bb":"last","c":9}"#,
                        #"insert public.plain {"bb":"end","c":3}"#,
                    ])
            }
        }

        /// Without any right that managed servers do not give.
        @Test func noReplicationIsNeeded() async throws {
            let settings = ["wal_level": "replica", "max_wal_senders": "0", "max_replication_slots": "0"]
            try await TestDatabase.withServer(settings: settings) { database in
                let script = try String(contentsOfFile: repository("sql/capture.sql"), encoding: .utf8)
                try database.psql(
                    """
                    CREATE ROLE owner; CREATE ROLE "A reader" LOGIN; CREATE ROLE writer;
                    REVOKE ALL ON DATABASE \(database.name) FROM PUBLIC;
                    GRANT CONNECT ON DATABASE \(database.name) TO PUBLIC;
                    GRANT CREATE ON DATABASE \(database.name) TO owner;
                    GRANT CREATE ON SCHEMA public TO owner;
                    SET ROLE owner;
                    \(script)
                    CREATE TABLE public.t (id int PRIMARY KEY, v text); GRANT ALL ON public.t TO writer;
                    SELECT walbrook.capture('public.t');
                    SET ROLE writer;
                    INSERT INTO public.t VALUES (1, 'x'); UPDATE public.t SET v = 'y'; TRUNCATE public.t;
                    """)
                let refused = try database.captured(["--retry-limit", "0"], user: "A reader")
                refused.expect(77, saying: "walbrook.allow")
                try database.psql("SET ROLE owner; " + refused.remedy)
                let run = try database.captured([], user: "A reader")
                run.expect(0)
                #expect(run.output.count == 3)
                // What a trigger cannot know is absent.
                #expect(run.output.last?.hasSuffix(#","schema":"public","table":"t"}"#) == true)
                #expect(try database.psql("SELECT count(*) FROM walbrook.changelog") == "0")
                for statement in [
                    "SELECT FROM walbrook.changelog", "DELETE FROM walbrook.batch",
                    "SELECT walbrook.capture('public.t')",
                ] {
                    #expect(throws: TestFailure.self) { try database.psql("SET ROLE writer; \(statement)") }
                }
            }
        }

        @Test func whatIsNotThereIsSaid() async throws {
            try await TestDatabase.with { database in
                try database.captured([]).expect(78, saying: "sql/capture.sql")
                try database.installCapture()
                try database.psql(
                    "CREATE OR REPLACE FUNCTION walbrook.capture_version() RETURNS int LANGUAGE sql AS 'SELECT 9'"
                )
                try database.captured([]).expect(78, saying: "version 9", "version 3")
                try Run(["stream", "--capture", "triggers", "--slot", "x"]).expect(64, saying: "--slot")
                try Run(["stream", "--poll-interval", "1"]).expect(64, saying: "--capture triggers")
            }
        }

        @Test func thereIsOneReader() async throws {
            try await TestDatabase.with { database in
                try database.installCapture()
                let first = try database.startCaptured()
                try database.captured([]).expect(75, saying: "another walbrook")
                first.terminate()
                #expect(try first.wait() == .exited(0))
            }
        }

        /// The bell wakes it, and where there is none the poll does; what was passed on is deleted, and does not come again.
        @Test func whatIsWrittenComesAtOnce() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                try database.installCapture("t")
                let bell = try database.startCaptured("--poll-interval", "3600")
                for id in 1...3 {
                    try database.psql("INSERT INTO t VALUES (\(id))")
                    #expect(try bell.readLines(1)[0].contains("\"after\":{\"id\":\(id)}"))
                }
                try eventually("what was written is deleted") {
                    try database.psql("SELECT count(*) FROM walbrook.changelog") == "0"
                }
                bell.terminate()
                #expect(try bell.wait() == .exited(0))
                try database.psql("ALTER DATABASE \(database.name) SET walbrook.bell = 'off'")
                let poll = try database.startCaptured("--poll-interval", "0.1")
                try database.psql("INSERT INTO t VALUES (4)")
                #expect(try poll.readLines(1)[0].contains("\"after\":{\"id\":4}"))
                poll.terminate()
                #expect(try poll.wait() == .exited(0))
                #expect(try database.captured([]).output.isEmpty)
            }
        }

        /// A transaction that is open while others are read comes when it has committed, whatever its ids.
        @Test func aLateCommitIsNotMissed() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                try database.installCapture("t")
                let late = try database.server.session(database: database.name)
                try late.send("BEGIN; INSERT INTO t VALUES (1)")
                try database.psql("INSERT INTO t VALUES (2)")
                let file = try TemporaryDirectory()
                let path = file.path("events.ndjson")
                try database.captured([], to: path).expect(0)
                try late.send("INSERT INTO t VALUES (3); COMMIT")
                try late.close()
                try database.captured([], to: path).expect(0)
                let after = try EventLog(path).lines().compactMap { $0.firstMatch(of: /"after":(.*)}/)?.1 }
                #expect(after == [#"{"id":2}"#, #"{"id":1}"#, #"{"id":3}"#])
                try EventLog(path).assertPositionsStrictlyIncrease()
                // Neither way goes on with what the other began.
                try Run(
                    [
                        "stream", "-d", database.server.conninfo(database: database.name), "--to",
                        "file:\(path)",
                    ]
                ).expect(78, saying: "--capture triggers")
            }
        }

        /// Somebody else read from the changelog, or it was made anew.
        @Test func gapsAreRefused() async throws {
            try await TestDatabase.with { database in
                let directory = try TemporaryDirectory()
                let path = directory.path("events.ndjson")
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                try database.installCapture("t")
                try database.psql("INSERT INTO t VALUES (1)")
                try database.captured([], to: path).expect(0)
                try database.psql("INSERT INTO t VALUES (2)")
                try database.captured([]).expect(0)
                try database.captured([], to: path).expect(78, saying: "somebody else read it")
                try database.psql(
                    "UPDATE walbrook.progress SET lsn = '0/1'; DELETE FROM walbrook.batch")
                try database.captured([], to: path).expect(78, saying: "restored to an earlier point")
            }
        }

        @Test func partitionsMadeLaterAreCovered() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE p (k int PRIMARY KEY) PARTITION BY RANGE (k)")
                try database.installCapture("p")
                try database.psql("CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10)")
                let process = try database.startCaptured()
                try database.psql("INSERT INTO p VALUES (1); TRUNCATE p1")
                #expect(try process.readLines(2).map { $0.contains(#""op":"truncate""#) } == [false, true])
                // While it runs, the first row of one shows that it is there.
                try database.psql("CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20)")
                try database.psql("INSERT INTO p VALUES (11)")
                _ = try process.readLines(1)
                try eventually("it is covered") {
                    try database.psql(
                        "SELECT count(*) FROM pg_trigger WHERE tgrelid = 'p2'::regclass AND tgname ~ 'truncate'"
                    ) == "1"
                }
                try database.psql("TRUNCATE p2")
                #expect(try process.readLines(1)[0].contains(#""op":"truncate""#))
                // One that is in use is said.
                try database.psql("CREATE TABLE p3 PARTITION OF p FOR VALUES FROM (20) TO (30)")
                let user = try database.server.session(database: database.name)
                try user.send("BEGIN; INSERT INTO p VALUES (21)")
                try database.psql("INSERT INTO p VALUES (22)")
                try process.waitForStandardError(containing: "public.p3")
                try user.send("COMMIT")
                try user.close()
                process.terminate()
                #expect(try process.wait() == .exited(0))
            }
        }

        /// Told to end within a batch, it goes on behind what it has written, also where only the reader knows what that was.
        @Test func aBatchIsLeftAndGoneOnWith() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
                try database.installCapture("t")
                try database.psql("INSERT INTO t SELECT g, repeat('x', 500) FROM generate_series(1, 6000) g")
                let process = try database.startCaptured()
                // A pipe that is not read holds it up within the batch.
                var positions = try process.readLines(2000).map { String($0.prefix(34)) }
                process.terminate()
                var rest: [UInt8] = []
                while let bytes = try process.read(), !bytes.isEmpty { rest += bytes }
                positions += rest.split(separator: UInt8(ascii: "\n")).map {
                    String(decoding: $0.prefix(34), as: UTF8.self)
                }
                #expect(try process.wait() == .exited(0))
                #expect(positions.count < 6000, "it was told to end within the batch")
                positions += try database.captured([]).output.map { String($0.prefix(34)) }
                #expect(positions.count == 6000)
                #expect(zip(positions, positions.dropFirst()).allSatisfy(<))
            }
        }

        /// `sql/ddl_events.sql` beside it, installed before or after.
        @Test(arguments: [["capture", "ddl_events"], ["ddl_events", "capture"]])
        func changesOfDefinitionsStandBetweenTheRows(scripts: [String]) async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let before = try database.dump()
                for script in scripts { try database.run("sql/\(script).sql") }
                try database.psql("SELECT walbrook.capture('t')")
                try database.captured([]).expect(0)
                try database.psql(
                    """
                    BEGIN; INSERT INTO t VALUES (1); ALTER TABLE t ADD COLUMN a text DEFAULT 'x';
                    INSERT INTO t VALUES (2, 'y'); ALTER TABLE t RENAME a TO b; INSERT INTO t VALUES (3, 'z'); COMMIT;
                    """)
                let run = try database.captured(["--transactions"])
                run.expect(0)
                let parts = run.output.map { line in
                    line.firstMatch(of: /"(?:identity|after)": ?(.*?})/).map { String($0.1) } ?? "-"
                }
                #expect(
                    parts == [
                        "-", #"{"id":1}"#, #""public.t"}"#, #"{"id":2,"a":"y"}"#, #""public.t.b"}"#,
                        #"{"id":3,"b":"z"}"#, "-",
                    ])
                try database.psql("ALTER TABLE t DROP b")
                for script in scripts { try database.run("sql/\(script)_uninstall.sql") }
                #expect(try database.dump() == before)
            }
        }

        @Test func aMessageStandsInItsTransaction() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                try database.installCapture("t")
                try database.psql(
                    """
                    BEGIN; INSERT INTO t VALUES (1); SELECT walbrook.changelog_message('p', '{"a": "é"}');
                    INSERT INTO t VALUES (2); COMMIT
                    """)
                let lines = try database.captured(["--transactions"]).output
                #expect(lines.count == 5)
                #expect(lines[2].hasSuffix(#""prefix":"p","transactional":true,"content":{"a": "é"}}"#))
                #expect(lines[4].hasSuffix(#""changes":3}"#))
            }
        }
    }
}
