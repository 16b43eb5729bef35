/// The SQL that makes, changes and compares the tables of a family.
///
/// `trip.FAMILY` has for each type T a column of T, one of T[], and one of a domain over each of them; then a
/// row type made of all of those, a list of it, and a domain over it. `trip."FAMILY without key"` has some of
/// its rows under REPLICA IDENTITY FULL, and each `trip."key of T"` a primary key of one type.
struct RoundTripTables {
    let family: String
    let types: [RoundTripType]
    /// The server's.
    let version: Int
    /// How many random values there are of each type, after the edges.
    let values: Int

    private var main: String { "trip." + quoted(family) }
    private var whole: String { "trip." + quoted(family + " without key") }
    private var keys: [RoundTripType] { types.filter(\.isKey) }
    private let rowColumns = ["\"row\"", "\"row[]\"", "\"of row\""]
    private var rowType: String { quoted("row of " + family) }
    private func key(_ type: RoundTripType) -> String { "trip." + quoted("key of " + type.name) }

    /// A column, or a field of the row type.
    private struct Column {
        let name: String
        let type: String
        /// What it is filled from.
        let source: String
        /// The same, as a field.
        let field: String
    }

    private var columns: [Column] {
        types.flatMap { type in
            let (own, list) = (quoted(type.name), quoted(type.name + "[]"))
            let (domain, listDomain) = (quoted("of " + type.name), quoted("of \(type.name)[]"))
            let field = type.element.replacing("%@", with: own)
            return [
                Column(name: own, type: type.name, source: own, field: field),
                Column(name: list, type: type.name + "[]", source: list, field: list),
                Column(
                    name: domain, type: domain, source: "CASE WHEN id % 5 = 0 THEN \(own) END", field: field),
                Column(name: listDomain, type: listDomain, source: list, field: list),
            ]
        }
    }

    // MARK: Definitions

    var definitions: String {
        let fields = list(columns) { "\($0.name) \($0.type)" }
        let domains = types.map { type in
            """
            CREATE DOMAIN \(quoted("of " + type.name)) AS \(type.name);
            CREATE DOMAIN \(quoted("of \(type.name)[]")) AS \(type.name)[];
            """
        }
        return """
            CREATE SCHEMA trip;
            \(domains.joined(separator: "\n"))
            CREATE TYPE \(rowType) AS (\(fields));
            CREATE DOMAIN \(quoted("of row")) AS \(rowType);
            CREATE TABLE \(main) (
                id int PRIMARY KEY, \(fields),
                "row" \(rowType), "row[]" \(rowType)[], "of row" \(quoted("of row")));
            CREATE TABLE \(whole) (LIKE \(main));
            ALTER TABLE \(whole) REPLICA IDENTITY FULL;
            \(list(keys, separator: "\n") { "CREATE TABLE \(key($0)) (k \($0.name) PRIMARY KEY, id int);" })
            """
    }

    /// Makes room for the replay: empty tables of the same types under the same names.
    var copies: String {
        let tables = [main, whole] + keys.map(key)
        return "ALTER SCHEMA trip RENAME TO original; CREATE SCHEMA trip;\n"
            + tables.map { "CREATE TABLE \($0) (LIKE \(original($0)) INCLUDING ALL);" }.joined(
                separator: "\n")
    }

    // MARK: Changes

