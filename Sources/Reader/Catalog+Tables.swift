package import Replication

/// What the tables of a database are like, for those who ask before a row comes.
extension Catalog {
    /// The tables that a publication can have and that `isWanted` takes by schema and name, with their columns as
    /// rows of these publications have them. A publication that is missing counts as one of all columns.
    ///
    /// PostgreSQL manual, "pg_publication_tables"; what can be published is in `is_publishable_class` of the server.
    package func tables(
        publishedBy publications: [String], _ isWanted: (String, String) -> Bool
    ) throws(StreamFailure) -> [TableDescription] {
        let rows = try query(
            """
            SELECT c.oid, n.nspname, c.relname, c.relreplident, c.relkind = 'p'
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p') AND c.relpersistence = 'p' AND c.oid >= \(Self.firstUserDefined)
               AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
             ORDER BY n.nspname, c.relname
            """, columns: 5)
        var tables: [TableDescription] = []
        for row in rows {
            guard let oid = row[0].flatMap({ UInt32($0) }), let schema = row[1], let name = row[2],
                let identity = row[3]?.utf8.first.flatMap({ ReplicaIdentity(rawValue: $0) }),
                isWanted(schema, name)
            else { continue }
            let relation = Relation(
                oid: OID(oid), schema: schema, name: name, replicaIdentity: identity, columns: [])
            tables.append(TableDescription(relation: relation, isPartitioned: row[4] == "t"))
        }
        try addColumns(to: &tables, publications)
        return tables
    }

    /// Names of all built-in types and of these, and the labels of those that are enumerations.
    package func names(
        of types: some Sequence<OID>
    ) throws(StreamFailure) -> (names: [OID: TypeName], labels: [OID: [String]]) {
        let list = types.map { "\($0)" }.joined(separator: ",")
        var (names, labels): ([OID: TypeName], [OID: [String]]) = ([:], [:])
        let types = try query(
            """
            SELECT t.oid, CASE n.nspname WHEN 'pg_catalog' THEN '' ELSE n.nspname END, t.typname
              FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace
             WHERE t.oid < \(Self.firstUserDefined) OR t.oid = ANY ('{\(list)}'::oid[])
            """, columns: 3)
        for row in types {
            guard let oid = row[0].flatMap({ UInt32($0) }), let schema = row[1], let name = row[2] else {
                continue
            }
            names[OID(oid)] = TypeName(oid: OID(oid), schema: schema, name: name)
        }
        let enumerations = try query(
            """
            SELECT enumtypid, enumlabel FROM pg_enum WHERE enumtypid = ANY ('{\(list)}'::oid[])
             ORDER BY enumtypid, enumsortorder
            """, columns: 2)
        for row in enumerations {
            guard let oid = row[0].flatMap({ UInt32($0) }), let label = row[1] else { continue }
            labels[OID(oid), default: []].append(label)
        }
        return (names, labels)
    }

    private func addColumns(
        to tables: inout [TableDescription], _ publications: [String]
    ) throws(StreamFailure) {
        let places = Dictionary(uniqueKeysWithValues: zip(tables.map(\.relation.oid), tables.indices))
        for row in try columns(of: tables, publications) {
            guard let place = row[0].flatMap({ UInt32($0) }).flatMap({ places[OID($0)] }), let name = row[1],
                let type = row[2].flatMap({ UInt32($0) }), let modifier = row[3].flatMap({ Int32($0) })
            else { continue }
            let index = tables[place].relation.columns.count
            tables[place].relation.columns.append(
                RelationColumn(name: name, type: OID(type), typeModifier: modifier, isKey: row[4] == "t"))
            if row[5] == "t" { tables[place].notNull.insert(index) }
            if row[6] == "t" { tables[place].toastable.insert(index) }
        }
    }

    /// Of each column: table, name, type, modifier, whether it belongs to the replica identity, whether it is certainly
    /// not null, and whether its value can lie outside of the row.
    private func columns(
        of tables: [TableDescription], _ publications: [String]
    ) throws(StreamFailure) -> [[String?]] {
        let oids = tables.map { "\($0.relation.oid)" }.joined(separator: ",")
        let version = try serverVersion()
        // Before column lists there were, every column was published that is not generated.
        var published = "SELECT NULL::name, NULL::name, NULL::name[] WHERE false"
        if version >= 150_000 {
            var names: [String] = []
            for publication in publications { names.append(try literal(publication)) }
            published = """
                SELECT DISTINCT ON (schemaname, tablename) schemaname, tablename, attnames
                  FROM pg_publication_tables WHERE pubname IN (\(names.joined(separator: ",")))
                """
        }
        // From 18 on a publication can have generated columns.
        let generated = version >= 180_000 ? "true" : "a.attgenerated = ''"
        return try query(
            """
            WITH published(schema, name, columns) AS MATERIALIZED (\(published))
            SELECT a.attrelid, a.attname, a.atttypid, a.atttypmod,
                   CASE c.relreplident WHEN 'f' THEN true WHEN 'n' THEN false ELSE EXISTS (
                       SELECT FROM pg_index i
                        WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
                          AND CASE c.relreplident WHEN 'd' THEN i.indisprimary ELSE i.indisreplident END
                          AND a.attnum = ANY ((i.indkey::int2[])[0:i.indnkeyatts - 1])) END,
                   a.attnotnull AND NOT EXISTS (
                       SELECT FROM pg_constraint n
                        WHERE n.conrelid = c.oid AND n.contype = 'n' AND NOT n.convalidated
                          AND n.conkey = ARRAY[a.attnum]),
                   a.attlen = -1 AND t.typstorage <> 'p' AND (c.reltoastrelid <> 0 OR c.relkind = 'p')
                       AND NOT \(Self.isShortNumeric)
              FROM pg_attribute a
              JOIN pg_class c ON c.oid = a.attrelid
              JOIN pg_namespace s ON s.oid = c.relnamespace
              JOIN pg_type t ON t.oid = a.atttypid
              LEFT JOIN published p ON p.schema = s.nspname AND p.name = c.relname
             WHERE c.oid = ANY ('{\(oids)}'::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
               AND CASE WHEN p.columns IS NULL THEN a.attgenerated = ''
                        ELSE a.attname = ANY (p.columns) AND \(generated) END
             ORDER BY a.attrelid, a.attnum
            """, columns: 7)
    }

    /// The server moves no value out of a row that has 24 bytes or fewer, which numeric takes for 29 digits.
    private static let isShortNumeric = """
        (a.atttypid = 'numeric'::regtype AND a.atttypmod >= 4 AND (a.atttypmod - 4) >> 16 & 65535 <= 29)
        """
}
