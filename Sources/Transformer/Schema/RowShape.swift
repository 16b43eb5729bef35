/// What the events of a table have, or those of any table. Of the parts, nil is a key that no event has.
struct RowShape {
    var schema: JSONDocument = ["type": "string"]
    var table: JSONDocument = ["type": "string"]
    var key: JSONDocument? = ["type": "object"]
    var before: JSONDocument = ["type": "object"]
    var after: JSONDocument = ["type": "object"]
    var unchanged: JSONDocument? = Self.names(["type": "string"])
    var jsonNull: JSONDocument? = Self.names(["type": "string"])
    var jsonNullBefore: JSONDocument? = Self.names(["type": "string"])
    /// Whether there is a key in every row event.
    var hasCertainKey = false
    /// Whether the old row comes with every update.
    var hasCertainBefore = false
    /// The columns that `after` has when none is named in `unchanged`, if that has to be said.
    var columns: [String] = []

    /// A list of some columns' names.
    static func names(_ name: JSONDocument) -> JSONDocument {
        ["type": "array", "items": name, "minItems": 1, "uniqueItems": true]
    }

    /// By operation.
    var events: EventShapes.Definitions {
        let oldRow = EventKey(name: "before", value: before, isCertain: hasCertainBefore)
        let newRow = EventKey.has("after", after)
        let transaction = EventShapes.transaction + names
        let shapes: [(op: String, keys: [EventKey?], rules: EventShapes.Definitions)] = [
            (
                "insert", transaction + [keyKey, newRow, list("unchanged", unchanged)] + newNulls + origin,
                whole
            ),
            (
                "update",
                transaction + [keyKey, oldRow, newRow, list("unchanged", unchanged)] + newNulls + oldNulls
                    + origin, whole
            ),
            ("delete", transaction + [keyKey, .has("before", before)] + oldNulls + origin, []),
            // A row that is read, not streamed, is whole and belongs to no transaction.
            (
                "read",
                [.mayHave("xid", .reference(["xid"])), EventShapes.time] + names + [keyKey, newRow]
                    + newNulls, whole
            ),
            (
                "truncate",
                transaction + [
                    .mayHave("cascade", ["type": "boolean"]),
                    .mayHave("restart_identity", ["type": "boolean"]),
                ], []
            ),
            (
                "schema",
                transaction + [
                    .has("replica_identity", ["enum": ["default", "nothing", "full", "index"]]),
                    .has("columns", ["type": "array", "items": .reference(["column"])]),
                ], []
            ),
        ]
        return shapes.map { ($0.op, EventShapes.event($0.op, $0.keys.compactMap(\.self), $0.rules)) }
    }

    private var names: [EventKey] { [.has("schema", schema), .has("table", table)] }

    private var keyKey: EventKey? { key.map { EventKey(name: "key", value: $0, isCertain: hasCertainKey) } }

    private var newNulls: [EventKey?] { [list("json_null", jsonNull)] }

    private var oldNulls: [EventKey?] { [list("json_null_before", jsonNullBefore)] }

    private var origin: [EventKey?] { [.mayHave("origin", ["type": "string"])] }

    private func list(_ name: String, _ list: JSONDocument?) -> EventKey? {
        list.map { .mayHave(name, $0) }
    }

    /// A column that is absent is named.
    private var whole: EventShapes.Definitions {
        guard !columns.isEmpty else { return [] }
        return [
            ("if", ["not": ["required": ["unchanged"]]]),
            ("then", ["properties": ["after": ["required": .strings(columns)]]]),
        ]
    }
}
