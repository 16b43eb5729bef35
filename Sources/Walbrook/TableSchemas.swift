internal import Reader
package import Replication
package import Transformer

/// The events that the tables of a database can have, as JSON Schema, looked up in its catalog.
package struct TableSchemas {
    private let connectionString: String
    private let publications: [String]

    /// - Parameters:
    ///   - connectionString: a URI, a keyword/value string or a database's name; empty for libpq's defaults.
    ///   - publications: whose column lists count.
    package init(connectionString: String, publications: [String]) {
        self.connectionString = connectionString
        self.publications = publications
    }

    /// - Parameter options: as those of the stream whose events they are.
    /// - Throws: `WalbrookError` when the server cannot be asked, or has none of the tables.
    package func schema(_ options: TransformerOptions) throws(WalbrookError) -> OutputBuffer {
        let stop: StopSignal
        do { stop = try StopSignal() } catch { throw WalbrookError(error) }
        let catalog = Catalog(connectionString: connectionString, stop: stop)
        defer { catalog.close() }
        let (tables, types): ([TableDescription], TypeCatalog)
        do {
            tables = try self.tables(catalog, options)
            types = try self.types(of: tables, catalog)
        } catch {
            throw WalbrookError(ReaderError(ofLookUp: error))
        }
        try require(tables, options.filter)
        return EventSchema.of(tables, types, options)
    }

    private func tables(
        _ catalog: Catalog, _ options: TransformerOptions
    ) throws(StreamFailure) -> [TableDescription] {
        var tables = try catalog.tables(publishedBy: publications) {
            options.filter.allows(schema: $0, table: $1)
        }
        let transformer = Transformer(options: options)
        for index in tables.indices {
            let relation = tables[index].relation
            guard transformer.lookUps(for: relation)?.contains(.primaryKey) == true else { continue }
            tables[index].primaryKey = try catalog.primaryKey(of: relation.oid)
        }
        return tables
    }

    private func types(
        of tables: [TableDescription], _ catalog: Catalog
    ) throws(StreamFailure) -> TypeCatalog {
        let used = Set(tables.flatMap { $0.relation.columns.map(\.type) })
        let own = used.filter { $0 >= Catalog.firstUserDefined }
        let descriptions =
            own.isEmpty ? [:] : try catalog.types(own, serverVersion: try catalog.serverVersion())
        let (names, labels) = try catalog.names(of: descriptions.keys)
        return TypeCatalog(descriptions: descriptions, names: names, labels: labels)
    }

    /// A table that was asked for by name and is not there would be missing without a word.
    private func require(_ tables: [TableDescription], _ filter: TableFilter) throws(WalbrookError) {
        let present = Set(tables.map { $0.relation.schema + "." + $0.relation.name })
        let missing = filter.included.filter { $0.isPlain && !present.contains($0.pattern) }.map(\.pattern)
        let hint = "--table takes schema.table, in the spelling of the catalog."
        guard missing.isEmpty else {
            throw WalbrookError(
                .configuration, "there is no table \(missing.joined(separator: ", "))", hint: hint)
        }
        guard !tables.isEmpty else {
            throw WalbrookError(.configuration, "there is no such table", hint: hint)
        }
    }
}
