import Foundation
import TestSupport
import Testing

extension Integration {
    /// `sql/capture.sql` and `sql/capture_uninstall.sql`, exactly as the files stand.
    @Suite struct CaptureScripts {
        /// Installed, used, upgraded, used again and removed, they leave what was there before, byte for byte.
        @Test(arguments: [1, 2])
        func nothingIsLeft(upgradingFrom version: Int) async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    """
                    CREATE TABLE t (id int PRIMARY KEY, v text);
                    CREATE TABLE p (k int, v text) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF p FOR VALUES IN (1);
                    """)
                let before = try database.dump()
                try database.run("Tests/IntegrationTests/Golden/capture/version-\(version).sql")
                try database.psql(
                    """
                    CREATE ROLE "\(database.name)_reader" LOGIN; SELECT walbrook.allow('\(database.name)_reader');
                    SELECT walbrook.capture('t'), walbrook.capture('p');
                    INSERT INTO t VALUES (1, 'old'); INSERT INTO p VALUES (1, 'old');
                    """)
                #expect(try database.psql("SELECT walbrook.capture_version()") == "\(version)")
                try database.captured([]).expect(78, saying: "version \(version)", "sql/capture.sql")
                try database.installCapture()
                try database.installCapture()
                #expect(try database.psql("SELECT walbrook.capture('t'), walbrook.capture('p')") == "0|0")
                try database.psql(
                    "INSERT INTO t VALUES (2, 'new'); SELECT walbrook.changelog_message('a', 'b')")
                // Who was allowed to read the older one still is.
                let run = try database.captured([], user: "\(database.name)_reader")
                run.expect(0)
                #expect(run.output.count == 4)
                try database.psql(
                    "SELECT walbrook.release('p'); INSERT INTO p VALUES (1, 'free'); TRUNCATE p")
                #expect(try database.captured([]).output.isEmpty)
                try database.psql("SELECT walbrook.capture('p'); INSERT INTO t VALUES (3, 'unread')")
                try database.run("sql/capture_uninstall.sql")
                #expect(try database.dump() == before)
                #expect(throws: TestFailure.self) { try database.run("sql/capture_uninstall.sql") }
            }
        }

        @Test func aNewerVersionIsNotReplaced() async throws {
            try await TestDatabase.with { database in
                try database.installCapture()
                try database.psql(
                    "CREATE OR REPLACE FUNCTION walbrook.capture_version() RETURNS int LANGUAGE sql AS 'SELECT 9'"
                )
                #expect(throws: TestFailure.self) { try database.installCapture() }
                #expect(try database.psql("SELECT walbrook.capture_version()") == "9")
            }
        }

        /// Settings of the session that writes change no text, and nothing that it can make or forge does.
        @Test func whoWritesDecidesNothing() async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    """
                    CREATE TABLE t (id int PRIMARY KEY, d date, i interval, f float8, b bytea, r regclass, m money);
                    CREATE TABLE secret (a text);
                    CREATE ROLE "\(database.name)_writer" LOGIN; GRANT ALL ON t TO "\(database.name)_writer";
                    """)
                try database.installCapture("t", "secret")
                let writer = try database.server.session(database: database.name)
                try writer.send(
                    """
                    SET ROLE "\(database.name)_writer";
                    SET datestyle = 'German'; SET intervalstyle = 'sql_standard'; SET extra_float_digits = -5;
                    SET bytea_output = 'escape'; SET search_path = pg_catalog; SET timezone = 'Asia/Tokyo';
                    SET quote_all_identifiers = on; SET walbrook.bell = 'forged'; SET walbrook.layout = '2';
                    CREATE FUNCTION pg_temp.steal(text) RETURNS bool LANGUAGE plpgsql AS
                        $$ BEGIN RAISE 'as %', current_user; END $$;
                    CREATE DOMAIN pg_temp.text AS text CHECK (pg_temp.steal(value));
                    CREATE DOMAIN pg_temp.oid AS oid CHECK (false);
                    CREATE DOMAIN pg_temp.jsonb AS jsonb CHECK (false);
                    CREATE TEMP TABLE pg_class (oid oid); CREATE TEMP TABLE pg_attribute (attrelid oid);
                    """)
                // Every lock that the program takes and a writer can take, too.
                try writer.send(
                    "SELECT pg_advisory_lock(1463904833, 0), pg_advisory_lock(1463904833, 1)")
                try writer.send(
                    """
                    INSERT INTO public.t VALUES (1, '2026-11-23', '1 day', 0.30000000000000004, '\\x00ff', 'public.t', '1.5')
                    """)
                let run = try database.captured([])
                run.expect(0)
                #expect(
                    run.changes == [
                        #"insert public.t {"id":1,"d":"2026-11-23","i":"P1D","f":0.30000000000000004,"b":"AP8=","r":"public.t","m":"$1.50"}"#
                    ])
                for statement in [
                    "INSERT INTO walbrook.changelog (layout, op) VALUES (1, 't')",
                    "UPDATE walbrook.progress SET reader = 1", "DELETE FROM walbrook.layout",
                    "SELECT walbrook.changelog_message('a', 'b')", "SELECT walbrook.ring()",
                    "CREATE TEMP TABLE own (a text); CREATE TRIGGER a AFTER TRUNCATE ON own "
                        + "EXECUTE FUNCTION walbrook.capture_truncate()",
                ] {
                    #expect(throws: TestFailure.self, "\(statement)") {
                        try database.psql("SET ROLE \"\(database.name)_writer\"; \(statement)")
                    }
                }
                try writer.close()
            }
        }

        /// Where the catalog is seen as of a snapshot, and the table was altered since, the change is refused.
        @Test(arguments: [
            "ALTER TABLE t ADD n int", "ALTER TABLE t DROP v", "ALTER TABLE t RENAME v TO w",
            "ALTER TABLE t DROP v; ALTER TABLE t ADD v int", "ALTER TABLE t ALTER v TYPE int USING 1",
        ])
        func aSnapshotThatIsTooOldIsRefused(change: String) async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
                try database.installCapture("t")
                let old = try database.server.session(database: database.name)
                try old.send("BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT 1")
                try database.psql(change)
                #expect {
                    try old.send("INSERT INTO t (id) VALUES (2)")
                } throws: {
                    "\($0)".contains("could not serialize access")
                }
                // Without that, such transactions are captured like others, also with changes of their own.
                try database.psql(
                    """
                    BEGIN ISOLATION LEVEL SERIALIZABLE; INSERT INTO t (id) VALUES (3), (4); ALTER TABLE t ADD last text;
                    UPDATE t SET last = 'x' WHERE id = 3; DELETE FROM t WHERE id = 3; COMMIT
                    """)
                let run = try database.captured([])
                run.expect(0)
                #expect(run.changes.count == 4)
                #expect(run.changes.last?.contains(#""last":"x""#) == true)
            }
        }
    }
}

