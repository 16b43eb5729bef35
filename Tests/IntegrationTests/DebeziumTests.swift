import Foundation
import TestSupport
import Testing

extension Integration {
    /// The same SQL was run through Debezium's connector (`scripts/golden-debezium`), and its records are kept. Each is
    /// compared with Walbrook's, field by field and to the digit.
    @Suite struct Debezium {
        @Test(
            "every record is Debezium's, but for the departures that are known",
            arguments: DebeziumDepartures.expected.keys.sorted())
        func everyRecord(name: String) async throws {
            try await TestDatabase.with { database in
                let golden = try DebeziumGolden(name)
                let runs = try Self.streams(of: golden, database)
                for (run, isStrict) in [(runs.truth, false), (runs.strict, true)] {
                    run.expect(0)
                    let columns = try DebeziumColumns(database)
                    var comparison = DebeziumComparison(columns: columns, isStrict: isStrict)
                    try comparison.compare(
                        golden: golden.records.map { try $0.normalised(database: "golden_\(name)") },
                        own: DebeziumRecord.all(run.output).map { try $0.normalised(database: database.name) }
                    )
                    // A table that says more than is true hides what comes later.
                    let expected = DebeziumDepartures.expected[name]?[isStrict ? 1 : 0] ?? []
                    #expect(comparison.departures == expected, "strict: \(isStrict)")
                }
            }
        }

        /// Streams a script's second part twice, from two slots. The server is told all that could change how it prints
        /// values, and its time zone is one in which a slip shows.
        private static func streams(
            of golden: DebeziumGolden, _ database: TestDatabase
        ) throws -> (truth: Run, strict: Run) {
            try database.psql("ALTER DATABASE \(database.name) SET timezone = 'US/Samoa'")
            try database.psql(golden.setup)
            try database.psql(
                "CREATE PUBLICATION golden FOR ALL TABLES \(golden.publicationOptions)")
            for slot in ["truth", "strict"] {
                try database.psql(
                    "SELECT pg_create_logical_replication_slot('\(database.name)_\(slot)', 'pgoutput')")
            }
            try database.psql(golden.changes)
            for setting in [
                "datestyle = 'German, DMY'", "intervalstyle = 'sql_standard'", "bytea_output = 'escape'",
                "extra_float_digits = 0", "search_path = 'pg_catalog'", "quote_all_identifiers = on",
            ] {
                try database.psql("ALTER DATABASE \(database.name) SET \(setting)")
            }
            let arguments =
                [
                    "--publication", "golden", "--no-create", "--format", "debezium", "--debezium-name",
                    "golden",
                ]
                + golden.arguments
            return (
                try database.stream(arguments + ["--slot", "\(database.name)_truth"]),
                try database.stream(arguments + ["--slot", "\(database.name)_strict", "--debezium-strict"])
            )
        }

        @Test("masks and left out columns hold, also for values that were not sent")
        func masks() async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    """
                    CREATE TABLE t (id int PRIMARY KEY, secret text, digits int[], gone text, n int);
                    ALTER TABLE t ALTER secret SET STORAGE EXTERNAL, ALTER digits SET STORAGE EXTERNAL;
                    """)
                _ = try database.stream()
                try database.psql(
                    """
                    INSERT INTO t VALUES (1, repeat('secret', 1000), array_fill(7777, ARRAY[1000]), 'gone', 1);
                    UPDATE t SET n = 2;
                    UPDATE t SET id = 2;
                    DELETE FROM t;
                    ALTER TABLE t REPLICA IDENTITY FULL;
                    INSERT INTO t VALUES (3, repeat('secret', 1000), array_fill(7777, ARRAY[1000]), 'gone', 1);
                    UPDATE t SET n = 2;
                    UPDATE t SET id = 4;
                    DELETE FROM t;
                    """)
                let run = try database.stream(
                    "--format", "debezium", "--mask", "public.t.secret=redact", "--mask",
                    "public.t.digits=sha256",
                    "--exclude-column", "*.gone")
                run.expect(0)
                #expect(run.output.count == 10)
                #expect(!run.output.contains { $0.contains("secretsecret") || $0.contains("7777") })
                #expect(!run.output.contains { $0.contains("gone") })
                #expect(run.output.filter { $0.contains("\"secret\":\"***\"") }.count == 8)
            }
        }

        @Test("flags that make no sense here are refused")
        func flags() async throws {
            try await blocking {
                try Run(["stream", "--debezium-strict"]).expect(
                    64, saying: "--debezium-strict", "--format debezium")
                try Run(["stream", "--debezium-name", "x"]).expect(64, saying: "--debezium-name")
                try Run(["stream", "--format", "debezium", "--debezium-name", ""]).expect(
                    64, saying: "a name")
                try Run(["stream", "--format", "debezium", "--schema"]).expect(64, saying: "--schema")
                try Run(["stream", "--format", "debezium", "--numeric", "number"]).expect(
                    64, saying: "--numeric")
            }
        }
    }
}

/// A script, and what Debezium's connector made of its second part.
struct DebeziumGolden: Sendable {
    let setup: String
    let changes: String
    let records: [DebeziumRecord]
    private let settings: [String: String]

    init(_ name: String) throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent().appending(
            path: "Golden/debezium/\(name)")
        let script = try String(contentsOf: path.appendingPathExtension("sql"), encoding: .utf8)
        let parts = script.components(separatedBy: "\n-- stream\n")
        guard parts.count == 2 else { throw TestFailure("\(name).sql has no two parts") }
        (setup, changes) = (parts[0], parts[1])
        settings = Dictionary(
            script.matches(of: /-- (config|publish): (.*)/).map { (String($0.1), String($0.2)) }
        ) { $0 + "," + $1 }
        let lines = try String(contentsOf: path.appendingPathExtension("ndjson"), encoding: .utf8)
        // A tombstone is a record for the broker, and has no value.
        records = try DebeziumRecord.all(lines.split(separator: "\n").map { String($0) }, in: "value")
    }

    var publicationOptions: String { settings["publish"].map { "WITH (\($0))" } ?? "" }

    /// What the connector's settings are to Walbrook.
    var arguments: [String] {
        let config = settings["config"] ?? ""
        return (config.contains("provide.transaction.metadata=true") ? ["--transactions"] : [])
            + (config.contains("skipped.operations=none") ? [] : ["--op", "insert,update,delete,message"])
    }
}
