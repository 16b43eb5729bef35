import Foundation
import TestSupport
import Testing

extension Integration {
    /// What `walbrook schema` prints, judged by PyPI's jsonschema.
    @Suite struct Schemas {
        private typealias Fixture = Streaming.Fixture

        /// Tables of every replica identity, in and out of partitions, and names that are hard to say.
        private static let tables = """
            CREATE TYPE mood AS ENUM ('sad', 'o"k'); CREATE SCHEMA "a.b"; CREATE SCHEMA a;
            CREATE TABLE keyed (id int PRIMARY KEY, m mood NOT NULL, big text, j jsonb NOT NULL, amount numeric(10, 2));
            ALTER TABLE keyed ALTER big SET STORAGE EXTERNAL;
            CREATE TABLE indexed (a int NOT NULL, b text, c text PRIMARY KEY); CREATE UNIQUE INDEX i ON indexed (a);
            ALTER TABLE indexed REPLICA IDENTITY USING INDEX i;
            CREATE TABLE whole (a int, id int PRIMARY KEY, j json); ALTER TABLE whole REPLICA IDENTITY FULL;
            CREATE TABLE "a.b".c (v int PRIMARY KEY); CREATE TABLE a."b.c" (v timestamptz PRIMARY KEY);
            CREATE TABLE "Odd ""name"" /~%" ("Id" int PRIMARY KEY, "a b" text, "ö😀" int);
            CREATE TABLE generated (id int PRIMARY KEY, twice int GENERATED ALWAYS AS (id * 2) STORED);
            CREATE TABLE root (id int PRIMARY KEY, v text NOT NULL) PARTITION BY RANGE (id);
            CREATE TABLE leaf_1 PARTITION OF root FOR VALUES FROM (0) TO (100);
            CREATE TABLE leaf_2 PARTITION OF root FOR VALUES FROM (100) TO (200);
            ALTER TABLE root REPLICA IDENTITY FULL; ALTER TABLE leaf_1 REPLICA IDENTITY FULL;
            CREATE PUBLICATION walbrook FOR ALL TABLES WITH (publish_via_partition_root = true);
            """