/// A file of the repository that this file was compiled from.
func repository(_ path: String, from file: String = #filePath) -> String {
    var root = URL(fileURLWithPath: file)
    for _ in 0..<3 { root.deleteLastPathComponent() }
    return root.appendingPathComponent(path).path
}

extension TestDatabase {
    static let captureTables: Set<String> = [
        "walbrook.changelog", "walbrook.layout", "walbrook.batch", "walbrook.progress",
    ]

    /// Installs `sql/capture.sql`, and captures tables.
    func installCapture(_ tables: String...) throws {
        try run("sql/capture.sql")
        for table in tables { try psql("SELECT walbrook.capture('\(table)')") }
    }

    func run(_ script: String) throws {
        try server.run(
            tool: "psql", arguments: ["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f", repository(script)],
            database: name)
    }

    /// What pg_dump makes of the database, but for the key that it draws anew each time.
    func dump() throws -> String {
        try server.run(tool: "pg_dump", arguments: ["--schema-only"], database: name)
            .split(separator: "\n", omittingEmptySubsequences: false)
            .filter { !$0.hasPrefix("\\restrict") && !$0.hasPrefix("\\unrestrict") }.joined(separator: "\n")
    }

    private func capturing(_ user: String) -> [String] {
        ["stream", "-d", server.conninfo(database: name, user: user), "--capture", "triggers"]
    }

    /// Streams what triggers have captured until now.
    func captured(_ arguments: [String], user: String = "postgres", to path: String? = nil) throws -> Run {
        let target = path.map { ["--to", "file:\($0)"] } ?? []
        return try Run(capturing(user) + ["--until", "now"] + target + arguments)
    }

    /// Starts a stream of what triggers capture, and waits until it runs.
    func startCaptured(_ arguments: String...) throws -> WalbrookProcess {
        let process = try WalbrookProcess.start(
            capturing("postgres") + ["--log-level", "info"] + arguments, stdout: .pipe)
        try process.waitForStandardError(containing: " streaming ")
        return process
    }
}
