import Foundation
import TestSupport
import Testing

extension Integration.Streaming {
    /// What is left out, what is masked, and what is said of tables.
    @Suite struct Selection {
        private static let people = """
            CREATE TABLE person (id int PRIMARY KEY, name text, email text, card text, notes jsonb);
            CREATE TABLE other (id int PRIMARY KEY, email text);
            """

        /// Looked for in everything that leaves the process, also its log at its most talkative.
        @Test func maskedValuesAreNowhere() async throws {
            try await blocking {
                let fixture = try Fixture(Self.people)
                try fixture.psql(
                    """
                    INSERT INTO person VALUES (1, 'Ada', 'ada@secret.example', '4111-SECRET', '{"k": "SECRET"}');
                    UPDATE person SET card = '4222-SECRET' WHERE id = 1;
                    ALTER TABLE person REPLICA IDENTITY FULL;
                    UPDATE person SET notes = 'null', email = 'bob@secret.example' WHERE id = 1;
                    DELETE FROM person; INSERT INTO other VALUES (1, 'ada@secret.example');
                    """)
                let key = fixture.directory.path("key")
                try "0123456789abcdef\n".write(toFile: key, atomically: true, encoding: .utf8)
                let run = try Run(
                    fixture.arguments + [
                        "--until", "now", "--log-level", "trace", "--mask", "*.email=sha256",
                        "--mask-key-file", key,
                        "--mask", "public.person.card=redact", "--mask", "*.notes=null", "--op",
                        "insert,update,delete",
                    ])
                #expect(run.status == .exited(0), "\(run.error)")
                #expect(run.output.count == 5)
                let everything = run.output.joined() + run.error
                #expect(!everything.lowercased().contains("secret"), "\(everything)")
                // The same address has the same digest in both tables.
                let digest = try #require(run.output[0].firstMatch(of: /"email":"([0-9a-f]{64})"/)).1
                #expect(run.output[4].contains(#""email":"\#(digest)""#))
                #expect(run.output[2].contains(#""card":"***","notes":null},"after""#))
            }
        }

        @Test func columnsAndOperationsAreLeftOut() async throws {
            try await blocking {
                let fixture = try Fixture(Self.people)
                try fixture.psql(
                    """
                    INSERT INTO person (id, name, email) VALUES (1, 'Ada', 'x'); UPDATE person SET name = 'Bob';
                    INSERT INTO other VALUES (1, 'x'); TRUNCATE other; DELETE FROM person;
                    SELECT pg_logical_emit_message(true, 'p', 'c');
                    """)
                let run = try Run(
                    fixture.arguments + [
                        "--until", "now", "--op", "insert,truncate", "--exclude-column", "*.email",
                        "--exclude-column", "public.person.?o*", "--exclude-column", "*.card",
                    ])
                #expect(
                    run.changes.map { $0.prefix(while: { $0 != "}" }) } == [
                        #"insert public.person {"id":1,"name":"Ada""#, #"insert public.other {"id":1"#,
                        run.output[2].prefix(while: { $0 != "}" }),
                    ])
                #expect(run.output[2].contains(#""op":"truncate""#))
            }
        }

        /// Each difference that DDL makes, in the middle of a transaction too, between the rows before and after it.
        @Test func definitionsFollowTheTable() async throws {
            try await blocking {
                let fixture = try Fixture(
                    "CREATE SCHEMA s; CREATE TYPE s.mood AS ENUM ('ok'); CREATE TABLE t (id int PRIMARY KEY, v varchar(20))"
                )
                try fixture.psql(
                    """
                    BEGIN; INSERT INTO t VALUES (1, 'a'); ALTER TABLE t ADD n numeric(10,2)[], ADD m s.mood;
                    INSERT INTO t VALUES (2, 'b', '{1.50}', 'ok'); ALTER TABLE t DROP m; INSERT INTO t VALUES (3); COMMIT;
                    ALTER TABLE t RENAME v TO w; UPDATE t SET w = 'x' WHERE id = 1;
                    ALTER TABLE t ALTER w TYPE text; INSERT INTO t VALUES (4); INSERT INTO t VALUES (5);
                    ALTER TABLE t REPLICA IDENTITY FULL; DELETE FROM t WHERE id = 5;
                    ALTER TABLE t RENAME TO u; TRUNCATE u;
                    """)
                let run = try Run(fixture.arguments + ["--until", "now", "--schema"])
                #expect(run.status == .exited(0), "\(run.error)")
                let lines = run.output.map { line in
                    let op = line.split(separator: "\"")[7]
                    guard op == "schema" else { return String(op) }
                    let identity = line.firstMatch(of: /"table":"(\w+)","replica_identity":"(\w+)"/)
                    let columns = line.matches(of: /"name":"(\w+)","type":"([^"]+)"/).map {
                        "\($0.1) \($0.2)"
                    }
                    return "\(identity?.1 ?? "?") \(identity?.2 ?? "?"): " + columns.joined(separator: ", ")
                }
                #expect(
                    lines == [
                        "t default: id integer, v character varying(20)", "insert",
                        "t default: id integer, v character varying(20), n numeric(10,2)[], m s.mood",
                        "insert",
                        "t default: id integer, v character varying(20), n numeric(10,2)[]", "insert",
                        "t default: id integer, w character varying(20), n numeric(10,2)[]", "update",
                        "t default: id integer, w text, n numeric(10,2)[]", "insert", "insert",
                        "t full: id integer, w text, n numeric(10,2)[]", "delete",
                        "u full: id integer, w text, n numeric(10,2)[]", "truncate",
                    ])
                // It stands at the position of the event it precedes.
                for (schema, event) in zip(run.output, run.output.dropFirst())
                where schema.contains(#""op":"schema""#) {
                    #expect(schema.prefix(34) == event.prefix(34))
                }
            }
        }

        @Test(
            arguments: [
                (["--mask", "*.a=blur"], "--mask"), (["--mask", "a=null"], "schema.table.column"),
                (["--exclude-column", "card"], "schema.table.column"), (["--op", "insert,"], "--op"),
                (["--op", "INSERT"], "--op"), (["--mask-key-file", "/dev/null"], "sha256"),
                (["--format", "xml"], "--format"),
            ])
        func wrongFlagsAreUsageErrors(arguments: [String], text: String) async throws {
            try await blocking {
                try Run(["stream", "-d", "host=/nonexistent"] + arguments).expect(64, saying: text)
            }
        }

        @Test func aKeyThatCannotBeUsedIsRefused() async throws {
            try await blocking {
                let mask = ["stream", "-d", "host=/nonexistent", "--mask", "*.a=sha256", "--mask-key-file"]
                try Run(mask + ["/nonexistent/key"]).expect(78, saying: "no such file", "/nonexistent/key")
                let directory = try TemporaryDirectory()
                try "short\n".write(toFile: directory.path("key"), atomically: true, encoding: .utf8)
                try Run(mask + [directory.path("key")]).expect(78, saying: "5 bytes", "openssl rand")
            }
        }
    }
}
