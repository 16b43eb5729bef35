package import Replication

extension Catalog {
    /// Names of the columns of a relation's first unique index, in the order of the index: a clustered one before
    /// others, then by name. Nil if there is none, or if it has an expression.
    package func uniqueIndex(of relation: OID) throws(StreamFailure) -> [String]? {
        let rows = try query(
            """
            SELECT a.attname
              FROM (SELECT i.indrelid, i.indkey, i.indnkeyatts
                      FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
                     WHERE i.indrelid = \(relation.value) AND i.indisunique AND i.indisvalid
                     ORDER BY i.indisclustered DESC, c.relname
                     LIMIT 1) AS first,
                   unnest((indkey::int2[])[0:indnkeyatts - 1]) WITH ORDINALITY k(attnum, place)
              LEFT JOIN pg_catalog.pg_attribute a ON a.attrelid = \(relation.value) AND a.attnum = k.attnum
             ORDER BY k.place
            """, columns: 1)
        let names = rows.map { $0[0] }
        return names.isEmpty || names.contains(nil) ? nil : names.compactMap(\.self)
    }
}
