import Foundation
import TestSupport
import Testing

extension Integration {
    /// What comes out of a running stream.
    @Suite struct Streaming {
        /// A database of its own with a slot, and the files of one test.
        struct Fixture: Sendable {
            let server: PostgresServer
            let database: String
            let slot: String
            let directory: TemporaryDirectory

            init(_ schema: String = "") throws {
                server = try SharedServer.current
                database = try server.createDatabase()
                slot = "s_" + database
                directory = try TemporaryDirectory()
                if !schema.isEmpty { try server.psql(schema, database: database) }
                _ = try stream("--until", "now")
            }

            var arguments: [String] {
                ["stream", "-d", server.conninfo(database: database), "--slot", slot]
            }

            /// Runs to the end and returns the lines.
            func stream(_ flags: String...) throws -> [String] {
                let path = directory.path("\(UUID()).ndjson")
                let process = try WalbrookProcess.start(arguments + flags, stdout: .file(path))
                let status = try process.wait(within: .seconds(30))
                guard status == .exited(0) else { throw TestFailure("\(status): \(process.standardError)") }
                return try EventLog(path).lines()
            }

            @discardableResult func psql(_ sql: String) throws -> String {
                try server.psql(sql, database: database)
            }
        }

        @Test func everyKindOfChangeIsRebuilt() async throws {
            try await blocking {
                let fixture = try Fixture(
                    """
                    CREATE TABLE keyed (id int PRIMARY KEY, a text, big text, j jsonb, t text[]);
                    ALTER TABLE keyed ALTER big SET STORAGE EXTERNAL;
                    CREATE TABLE indexed (a int NOT NULL, b text, UNIQUE (a));
                    ALTER TABLE indexed REPLICA IDENTITY USING INDEX indexed_a_key;
                    CREATE TABLE whole (a int, b text); ALTER TABLE whole REPLICA IDENTITY FULL;
                    CREATE TABLE "Odd ""name"".x" ("Id" int PRIMARY KEY, "a b" text, "ö😀" int);
                    CREATE TABLE child (id int PRIMARY KEY, parent int REFERENCES keyed ON DELETE CASCADE);
                    """)
                try fixture.psql(
                    """
                    INSERT INTO keyed SELECT g, 'a' || g, repeat('x', 5000), '{"n": null}', ARRAY['p', NULL, 'q,"\\']
                      FROM generate_series(1, 50) g;
                    UPDATE keyed SET a = 'changed' WHERE id % 3 = 0;
                    UPDATE keyed SET id = id + 1000 WHERE id % 5 = 0;
                    UPDATE keyed SET j = 'null' WHERE id < 5;
                    INSERT INTO child SELECT id, id FROM keyed;
                    DELETE FROM keyed WHERE id % 7 = 0;
                    INSERT INTO indexed VALUES (1, 'x'), (2, 'y'); UPDATE indexed SET a = 3 WHERE a = 1;
                    DELETE FROM indexed WHERE a = 2;
                    INSERT INTO whole VALUES (1, 'x'), (1, 'x'), (NULL, NULL);
                    UPDATE whole SET b = 'y' WHERE ctid = '(0,1)'; DELETE FROM whole WHERE a IS NULL;
                    INSERT INTO "Odd ""name"".x" VALUES (1, E'a\\nb\\t"\\\\', 2);
                    BEGIN; INSERT INTO whole VALUES (99, 'gone'); ROLLBACK;
                    BEGIN; INSERT INTO whole VALUES (5, 'stays'); SAVEPOINT s;
                    INSERT INTO whole VALUES (6, 'gone'); ROLLBACK TO s; INSERT INTO whole VALUES (7, 'stays'); COMMIT;
                    TRUNCATE child;
                    """)
                let path = fixture.directory.path("all.ndjson")
                try WalbrookProcess.start(fixture.arguments + ["--until", "now"], stdout: .file(path)).wait()
                try EventLog(path).assertPositionsStrictlyIncrease()
                try Oracle.verify(events: path, source: fixture.database, on: fixture.server)
                let lines = try EventLog(path).lines()
                #expect(!lines.contains { $0.contains("gone") }, "what was rolled back never shows")
                #expect(
                    lines.contains { $0.contains(#""unchanged":["big"]"#) && !$0.contains("xxxx") },
                    "an unchanged TOASTed value is named, not sent")
            }
        }

        @Test func theKeyOfAWholeRowIdentityIsLookedUp() async throws {
            try await blocking {
                let fixture = try Fixture(
                    """
                    CREATE TABLE whole (a int, id int PRIMARY KEY, b text);
                    ALTER TABLE whole REPLICA IDENTITY FULL;
                    """)
                try fixture.psql(
                    "INSERT INTO whole VALUES (1, 2, 'x'); UPDATE whole SET b = 'y'; DELETE FROM whole")
                let lines = try fixture.stream("--until", "now")
                #expect(lines.count == 3)
                #expect(lines.allSatisfy { $0.contains(#""table":"whole","key":{"id":2},"#) })
                #expect(lines[1].contains(#""before":{"a":1,"id":2,"b":"x"},"after":{"a":1,"id":2,"b":"y"}"#))
            }
        }

        @Test func aTableThatIsGoneFromTheCatalogIsStillStreamed() async throws {
            try await blocking {
                let fixture = try Fixture("CREATE TABLE whole (id int PRIMARY KEY, b text)")
                try fixture.psql(
                    """
                    ALTER TABLE whole REPLICA IDENTITY FULL;
                    INSERT INTO whole VALUES (1, 'x'); DELETE FROM whole; DROP TABLE whole;
                    """)
                let lines = try fixture.stream("--until", "now")
                #expect(lines.count == 2)
                #expect(lines.allSatisfy { !$0.contains("\"key\"") }, "a key that cannot be known is absent")
            }
        }

        @Test func tablesAreFilteredAndTransactionsShown() async throws {
            try await blocking {
                let fixture = try Fixture(
                    "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY); CREATE SCHEMA s; "
                        + "CREATE TABLE s.a (id int PRIMARY KEY)")
                try fixture.psql(
                    "BEGIN; INSERT INTO a VALUES (1); INSERT INTO b VALUES (2); INSERT INTO s.a VALUES (3); COMMIT"
                )
                let lines = try fixture.stream(
                    "--until", "now", "--transactions", "--table", "*.a", "--exclude-table", "s.*")
                #expect(lines.count == 3)
                #expect(lines[0].contains("-00000001\",\"op\":\"begin\""))
                // Positions and the number of changes do not depend on the filter.
                #expect(lines[1].contains("-00000002\",\"op\":\"insert\""))
                #expect(
                    lines[2].contains("-00000005\",\"op\":\"commit\"") && lines[2].contains("\"changes\":3"))
            }
        }

