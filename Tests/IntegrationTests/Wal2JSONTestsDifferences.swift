import TestSupport
import Testing

/// What one change becomes in both, where that is not the same.
struct Difference: Sendable {
    let name: String
    let change: String
    /// The lines of the plugin.
    let plugin: [String]
    /// Walbrook's.
    let own: [String]

    /// For a change of one line: what the two have in front of the difference and behind it.
    init(_ name: String, _ change: String, _ start: String, plugin: String, own: String, _ end: String) {
        self.init(name, change, plugin: [start + plugin + end], own: [start + own + end])
    }

    init(_ name: String, _ change: String, plugin: [String], own: [String]) {
        self.name = name
        self.change = change
        self.plugin = plugin
        self.own = own
    }
}

extension Integration.Wal2JSON {
    static let differingSchema = #"""
        CREATE SCHEMA "S p"; CREATE TYPE "S p".mood AS ENUM ('sad'); CREATE TYPE "S p"."Pair" AS (a int, b int);
        CREATE TABLE specials (id int PRIMARY KEY, f float4, d float8, n numeric);
        CREATE TABLE odd (id int PRIMARY KEY, m "S p".mood, p "S p"."Pair");
        CREATE TABLE generated (id int PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED);
        CREATE TABLE part (id int PRIMARY KEY) PARTITION BY RANGE (id);
        CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
        CREATE TYPE old AS ENUM ('sad'); CREATE TABLE renamed (id int PRIMARY KEY, m old);
        CREATE TABLE unpublished (id int PRIMARY KEY);
        CREATE PUBLICATION all_changes FOR TABLE specials, odd, generated, part, renamed;
        CREATE PUBLICATION only_inserts;
        """#

    /// What the plugin loses or damages, and Walbrook does not.
    static let losses = [
        Difference(
            "NaN is null", "INSERT INTO specials VALUES (1, 'NaN', 'NaN', 'NaN')",
            row("I", "specials", "columns", id(1)),
            plugin: specials("null", "null", "null"), own: specials("\"NaN\"", "\"NaN\"", "\"NaN\""), "]}"),
        Difference(
            "an infinity is null", "INSERT INTO specials VALUES (2, 'Infinity', '-Infinity', 'Infinity')",
            row("I", "specials", "columns", id(2)), plugin: specials("null", "null", "null"),
            own: specials("\"Infinity\"", "\"-Infinity\"", "\"Infinity\""), "]}"),
        Difference(
            "a type in a schema whose name needs quotes makes a line that is no JSON",
            #"INSERT INTO odd VALUES (1, 'sad', '(1,2)')"#, row("I", "odd", "columns", id(1)),
            plugin:
                #",{"name":"m","type":"S p".mood,"value":"sad"},{"name":"p","type":"S p"."Pair","value":"(1,2)"}"#,
            own: #",{"name":"m","type":"\"S p\".mood","value":"sad"},"#
                + #"{"name":"p","type":"\"S p\".\"Pair\"","value":"(1,2)"}"#, "]}"),
        Difference(
            "a message ends at its first zero byte",
            #"SELECT pg_logical_emit_message(true, 'p', '\x610062'::bytea)"#,
            #"{"action":"M","transactional":true,"prefix":"p","content":"#,
            plugin: #""a""#, own: #""a\u0000b""#, "}"),
        Difference(
            "bytes of a message that are no text make a line that is no JSON",
            #"SELECT pg_logical_emit_message(true, 'p', '\x61ff62'::bytea)"#,
            #"{"action":"M","transactional":true,"prefix":"p","content"#,
            // As this test reads the byte 0xFF.
            plugin: "\":\"a\u{FFFD}b\"", own: #"_base64":"Yf9i""#, "}"),
    ]

    /// What the plugin takes from the server's memory, and pgoutput does not send.
    static let unsent = [
        Difference(
            "a stored generated column", "INSERT INTO generated VALUES (1, 2)",
            row("I", "generated", "columns", id(1)) + #",{"name":"a","type":"integer","value":2}"#,
            plugin: #",{"name":"twice","type":"integer","value":4}"#, own: "", "]}"),
        Difference(
            "the partitioned table itself in a TRUNCATE of it", "TRUNCATE part",
            plugin: [#"{"action":"T","schema":"public","table":"part"}"#, truncatedPartition],
            own: [truncatedPartition]),
        Difference(
            "a table that is in no publication", "INSERT INTO unpublished VALUES (1)",
            plugin: [row("I", "unpublished", "columns", id(1)) + "]}"], own: []),
        Difference(
            "a type's name at the time, when it was renamed later",
            "INSERT INTO renamed VALUES (1, 'sad'); ALTER TYPE old RENAME TO new",
            row("I", "renamed", "columns", id(1)) + #",{"name":"m","type":"public."#, plugin: "old",
            own: "new",
            #"","value":"sad"}]}"#),
    ]

    private static let truncatedPartition = #"{"action":"T","schema":"public","table":"part_1"}"#

    private static func row(_ action: String, _ table: String, _ list: String, _ first: String) -> String {
        #"{"action":"\#(action)","schema":"public","table":"\#(table)","\#(list)":[\#(first)"#
    }

    private static func id(_ value: Int) -> String {
        #"{"name":"id","type":"integer","value":\#(value)}"#
    }

    private static func specials(_ float4: String, _ float8: String, _ numeric: String) -> String {
        #",{"name":"f","type":"real","value":\#(float4)},{"name":"d","type":"double precision","value":\#(float8)}"#
            + #",{"name":"n","type":"numeric","value":\#(numeric)}"#
    }

    /// The whole list of what is not the same: each change has exactly the lines that stand there.
    @Test func whatDiffersIsListed() async throws {
        try await TestDatabase.with { database in
            let comparison = try Comparison(database, Self.differingSchema)
            let differences = Self.losses + Self.unsent
            for difference in differences {
                let mark =
                    "SELECT pg_logical_emit_message(true, 'difference', $name$\(difference.name)$name$)"
                try database.psql("\(mark); \(difference.change)")
            }
            let (plugin, own) = try comparison.outputs(transactions: false)
            let (theirs, ours) = (Self.sections(of: plugin), Self.sections(of: own))
            #expect(theirs.count == differences.count && ours.count == differences.count)
            for (index, difference) in differences.enumerated() where index < min(theirs.count, ours.count) {
                #expect(theirs[index] == [Self.mark(difference.name)] + difference.plugin)
                #expect(ours[index] == [Self.mark(difference.name)] + difference.own)
            }
        }
    }

    private static func mark(_ name: String) -> String {
        #"{"action":"M","transactional":true,"prefix":"difference","content":"\#(name)"}"#
    }

    /// Cuts the lines in front of each mark.
    private static func sections(of lines: [String]) -> [[String]] {
        lines.reduce(into: []) { sections, line in
            if line.hasPrefix(#"{"action":"M","transactional":true,"prefix":"difference""#) {
                sections.append([])
            }
            sections[sections.indices.last ?? sections.startIndex].append(line)
        }
    }

    /// The plugin has a begin and a commit also for transactions that change nothing it writes, such as DDL; pgoutput
    /// sends none of those from PostgreSQL 15 on.
    @Test func emptyTransactionsAreThePluginsAlone() async throws {
        try await TestDatabase.with { database in
            let comparison = try Comparison(database, Self.differingSchema)
            try database.psql("CREATE TABLE later (id int); INSERT INTO part VALUES (1)")
            let (plugin, own) = try comparison.wholeOutputs(transactions: true)
            let row = [
                #"{"action":"B"}"#,
                #"{"action":"I","schema":"public","table":"part_1","columns":[\#(Self.id(1))]}"#,
                #"{"action":"C"}"#,
            ]
            // There may be more of them: the server's own ANALYZE is one.
            #expect(plugin.count >= row.count + 2 && plugin.withoutEmptyTransactions == row)
            let version = try database.psql("SHOW server_version_num")
            let isSilent = try #require(Int(version)) >= 150_000
            #expect((isSilent ? own : own.withoutEmptyTransactions) == row)
        }
    }

    /// The plugin's lines are in the database's encoding, Walbrook's in UTF-8.
    @Test func anyEncodingBecomesUTF8() async throws {
        try await TestDatabase.with(options: "ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0") { database in
            let comparison = try Comparison(
                database,
                """
                CREATE TABLE t (id int PRIMARY KEY, v text);
                CREATE PUBLICATION all_changes FOR TABLE t; CREATE PUBLICATION only_inserts;
                """)
            try database.psql("INSERT INTO t VALUES (1, 'caf' || chr(233))")
            let (plugin, own) = try comparison.outputs(transactions: false)
            func line(_ value: String) -> String {
                Self.row("I", "t", "columns", Self.id(1))
                    + #",{"name":"v","type":"text","value":"\#(value)"}]}"#
            }
            #expect(plugin == [line("caf\u{FFFD}")])
            #expect(own == [line("café")])
        }
    }
}
