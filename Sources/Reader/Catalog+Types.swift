package import Replication

extension Catalog {
    /// OIDs below this are built in, and known without asking.
    package static let firstUserDefined = OID(16384)

    /// What types are made of, and what those are made of, down to the built-in ones: all with two queries. A type that
    /// is gone is not in the answer.
    package func types(
        _ oids: some Sequence<OID>, serverVersion: Int
    ) throws(StreamFailure) -> [OID: TypeDescription] {
        // Before multiranges there were, a range stands for itself here, which finds nothing new.
        let multirangeColumn = serverVersion >= 140_000 ? "rngmultitypid" : "rngtypid"
        let list = oids.map { "\($0)" }.joined(separator: ",")
        let needed = """
            WITH RECURSIVE needed(oid) AS (
                SELECT unnest('{\(list)}'::oid[])
                UNION
                SELECT part.oid FROM needed, LATERAL (
                    SELECT typelem FROM pg_type WHERE oid = needed.oid
                    UNION ALL SELECT typbasetype FROM pg_type WHERE oid = needed.oid
                    UNION ALL SELECT rngsubtype FROM pg_range WHERE rngtypid = needed.oid
                    UNION ALL SELECT rngtypid FROM pg_range WHERE \(multirangeColumn) = needed.oid
                    UNION ALL SELECT atttypid FROM pg_attribute JOIN pg_type ON typrelid = attrelid
                               WHERE pg_type.oid = needed.oid AND typtype = 'c' AND attnum > 0 AND NOT attisdropped
                ) AS part(oid) WHERE part.oid >= \(Self.firstUserDefined)
            )
            """
        let types = try query(
            """
            \(needed)
            SELECT t.oid, t.typname, t.typtype, t.typbasetype, element.oid, ascii(element.typdelim::text),
                   range.rngsubtype, multi.rngtypid, t.typtypmod
              FROM needed JOIN pg_type t ON t.oid = needed.oid
              LEFT JOIN pg_type element ON element.typarray = t.oid
              LEFT JOIN pg_range range ON range.rngtypid = t.oid
              LEFT JOIN pg_range multi ON multi.\(multirangeColumn) = t.oid
            """, columns: 9)
        let fields = try query(
            """
            \(needed)
            SELECT t.oid, attname, atttypid, atttypmod
              FROM needed JOIN pg_type t ON t.oid = needed.oid JOIN pg_attribute ON attrelid = t.typrelid
             WHERE t.typtype = 'c' AND attnum > 0 AND NOT attisdropped
             ORDER BY t.oid, attnum
            """, columns: 4)
        var composites: [OID: [TypeDescription.Field]] = [:]
        for row in fields {
            guard let type = oid(row[0]), let name = row[1], let fieldType = oid(row[2]) else { continue }
            composites[type, default: []].append(
                TypeDescription.Field(name: name, type: fieldType, modifier: modifier(row[3])))
        }
        var result: [OID: TypeDescription] = [:]
        for row in types {
            guard let type = oid(row[0]), let name = row[1] else { continue }
            let structure: TypeDescription.Structure =
                if let element = oid(row[4]), let delimiter = row[5].flatMap({ UInt8($0) }) {
                    .array(of: element, delimiter: delimiter)
                } else if let subtype = oid(row[6]) {
                    .range(of: subtype)
                } else if let range = oid(row[7]) {
                    .multirange(of: range)
                } else if row[2] == "d", let base = oid(row[3]) {
                    .domain(over: base, modifier: modifier(row[8]))
                } else if row[2] == "c" {
                    .composite(composites[type] ?? [])
                } else {
                    .base
                }
            // Only a base type is what its name says: an enumeration may have any name.
            result[type] = TypeDescription(name: row[2] == "b" ? name : "", structure: structure)
        }
        return result
    }

    /// The types of columns by name, as `format_type` prints them; nil for one that is gone.
    package func typeNames(of columns: [RelationColumn]) throws(StreamFailure) -> [String?] {
        guard !columns.isEmpty else { return [] }
        let types = columns.map { "\($0.type.value)" }.joined(separator: ",")
        let modifiers = columns.map { "\($0.typeModifier)" }.joined(separator: ",")
        let rows = try query(
            """
            SELECT CASE WHEN t.oid IS NOT NULL THEN format_type(wanted.oid, wanted.modifier) END
              FROM unnest('{\(types)}'::oid[], '{\(modifiers)}'::int4[]) WITH ORDINALITY AS wanted(oid, modifier, place)
              LEFT JOIN pg_type t ON t.oid = wanted.oid
             ORDER BY wanted.place
            """, columns: 1)
        return rows.map { $0[0] }
    }

    private func modifier(_ text: String?) -> Int32 {
        text.flatMap { Int32($0) } ?? -1
    }

    private func oid(_ text: String?) -> OID? {
        text.flatMap { UInt32($0) }.map { OID($0) }
    }
}
