internal import Logging

/// Makes a publication at the first start, unless that would break the user's application.
///
/// A publication of updates and deletes makes the server refuse them on every table in it that has no usable replica
/// identity. PostgreSQL manual, "CREATE PUBLICATION", Notes.
struct PublicationSetup {
    let options: ReaderOptions
    let logger: Logger

    /// Returns the publication, unless somebody else was faster.
    func create(_ stream: ReplicationStream, missing: [String]) throws(StreamFailure) -> OwnPublication? {
        guard missing.count == 1, let name = missing.first, options.publications.count == 1 else {
            throw failure(
                .configuration, "there is no publication \(missing.joined(separator: ", "))",
                "One is created only if it is the only one asked for. Create them with CREATE PUBLICATION.")
        }
        try requireTables(stream)
        let withoutIdentity = try options.publishesWithoutIdentity ? [] : tablesWithoutIdentity(stream)
        guard withoutIdentity.isEmpty else {
            let lines = withoutIdentity.map { "ALTER TABLE \($0) REPLICA IDENTITY FULL;" }
            throw failure(
                .configuration,
                "no publication was made: UPDATE and DELETE would fail from then on for \(withoutIdentity.count) "
                    + "table\(withoutIdentity.count == 1 ? "" : "s") without a usable replica identity",
                """
                Give each a primary key, or run:
                \(lines.joined(separator: "\n"))
                Or publish only inserts and truncates: --publish-without-identity.
                """)
        }
        let target = try target(stream)
        let slots = try OwnPublication.slots(stream)
        let publish =
            options.publishesWithoutIdentity ? "insert, truncate" : "insert, update, delete, truncate"
        // Under the names of its partitions, the filter would drop every row of a table that was named.
        let viaRoot = options.plainTables != nil
        let statement = """
            CREATE PUBLICATION \(try stream.identifier(name)) FOR \(target) \
            WITH (publish = '\(publish)', publish_via_partition_root = \(viaRoot))
            """
        do throws(StreamFailure) {
            try stream.run(statement)
        } catch {
            // A server that goes on waiting for the tables' locks would leave a publication behind.
            if case .stopped = error { stream.cancel() }
            switch error.sqlState {
            case "42501":
                let who =
                    options.plainTables == nil
                    ? "a superuser" : "the owner of the tables who may CREATE in the database"
                throw failure(
                    .permissionDenied, "the role \(stream.user) may not create the publication \(name)",
                    "As \(who), run: \(statement);")
            case "42710":
                // It is there now.
                return nil
            default:
                throw error
            }
        }
        let warning =
            options.plainTables == nil && !options.publishesWithoutIdentity
            ? "tables created later need a primary key or a replica identity too, or their UPDATE and DELETE fail"
            : nil
        logger.notice(
            "created publication",
            metadata: [
                "publication": "\(name)", "for": "\(target)", "publish": "\(publish)",
                "note": warning.map { "\($0)" } ?? "it does not grow by itself",
            ])
        return OwnPublication(name: name, slotsBefore: slots)
    }

    private func failure(_ kind: ReaderError.Kind, _ sentence: String, _ hint: String) -> StreamFailure {
        .final(ReaderError(kind, sentence, hint: hint))
    }

    private func target(_ stream: ReplicationStream) throws(StreamFailure) -> String {
        guard let tables = options.plainTables else { return "ALL TABLES" }
        let rows = try stream.query(
            """
            SELECT format('%I.%I', n.nspname, c.relname)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'p') AND n.nspname || '.' || c.relname IN (\(try stream.literals(tables)))
             ORDER BY 1
            """, columns: 1)
        return "TABLE " + rows.compactMap { $0[0] }.joined(separator: ", ")
    }

    private func requireTables(_ stream: ReplicationStream) throws(StreamFailure) {
        guard let tables = options.plainTables else { return }
        let missing = try stream.names(
            tables,
            missingFrom: """
                SELECT n.nspname || '.' || c.relname
                  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r', 'p')
                """)
        guard !missing.isEmpty else { return }
        throw failure(
            .configuration, "there is no table \(missing.joined(separator: ", "))",
            "--table takes schema.table, in the spelling of the catalog.")
    }

    /// Tables that the publication would cover and whose updates the server would then refuse, quoted for SQL.
    ///
    /// A primary key counts only if it is valid and not deferrable, and a chosen index only if it still exists.
    private func tablesWithoutIdentity(_ stream: ReplicationStream) throws(StreamFailure) -> [String] {
        var covered = "true"
        if let tables = options.plainTables {
            covered = """
                c.oid IN (WITH RECURSIVE family AS (
                    SELECT r.oid FROM pg_class r JOIN pg_namespace s ON s.oid = r.relnamespace
                     WHERE s.nspname || '.' || r.relname IN (\(try stream.literals(tables)))
                    UNION SELECT i.inhrelid FROM pg_inherits i JOIN family f ON i.inhparent = f.oid
                ) SELECT oid FROM family)
                """
        }
        let rows = try stream.query(
            """
            SELECT format('%I.%I', n.nspname, c.relname)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND c.oid >= 16384
               AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')
               AND \(covered)
               AND c.relreplident <> 'f'
               AND NOT EXISTS (
                   SELECT FROM pg_index i
                    WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
                      AND CASE c.relreplident WHEN 'd' THEN i.indisprimary
                                              WHEN 'i' THEN i.indisreplident ELSE false END)
             ORDER BY 1
            """, columns: 1)
        return rows.compactMap { $0[0] }
    }
}
