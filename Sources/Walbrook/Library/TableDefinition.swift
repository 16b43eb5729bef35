/// A table as the events that follow see it. After DDL the next event has another one.
///
/// See "Logical Replication Message Formats", Relation, in the PostgreSQL manual.
public struct TableDefinition: Hashable, Sendable {
    /// A column of a table.
    public struct Column: Hashable, Sendable {
        /// The column's name.
        public var name: String
        /// The type with its modifier, as `format_type` prints it: `numeric(10,2)`.
        public var type: String
        /// The type's OID in `pg_type`.
        public var typeOID: UInt32
        /// Whether it is part of the replica identity.
        public var isKey: Bool
    }

    /// The schema's name.
    public var schema: String
    /// The table's name.
    public var name: String
    /// `default`, `index`, `full` or `nothing`: what the server sends of the row before a change ("Publication" in the
    /// PostgreSQL manual).
    public var replicaIdentity: String
    /// The columns that are streamed, in the order of the table.
    public var columns: [Column]

    init(_ event: [String: JSONSlice]) {
        schema = event["schema"]?.string ?? ""
        name = event["table"]?.string ?? ""
        replicaIdentity = event["replica_identity"]?.string ?? ""
        columns = (event["columns"]?.elements ?? []).map { element in
            let column = element.membersByName
            return Column(
                name: column["name"]?.string ?? "", type: column["type"]?.string ?? "",
                typeOID: column["oid"].flatMap { UInt32($0.text) } ?? 0,
                isKey: column["key"]?.boolean ?? false)
        }
    }

    init(schema: String, name: String, columns: [Column] = []) {
        self.schema = schema
        self.name = name
        replicaIdentity = ""
        self.columns = columns
    }
}

extension JSONSlice {
    /// The pairs of an object whose names differ, as those of our own events do.
    var membersByName: [String: JSONSlice] {
        Dictionary(members ?? []) { first, _ in first }
    }
}
