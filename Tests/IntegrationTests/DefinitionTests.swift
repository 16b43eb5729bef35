import Foundation
import TestSupport
import Testing

extension Integration {
    /// Changes of definitions in the stream, and the scripts for the database.
    @Suite struct Definitions {
        /// The text of a script, as it stands.
        private static func script(_ name: String) throws -> String {
            let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
                .deletingLastPathComponent()
            return try String(contentsOf: root.appendingPathComponent("sql/\(name)"), encoding: .utf8)
        }

        @Test func theyStandBetweenTheRows() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                try database.psql(Self.script("ddl_events.sql"))
                _ = try database.stream()
                try database.psql(
                    """
                    BEGIN; INSERT INTO t VALUES (1); ALTER TABLE t ADD COLUMN a text DEFAULT 'x';
                    INSERT INTO t VALUES (2, 'y'); ALTER TABLE t RENAME a TO b; ALTER TABLE t DROP COLUMN b;
                    INSERT INTO t VALUES (3); COMMIT;
                    """)
                let run = try database.stream("--transactions")
                run.expect(0)
                let parts = run.output.map { line in
                    line.firstMatch(of: /"(?:tag|after)":(.*)}$/).map { String($0.1) } ?? "-"
                }
                #expect(
                    parts == [
                        "-", #"{"id":1}"#,
                        #""ALTER TABLE","objects":[{"type": "table", "schema": "public", "identity": "public.t"}]"#,
                        #"{"id":2,"a":"y"}"#,
                        #""ALTER TABLE","objects":[{"type": "table column", "schema": "public", "identity": "public.t.b"}]"#,
                        #""ALTER TABLE","objects":[{"type": "table column", "schema": "public", "dropped": true, "#
                            + #""identity": "public.t.b"}]"#,
                        #""ALTER TABLE","objects":[{"type": "table", "schema": "public", "identity": "public.t"}]"#,
                        #"{"id":3}"#, "-",
                    ])
                #expect(Set(run.output.map { $0.prefix(26) }).count == 1, "one transaction")
            }
        }

        @Test func everyKindOfObjectHasThemAndNothingElse() async throws {
            try await TestDatabase.with { database in
                try database.psql(Self.script("ddl_events.sql"))
                _ = try database.stream()
                try database.psql(
                    """
                    CREATE TABLE a (id serial PRIMARY KEY); ALTER TABLE a RENAME TO b;
                    CREATE INDEX i ON b (id); ALTER INDEX i RENAME TO j; DROP INDEX j;
                    CREATE TYPE mood AS ENUM ('a'); ALTER TYPE mood ADD VALUE 'b'; DROP TYPE mood;
                    CREATE TEMP TABLE tmp (id int PRIMARY KEY); ALTER TABLE tmp ADD x int; DROP TABLE tmp;
                    CREATE EXTENSION hstore; CREATE VIEW v AS SELECT 1; GRANT SELECT ON b TO PUBLIC;
                    COMMENT ON TABLE b IS 'x'; DROP EXTENSION hstore; DROP TABLE b;
                    BEGIN; CREATE TABLE undone (id int); ROLLBACK;
                    """)
                let run = try database.stream("--op", "ddl")
                run.expect(0)
                let objects = run.output.map { line in
                    let tag = line.firstMatch(of: /"tag":"(.*?)"/).map { String($0.1) } ?? line
                    let names = line.matches(of: /"identity": "(.*?)"/).map { String($0.1) }
                    return ([tag] + names).joined(separator: " ")
                }
                #expect(
                    objects == [
                        "CREATE TABLE public.a public.a_pkey", "ALTER TABLE public.b",
                        "CREATE INDEX public.i",
                        "ALTER INDEX public.j", "DROP INDEX public.j", "CREATE TYPE public.mood",
                        "ALTER TYPE public.mood", "DROP TYPE public.mood", "DROP TABLE public.b",
                    ])
            }
        }

        @Test func theCommandIsThereWhenAskedFor() async throws {
            try await TestDatabase.with { database in
                try database.psql(Self.script("ddl_events.sql"))
                _ = try database.stream()
                try database.psql("CREATE TABLE a (id int PRIMARY KEY, t text DEFAULT 'secret')")
                try database.psql("ALTER DATABASE \(database.name) SET walbrook.ddl_text = on")
                try database.psql("CREATE TABLE b (id int PRIMARY KEY, t text DEFAULT 'literal')")
                let run = try database.stream()
                #expect(run.output.count == 2 && !run.output[0].contains("secret"))
                #expect(
                    run.output[1].contains(
                        #","command":"CREATE TABLE b (id int PRIMARY KEY, t text DEFAULT 'literal')"#))
            }
        }

        @Test func theyNeverBreakWhatTheUserDoes() async throws {
            try await TestDatabase.with { database in
                try database.psql(Self.script("ddl_events.sql"))
                _ = try database.stream()
                try database.psql(
                    """
                    CREATE ROLE "\(database.name)_user" LOGIN; GRANT CREATE ON SCHEMA public TO "\(database.name)_user";
                    SET ROLE "\(database.name)_user"; SET search_path = public;
                    -- What runs as a superuser must not take these for the catalog's.
                    CREATE DOMAIN pg_temp.jsonb AS jsonb CHECK (false); CREATE DOMAIN pg_temp.text AS text CHECK (false);
                    CREATE TABLE theirs (id int PRIMARY KEY);
                    RESET ROLE;
                    CREATE OR REPLACE FUNCTION walbrook.write_ddl(event pg_catalog.jsonb) RETURNS void LANGUAGE plpgsql
                        AS 'BEGIN RAISE EXCEPTION ''broken''; END';
                    CREATE TABLE made (id int PRIMARY KEY); DROP TABLE made; INSERT INTO theirs VALUES (1);
                    """)
                #expect(try database.stream().output.map { $0.contains(#""op":"ddl""#) } == [true, false])
            }
        }

        @Test(arguments: [false, true])
        func installedUpgradedAndUninstalledNothingIsLeft(hasSchema: Bool) async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY, a text)")
                if hasSchema {
                    try database.psql("CREATE SCHEMA walbrook; CREATE TABLE walbrook.other (id int)")
                }
                func dump() throws -> String {
                    // Recent versions guard against psql's commands with a random word.
                    try database.server.run(
                        tool: "pg_dump", arguments: ["--schema-only"], database: database.name
                    )
                    .split(separator: "\n", omittingEmptySubsequences: false)
                    .filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }
                    .joined(separator: "\n")
                }
                let before = try dump()
                try database.psql(Self.script("ddl_events.sql"))
                let installed = try dump()
                #expect(installed != before)
                // As an older version may have left it.
                try database.psql(
                    """
                    CREATE OR REPLACE FUNCTION walbrook.ddl_events_version() RETURNS int LANGUAGE sql AS 'SELECT 0';
                    CREATE OR REPLACE FUNCTION walbrook.write_ddl(event jsonb) RETURNS void LANGUAGE sql AS '';
                    DROP EVENT TRIGGER walbrook_drop;
                    """)
                try database.psql(Self.script("ddl_events.sql"))
                #expect(try dump() == installed)
                try database.psql(
                    "ALTER TABLE t ADD b int; ALTER TABLE t DROP b; CREATE TABLE u (); DROP TABLE u")
                for _ in 0..<2 { try database.psql(Self.script("ddl_events_uninstall.sql")) }
                #expect(try dump() == before)
            }
        }

        @Test func aRoleOfReplicationAloneStreamsWhatWasSetUpByHand() async throws {
            try await TestDatabase.with { database in
                let role = database.name + "_reader"
                try database.psql("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE unfit (id int)")
                let names = "\\set role \(role)\n\\set slot \(database.slot)\n"
                for _ in 0..<2 { try database.psql(names + Self.script("role.sql")) }
                let rights = "rolcanlogin, rolreplication, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls"
                #expect(
                    try database.psql("SELECT \(rights) FROM pg_roles WHERE rolname = '\(role)'")
                        == "t|t|f|f|f|f")
                #expect {
                    try database.psql(names + Self.script("publication.sql"))
                } throws: {
                    "\($0)".contains("ALTER TABLE unfit REPLICA IDENTITY FULL;")
                }
                #expect(try database.publications.isEmpty && database.slots.isEmpty)
                try database.psql("DROP TABLE unfit")
                for _ in 0..<2 { try database.psql(names + Self.script("publication.sql")) }
                try database.psql("INSERT INTO t VALUES (1)")
                let run = try database.stream("--no-create", user: role)
                run.expect(0)
                #expect(run.changes == [#"insert public.t {"id":1}"#])
            }
        }

        @Test func onlySomeTablesArePublishedByHand() async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    """
                    CREATE TABLE "A ""b" (id int PRIMARY KEY) PARTITION BY RANGE (id);
                    CREATE TABLE part PARTITION OF "A ""b" DEFAULT; CREATE TABLE other (id int);
                    """)
                let role = database.name + "_reader"
                try database.psql("\\set role \(role)\n" + Self.script("role.sql"))
                let names =
                    #"\set tables '"A ""b"'"# + "\n\\set slot \(database.slot)\n\\set publication chosen\n"
                try database.psql(names + Self.script("publication.sql"))
                try database.psql(#"INSERT INTO "A ""b" VALUES (1); INSERT INTO other VALUES (1)"#)
                let run = try database.stream("--no-create", "--publication", "chosen", user: role)
                #expect(run.changes == [#"insert public.A \"b {"id":1}"#])
            }
        }
    }
}