    var changes: String {
        let edges = types.map { $0.edges(on: version) }
        let mostEdges = edges.map(\.count).max() ?? 0
        let ownValues = list(Array(zip(types, edges))) { type, edges in
            """
            (CASE WHEN id <= \(edges.count) THEN (ARRAY[\(list(edges, literal))]::text[])[id]::\(type.name)
                WHEN id % \(type.every) = 0 THEN (\(type.random))::\(type.name) END)::\(type.name)
                AS \(quoted(type.name))
            """
        }
        let withLists = list(types) { type in
            let (first, second) = ("v." + quoted(type.name), "w." + quoted(type.name))
            let items = [first, second].map { type.element.replacing("%@", with: $0) }
            return """
                \(first), CASE WHEN v.id <= \(mostEdges) OR v.id % 10 = 0
                    THEN random.list(\(items[0]), \(items[1]), \(type.isList)) END AS \(quoted(type.name + "[]"))
                """
        }
        return """
            CREATE TEMP TABLE value AS
                SELECT id, \(ownValues) FROM generate_series(1, \(mostEdges + values + 1)) id;
            INSERT INTO \(main)
                SELECT id, \(list(columns, \.source)), r,
                    CASE WHEN id % 3 = 0 THEN '{}' WHEN r IS NOT NULL THEN ARRAY[r, NULL, r] END, r
                FROM (SELECT *, CASE WHEN id <= \(mostEdges) OR id % 50 = 0
                        THEN ROW(\(list(columns, \.field)))::\(rowType) END AS r
                    FROM (SELECT v.id, \(withLists) FROM value v JOIN value w ON w.id = v.id + 1) v) v
                ORDER BY id;
            INSERT INTO \(whole) SELECT * FROM \(main) WHERE id <= 60 ORDER BY id;
            \(update(main, "t.id % 40 = 0")) UPDATE \(main) SET id = -id WHERE id % 41 = 0;
            DELETE FROM \(main) WHERE id % 43 = 0;
            \(update(whole, "t.id % 3 = 0")) DELETE FROM \(whole) WHERE id % 3 = 1;
            \(list(keys, separator: "\n", keyChanges))
            """
    }

    /// Gives rows the values of the next one.
    private func update(_ table: String, _ condition: String) -> String {
        let settings = list(columns.map(\.name) + rowColumns) { "\($0) = n.\($0)" }
        return "UPDATE \(table) t SET \(settings) FROM \(table) n WHERE n.id = t.id + 1 AND \(condition);"
    }

    /// Rows come, change, get the key of one that is gone, and go.
    private func keyChanges(_ type: RoundTripType) -> String {
        let (table, column) = (key(type), quoted(type.name))
        return """
            INSERT INTO \(table) SELECT DISTINCT ON (\(column)) \(column), id FROM value
                WHERE id <= 200 AND \(column) IS NOT NULL AND length(ROW(\(column))::text) < 600;
            CREATE TEMP TABLE gone AS SELECT * FROM \(table) WHERE id % 4 = 1;
            DELETE FROM \(table) WHERE id % 4 = 1;
            UPDATE \(table) t SET k = gone.k FROM gone WHERE gone.id = t.id + 1;
            UPDATE \(table) SET id = -id WHERE id % 4 = 2;
            DROP TABLE gone;
            """
    }

    // MARK: Comparison

    /// A line for each column that differs, and none when all are the same.
    func differences(by comparison: RoundTripFamily.Comparison) -> String {
        let rows = [main, whole].map { table in
            // What is compressed or not inside of a row is none of its value.
            difference(table, ["id"] + columns.map(\.name), by: comparison)
                + difference(table, rowColumns, by: comparison == .image ? .printed : comparison)
        }
        return rows.joined() + keys.map { difference(key($0), ["id", "k"], by: comparison) }.joined()
    }

    private func difference(
        _ table: String, _ columns: [String], by comparison: RoundTripFamily.Comparison
    ) -> String {
        let differences = list(columns, separator: " UNION ALL ") { column in
            """
            SELECT \(literal("\(table) \(column)")) AS place, id,
                left(o.\(column)::text, 200) AS was, left(r.\(column)::text, 200) AS now
            FROM \(original(table)) o FULL JOIN \(table) r USING (id)
            WHERE \(comparison.areDistinct("o." + column, "r." + column))
            """
        }
        return """
            SELECT format('%s: %s differ, first where id = %s: %L became %L', place, count(*), min(id),
                (array_agg(was ORDER BY id))[1], (array_agg(now ORDER BY id))[1])
            FROM (\(differences)) d GROUP BY place;

            """
    }

    // MARK: Words

    private func original(_ table: String) -> String { table.replacing("trip.", with: "original.") }

    private func quoted(_ name: String) -> String { "\"\(name.replacing("\"", with: "\"\""))\"" }

    private func literal(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }

    private func list<T>(_ items: [T], separator: String = ", ", _ text: (T) -> String) -> String {
        items.map(text).joined(separator: separator)
    }
}
