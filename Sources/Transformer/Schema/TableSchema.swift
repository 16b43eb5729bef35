import Replication

/// The events that one table can have, derived from the plan by which they are written.
struct TableSchema {
    private let table: TableDescription
    private var shape = RowShape()
    /// Its rows, to be referred to.
    private var rows: [(name: String, value: JSONDocument)] = []

    init(_ table: TableDescription, _ view: borrowing TableView, _ types: inout TypeSchemas) {
        self.table = table
        let relation = table.relation
        shape.schema = ["const": .string(relation.schema)]
        shape.table = ["const": .string(relation.name)]
        shape.hasCertainKey = true
        // Of a partitioned table, each partition logs by a replica identity of its own.
        shape.hasCertainBefore = relation.replicaIdentity == .full && !table.isPartitioned

        var (key, before, after) = (Row(), Row(), Row())
        var (toastable, json, oldJSON): ([String], [String], [String]) = ([], [], [])
        for index in view.columns.indices {
            let plan = view.columns[index]
            let column = relation.columns[plan.index]
            let isToastable = table.toastable.contains(plan.index)
            let isNullable = !table.notNull.contains(plan.index)
            let value = types.schema(of: plan.encoding, column.type, view.types, isNullable: isNullable)
            // A partition that logs less than its root says has nulls in place of the rest.
            let old =
                table.isPartitioned && !isNullable
                ? types.schema(of: plan.encoding, column.type, view.types, isNullable: true) : value
            after.add(column.name, value, isCertain: !isToastable)
            if plan.isIdentity { before.add(column.name, old, isCertain: !isToastable) }
            if plan.isKey {
                key.add(column.name, old, isCertain: true)
                if isToastable { shape.hasCertainKey = false }
            }
            if isToastable { toastable.append(column.name) }
            if plan.encoding.isJSON {
                json.append(column.name)
                if plan.isIdentity { oldJSON.append(column.name) }
            }
        }
        if !toastable.isEmpty { shape.columns = after.properties.map(\.name) }
        shape.key = view.plan.hasKey ? define("key", key) : nil
        shape.before = define("before", before)
        shape.after = define("after", after)
        shape.unchanged = Self.names(toastable)
        shape.jsonNull = Self.names(json)
        shape.jsonNullBefore = Self.names(oldJSON)
    }

    /// `schema.table`, quoted as in SQL where needed.
    var name: String { qualifiedName(table.relation.schema, table.relation.name) }

    /// Names first, so that a reader who goes by them is soon done with the other tables.
    var schema: JSONDocument {
        [
            "type": "object",
            "properties": ["schema": shape.schema, "table": shape.table],
            "required": ["schema", "table"],
            "oneOf": .array(shape.events.map(\.value)),
            "$defs": .object(rows),
        ]
    }

    // MARK: Rows

    /// Columns, and those that are always there.
    private struct Row {
        var properties: [(name: String, value: JSONDocument)] = []
        var required: [String] = []

        mutating func add(_ name: String, _ value: JSONDocument, isCertain: Bool) {
            properties.append((name, value))
            if isCertain { required.append(name) }
        }
    }

    private mutating func define(_ part: String, _ row: Row) -> JSONDocument {
        rows.append((part, .closedObject(row.properties, required: row.required)))
        return .reference([name, part])
    }

    private static func names(_ columns: [String]) -> JSONDocument? {
        columns.isEmpty ? nil : RowShape.names(["enum": .strings(columns)])
    }
}
