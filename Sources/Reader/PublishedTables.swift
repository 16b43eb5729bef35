internal import Logging

/// Looks for tables that were asked for by name and of which nothing will come. The stream runs all the same, and would
/// leave them out without a word.
struct PublishedTables {
    let options: ReaderOptions
    let logger: Logger

    /// Why nothing comes of a table.
    private enum Obstacle: String {
        case missing, unlogged, partitions, root, unpublished

        var sentence: String {
            switch self {
            case .missing: "there is no such table"
            case .unlogged: "the table is not logged, so its changes are in no stream"
            case .partitions: "changes of the partitioned table come under the names of its partitions"
            case .root: "changes of the partition come under the name of the partitioned table"
            case .unpublished: "the table is not in the publication"
            }
        }
    }

    func warn(_ stream: ReplicationStream) throws(StreamFailure) {
        guard let tables = options.plainTables else { return }
        for row in try stream.query(lookup(stream, tables), columns: 3) {
            guard let ordinal = row[0].flatMap({ Int($0) }), tables.indices.contains(ordinal - 1),
                let obstacle = row[1].flatMap({ Obstacle(rawValue: $0) })
            else { continue }
            logger.warning(
                "nothing will come of a table: \(obstacle.sentence)",
                metadata: [
                    "table": "\(tables[ordinal - 1])", "hint": "\(row[2] ?? "")",
                    "publication": "\(options.publications.joined(separator: ", "))",
                ])
        }
    }

    /// Number, obstacle and remedy of each table that is not published under its own name.
    ///
    /// A partition that a publication lists without naming it is there because of its root. PostgreSQL manual, "CREATE
    /// PUBLICATION", `publish_via_partition_root`.
    private func lookup(_ stream: ReplicationStream, _ tables: [String]) throws(StreamFailure) -> String {
        let publications = try stream.literals(options.publications)
        return """
            WITH relation AS (
                SELECT c.oid, c.relpersistence, n.nspname, c.relname, n.nspname || '.' || c.relname AS name
                  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')
            ), published AS (
                SELECT pub.oid AS publication, pub.pubname, pub.pubviaroot, r.oid, r.name
                  FROM pg_publication pub JOIN pg_publication_tables USING (pubname)
                  JOIN relation r ON (nspname, relname) = (schemaname, tablename)
                 WHERE pubname IN (\(publications))
            )
            SELECT ordinal,
                   CASE WHEN r.oid IS NULL THEN 'missing' WHEN r.relpersistence <> 'p' THEN 'unlogged'
                        WHEN partitions.publication IS NOT NULL THEN 'partitions'
                        WHEN root.name IS NOT NULL THEN 'root' ELSE 'unpublished' END,
                   CASE WHEN r.oid IS NULL THEN '--table takes schema.table, in the spelling of the catalog.'
                        WHEN r.relpersistence <> 'p' THEN format('ALTER TABLE %I.%I SET LOGGED;', nspname, relname)
                        WHEN partitions.publication IS NOT NULL THEN format(
                            'ALTER PUBLICATION %I SET (publish_via_partition_root = true);', partitions.publication)
                        WHEN root.name IS NOT NULL THEN '--table ' || root.name
                        ELSE format('ALTER PUBLICATION %I ADD TABLE %I.%I;',
                                    (ARRAY[\(publications)])[1], nspname, relname) END
              FROM unnest(ARRAY[\(try stream.literals(tables))]) WITH ORDINALITY AS wanted(name, ordinal)
              LEFT JOIN relation r USING (name)
              LEFT JOIN LATERAL (
                SELECT min(pubname) AS publication FROM published
                 WHERE NOT pubviaroot AND oid IN (SELECT relid FROM pg_partition_tree(r.oid))
                   AND NOT EXISTS (SELECT FROM pg_publication_rel
                                    WHERE prpubid = published.publication AND prrelid = published.oid)
              ) AS partitions ON true
              LEFT JOIN LATERAL (
                SELECT min(name) AS name FROM published
                 WHERE oid IN (SELECT relid FROM pg_partition_ancestors(r.oid))
              ) AS root ON true
             WHERE wanted.name NOT IN (SELECT name FROM published)
             ORDER BY ordinal
            """
    }
}
