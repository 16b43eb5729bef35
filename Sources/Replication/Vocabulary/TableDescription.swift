/// What the catalog says of a table, as far as it decides which events it can have.
///
/// PostgreSQL manual, "pg_class" and "pg_attribute".
package struct TableDescription: Hashable, Sendable {
    /// As a Relation message would have it.
    package var relation: Relation
    /// Names of the primary key's columns, in the order of its index, if they were asked for.
    package var primaryKey: [String]?
    /// Whether its rows lie in partitions, each with a replica identity of its own.
    package var isPartitioned: Bool
    /// Columns that are never null, as indices into those of the relation.
    package var notNull: Set<Int>
    /// Columns whose value can lie outside of the row (TOAST): the server does not send it again when it did not
    /// change.
    package var toastable: Set<Int>

    package init(
        relation: Relation, primaryKey: [String]? = nil, isPartitioned: Bool = false, notNull: Set<Int> = [],
        toastable: Set<Int> = []
    ) {
        self.relation = relation
        self.primaryKey = primaryKey
        self.isPartitioned = isPartitioned
        self.notNull = notNull
        self.toastable = toastable
    }
}

/// What the catalog says of all types that some tables use.
package struct TypeCatalog: Hashable, Sendable {
    /// What the types of users are made of.
    package var descriptions: [OID: TypeDescription]
    /// Also of built-in types; these have no schema.
    package var names: [OID: TypeName]
    /// Labels of enumerations, in their order.
    package var labels: [OID: [String]]

    package init(
        descriptions: [OID: TypeDescription] = [:], names: [OID: TypeName] = [:],
        labels: [OID: [String]] = [:]
    ) {
        self.descriptions = descriptions
        self.names = names
        self.labels = labels
    }
}