        @Test func terminatedItHasConfirmedEverythingItWrote() async throws {
            try await blocking {
                let fixture = try Fixture("CREATE TABLE t (id int PRIMARY KEY)")
                let process = try WalbrookProcess.start(fixture.arguments, stdout: .pipe)
                for id in 1...5 {
                    try fixture.psql("INSERT INTO t VALUES (\(id))")
                    #expect(try process.readLines(1)[0].contains("\"after\":{\"id\":\(id)}"))
                }
                process.terminate()
                #expect(try process.wait() == .exited(0))
                #expect(try fixture.stream("--until", "now").isEmpty, "nothing comes again")
            }
        }

        @Test func messagesStandWhereTheyWereWritten() async throws {
            try await blocking {
                let fixture = try Fixture("CREATE TABLE t (id int PRIMARY KEY)")
                try fixture.psql(
                    """
                    BEGIN; INSERT INTO t VALUES (1);
                    SELECT pg_logical_emit_message(true, 'in', '{"a": [1, "é"]}');
                    SELECT pg_logical_emit_message(false, 'out', 'text');
                    INSERT INTO t VALUES (2); COMMIT;
                    SELECT pg_logical_emit_message(false, 'bytes', '\\xff00'::bytea);
                    """)
                let lines = try fixture.stream("--until", "now")
                let ops = lines.map { $0.contains("\"op\":\"message\"") ? "message" : "insert" }
                #expect(ops == ["message", "insert", "message", "insert", "message"])
                #expect(
                    lines[0].hasSuffix(
                        #"-00000000","op":"message","prefix":"out","transactional":false,"content":"text"}"#))
                #expect(lines[2].hasSuffix(#""prefix":"in","transactional":true,"content":{"a": [1, "é"]}}"#))
                #expect(
                    lines[4].hasSuffix(#""prefix":"bytes","transactional":false,"content_base64":"/wA="}"#))
            }
        }
    }
}