        private static let changes = #"""
            INSERT INTO keyed SELECT g, 'sad', repeat('x', 5000), '{"n": null}', g FROM generate_series(1, 9) g;
            UPDATE keyed SET m = 'o"k', amount = NULL WHERE id < 3; UPDATE keyed SET id = id + 100 WHERE id > 7;
            UPDATE keyed SET j = 'null', big = 'short' WHERE id = 1; DELETE FROM keyed WHERE id < 5;
            INSERT INTO indexed VALUES (1, NULL, repeat('k', 2000)), (2, 'y', 'z');
            UPDATE indexed SET a = 3 WHERE a = 1; UPDATE indexed SET b = 'w'; DELETE FROM indexed;
            INSERT INTO whole VALUES (1, 2, '[1]'), (NULL, 3, 'null');
            UPDATE whole SET j = 'null' WHERE id = 2; UPDATE whole SET j = NULL; DELETE FROM whole;
            INSERT INTO "a.b".c VALUES (1); INSERT INTO a."b.c" VALUES ('infinity'), ('0044-03-15 12:00 BC');
            INSERT INTO "Odd ""name"" /~%" VALUES (1, E'a\n', 2); INSERT INTO generated VALUES (1);
            INSERT INTO root VALUES (1, 'x'), (101, 'y'); UPDATE root SET v = 'z'; UPDATE root SET id = id + 1;
            UPDATE root SET id = 150 WHERE id = 2; DELETE FROM root;
            BEGIN; SELECT pg_logical_emit_message(true, 'in', '{"a": [1, "é"]}');
            SELECT pg_logical_emit_message(false, 'out', 'text'); COMMIT;
            SELECT pg_logical_emit_message(false, 'bytes', '\xff00'::bytea);
            ALTER TABLE a."b.c" ADD w int; INSERT INTO a."b.c" VALUES ('epoch', 1); ALTER TABLE a."b.c" DROP w;
            TRUNCATE keyed, whole; TRUNCATE root CASCADE;
            """#

        /// What is asked of the stream and of the schema.
        private static let everything = ["--transactions", "--schema"]

        @Test func ofAllTablesTakesTheirEvents() async throws {
            try await blocking {
                let fixture = try Fixture(Self.tables)
                try fixture.psql(Self.changes)
                // A column that came and went is not in the catalog of now.
                let lines = try fixture.lines(Self.everything).filter { !$0.contains(#""w":1"#) }
                #expect(
                    Set(lines.map(Self.operation)) == [
                        "begin", "commit", "insert", "update", "delete", "truncate", "message", "schema",
                    ])
                let report = try fixture.validate(lines)
                #expect(report.mistakes == [])
                try fixture.expectRefusals(lines)
            }
        }

        @Test func ofEveryTypeTakesItsValues() async throws {
            try await blocking {
                let fixture = try Fixture(Streaming.Values.types)
                try fixture.psql(Streaming.Values.rows)
                let lines = try fixture.lines(Self.everything)
                #expect(lines.count > 10)
                #expect(try fixture.validate(lines).mistakes == [])
                try fixture.expectRefusals(lines)
            }
        }

        @Test func followsTheFlagsOfTheStream() async throws {
            try await blocking {
                let fixture = try Fixture(
                    """
                    CREATE TABLE n (id int PRIMARY KEY, i int8 NOT NULL, n numeric NOT NULL, b bytea, ia int8[], s text NOT NULL,
                        z text NOT NULL, h text NOT NULL, secret text); CREATE TABLE other (id int PRIMARY KEY)
                    """)
                try fixture.psql(
                    #"""
                    INSERT INTO n VALUES (1, 9007199254740993, 1.50, '\x00ff01', '{1,NULL}', 's', 'z', 'h', 'never');
                    UPDATE n SET n = 'NaN'; DELETE FROM n;
                    """#)
                let flags = [
                    "--int8", "string", "--numeric", "number", "--bytea", "hex", "--table", "public.n*",
                    "--exclude-column", "*.secret", "--mask", "*.s=redact", "--mask", "*.z=null", "--mask",
                    "*.h=sha256",
                ]
                let lines = try fixture.lines(flags)
                #expect(lines.count == 3)
                #expect(try fixture.validate(lines, flags).mistakes == [])
                // None of them is as usual but the delete, which has only a key.
                #expect(try fixture.validate(lines, []).wrongLines == [1, 2])
                #expect(try fixture.validate(lines, ["--table", "*.other"]).wrongLines == [1, 2, 3])
            }
        }

        /// A publication can leave columns out.
        @Test func followsThePublication() async throws {
            try await TestDatabase.with { database in
                // Before, there were no such lists.
                guard try Int(database.psql("SHOW server_version_num")) ?? 0 >= 150_000 else { return }
                try database.psql(
                    """
                    CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL, "It's" int);
                    CREATE PUBLICATION "It's" FOR TABLE t (id, "It's")
                    """)
                try database.stream("--publication", "It's").expect(0)
                try database.psql("INSERT INTO t VALUES (1, 2, 3)")
                let run = try database.stream("--publication", "It's")
                run.expect(0)
                let schema = ["schema", "-d", database.server.conninfo(database: database.name)]
                let fitting = try EventValidity.validate(run.output, by: schema + ["--publication", "It's"])
                #expect(run.output.count == 1 && fitting.mistakes == [])
                #expect(try EventValidity.validate(run.output, by: schema).wrongLines == [1])
            }
        }

        @Test func needsTheTablesThatWereNamed() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let schema = ["schema", "-d", database.server.conninfo(database: database.name)]
                try Run(schema + ["--table", "public.t", "--table", "public.nope"])
                    .expect(78, saying: "there is no table public.nope", "spelling of the catalog")
                try Run(schema + ["--table", "nope.*"]).expect(78, saying: "there is no such table")
                try Run(["schema", "--table", "public.t"], environment: database.server.environment).expect(
                    78)
                let environment = database.server.environment.merging(["PGDATABASE": database.name]) { $1 }
                try Run(["schema", "--table", "public.t"], environment: environment).expect(0)
                try Run(["schema", "-d", database.server.conninfo(database: "nowhere")])
                    .expect(78, saying: "the database does not exist")
            }
        }

        private static func operation(_ line: String) -> String {
            line.firstMatch(of: /"op":"(\w+)"/).map { String($0.1) } ?? line
        }
    }
}

extension Integration.Streaming.Fixture {
    /// Streams to the end of the log.
    fileprivate func lines(_ flags: [String]) throws -> [String] {
        let path = directory.path("\(UUID()).ndjson")
        let process = try WalbrookProcess.start(arguments + flags + ["--until", "now"], stdout: .file(path))
        guard try process.wait() == .exited(0) else { throw TestFailure(process.standardError) }
        return try EventLog(path).lines()
    }

    /// Judges lines by the schema of this database's tables.
    fileprivate func validate(_ lines: [String], _ flags: [String] = []) throws -> PythonScript.Report {
        try EventValidity.validate(
            lines, by: ["schema", "-d", server.conninfo(database: database)] + flags)
    }

    /// Damages a line of each kind in ways that leave it JSON; the schema must refuse every one.
    fileprivate func expectRefusals(_ lines: [String]) throws {
        let damages: [(Regex<Substring>, String)] = [
            (/"op":"\w+"/, #""op":"upsert""#), (/"pos":"[^"]+"/, #""pos":1"#),
            (/"table":"/, #""table":"no "#), (/"after":\{/, #""after":{"no such column":1,"#),
            (/"after":\{"[^"]+":[^,]+,/, #""after":{"#), (/"key":\{"[^"]+"/, #""key":{"no""#),
            (/"ts":"/, #""tz":""#), (/}$/, #","no such key":1}"#),
            (/"after":\{"\w+":\d+/, #""after":{"id":{}"#),
        ]
        var wrong: [String] = []
        var kinds: Set<String> = []
        for line in lines {
            // Operation and table, and which keys come first.
            let kind = String(line.prefix(180).filter { !$0.isNumber })
            guard kinds.insert(kind).inserted else { continue }
            for (pattern, replacement) in damages {
                let damaged = line.replacing(pattern, with: replacement, maxReplacements: 1)
                if damaged != line { wrong.append(damaged) }
            }
        }
        let report = try validate(wrong)
        let missed = wrong.indices.filter { !report.wrongLines.contains($0 + 1) }
        #expect(missed.isEmpty, "\(missed.prefix(5).map { wrong[$0] })")
        #expect(wrong.count > 3 * kinds.count)
    }
}
