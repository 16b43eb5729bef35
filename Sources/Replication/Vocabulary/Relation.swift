/// What an update or delete carries of the old row (ALTER TABLE … REPLICA IDENTITY).
///
/// PostgreSQL manual, chapter "Logical Replication", section "Replica Identity"; the raw value is
/// `pg_class.relreplident`.
package enum ReplicaIdentity: UInt8, Sendable {
    /// The primary key, if there is one.
    case `default` = 0x64  // d
    /// Nothing: updates and deletes cannot be published.
    case nothing = 0x6E  // n
    /// The whole row.
    case full = 0x66  // f
    /// The columns of a chosen unique index.
    case index = 0x69  // i
}

/// One column of a relation as a Relation message describes it.
package struct RelationColumn: Hashable, Sendable {
    /// The column's name, as bytes of the client encoding made text (invalid UTF-8 repaired).
    package var name: String
    /// The type's OID; for a domain the domain's own.
    package var type: OID
    /// The type modifier (`atttypmod`), -1 for none.
    package var typeModifier: Int32
    /// Whether the column belongs to the replica identity. With REPLICA IDENTITY FULL every column does.
    package var isKey: Bool

    package init(name: String, type: OID, typeModifier: Int32 = -1, isKey: Bool = false) {
        self.name = name
        self.type = type
        self.typeModifier = typeModifier
        self.isKey = isKey
    }
}

/// A table as the stream sees it from a Relation message on, until the next one for the same OID.
package struct Relation: Hashable, Sendable {
    package var oid: OID
    /// The schema's name; the wire writes `pg_catalog` as an empty string.
    package var schema: String
    package var name: String
    package var replicaIdentity: ReplicaIdentity
    package var columns: [RelationColumn]

    package init(
        oid: OID, schema: String, name: String, replicaIdentity: ReplicaIdentity = .default,
        columns: [RelationColumn]
    ) {
        self.oid = oid
        self.schema = schema
        self.name = name
        self.replicaIdentity = replicaIdentity
        self.columns = columns
    }
}
