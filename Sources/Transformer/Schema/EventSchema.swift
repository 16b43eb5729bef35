package import Replication

/// The native events as JSON Schema, draft 2020-12.
package enum EventSchema {
    /// Of all events, whatever the tables.
    package static func general() -> OutputBuffer {
        let row = RowShape()
        let events = row.events + EventShapes.all
        return text(
            "Events of Walbrook", "One line of `walbrook stream`, of any table.",
            variants: events.map(\.name),
            EventShapes.parts + events)
    }

    /// Of the events that these tables can have, as they are in the catalog now.
    ///
    /// - Parameters:
    ///   - options: as those of the stream, of which the filter counts for nothing here.
    package static func of(
        _ tables: [TableDescription], _ types: TypeCatalog, _ options: TransformerOptions
    ) -> OutputBuffer {
        var options = options
        options.format = .json
        var plans = RelationPlans(options: options)
        var typeSchemas = TypeSchemas(types)
        var definitions: [(name: String, value: JSONDocument)] = []
        for table in tables {
            plans.describe(
                RelationDescription(
                    relation: table.relation,
                    facts: CatalogFacts(primaryKey: table.primaryKey, types: types.descriptions)))
            guard let index = plans.index(of: table.relation.oid) else { continue }
            let schema = TableSchema(table, TableView(index, plans), &typeSchemas)
            definitions.append((schema.name, schema.schema))
        }
        return text(
            "Events of Walbrook",
            "One line of `walbrook stream`, of the tables as they were when this was made.",
            variants: definitions.map(\.name) + EventShapes.all.map(\.name),
            EventShapes.parts + EventShapes.all + definitions + typeSchemas.definitions)
    }

    private static func text(
        _ title: String, _ description: String, variants: [String],
        _ definitions: [(name: String, value: JSONDocument)]
    ) -> OutputBuffer {
        let schema: JSONDocument = [
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "title": .string(title),
            "description": .string(description),
            "oneOf": .array(variants.map { .reference([$0]) }),
            "$defs": .object(definitions),
        ]
        var buffer = OutputBuffer(capacity: 64 * 1024)
        buffer.append(schema)
        buffer.append("\n")
        return buffer
    }
}
