internal import Foundation

/// Compares two databases table by table and row by row.
struct TableComparison {
    let server: PostgresServer
    let source: String
    let target: String

    /// How many differing rows of a table the message shows.
    private static let shown = 6

    /// - Throws: `TestFailure` that names every table that differs.
    func compare(excluding excluded: Set<String>) throws {
        let sourceTables = try tables(of: source).filter { !excluded.contains($0.name) }
        let targetTables = try tables(of: target).filter { !excluded.contains($0.name) }
        guard sourceTables == targetTables else {
            throw TestFailure(
                "the databases have different tables: \(sourceTables.map(\.name)) in \(source), "
                    + "\(targetTables.map(\.name)) in \(target)")
        }
        let differences = try sourceTables.compactMap(difference)
        guard differences.isEmpty else {
            throw TestFailure("\(target) is not \(source):\n" + differences.joined(separator: "\n"))
        }
    }

    private struct Table: Equatable {
        /// `schema.table`, for people.
        let name: String
        let quoted: String
    }

    /// The leaves of partitioned tables are among them; unlogged tables are not, nobody streams them.
    private func tables(of database: String) throws -> [Table] {
        let names = try server.psql(
            """
            SELECT json_build_array(nspname || '.' || relname, format('%I.%I', nspname, relname))
            FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace
            WHERE relkind = 'r' AND relpersistence = 'p' AND nspname <> 'information_schema'
                AND nspname !~ '^pg_'
            ORDER BY nspname COLLATE "C", relname COLLATE "C"
            """, database: database)
        return try names.split(separator: "\n").map { line in
            let pair = try JSONDecoder().decode([String].self, from: Data(line.utf8))
            return Table(name: pair[0], quoted: pair[1])
        }
    }

    private func difference(in table: Table) throws -> String? {
        let directory = try TemporaryDirectory()
        let files = [directory.path("source"), directory.path("target")]
        try write(table, of: source, to: files[0])
        try write(table, of: target, to: files[1])
        if (try? ChildProcess.run(["cmp", "--silent"] + files)) != nil { return nil }
        // Both are sorted; what comm(1) indents stands only in the second file. `head` may end it early.
        let script = #"LC_ALL=C comm -3 --nocheck-order "$1" "$2" 2>/dev/null | head -n "$3""#
        let rows = try ChildProcess.run(["sh", "-c", script, "sh"] + files + ["\(Self.shown)"])
        let lines = rows.split(separator: "\n").map { row in
            row.hasPrefix("\t")
                ? "    only replayed:     \(row.dropFirst())" : "    only in the source: \(row)"
        }
        return (["  \(table.name) differs, first:"] + lines).joined(separator: "\n")
    }

    private func write(_ table: Table, of database: String, to path: String) throws {
        let sql = """
            COPY (SELECT (wanted.*)::text FROM ONLY \(table.quoted) AS wanted
                ORDER BY (wanted.*)::text COLLATE "C") TO STDOUT
            """
        try ChildProcess.run(
            [PostgresBinaries.path("psql")] + PostgresServer.psqlOptions,
            environment: server.environment(database), input: sql, outputPath: path)
    }
}
