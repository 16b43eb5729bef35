package import Replication

/// What the stream does not tell of a relation.
package struct LookUps: OptionSet, Sendable {
    package let rawValue: UInt8

    package init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    package static let primaryKey = LookUps(rawValue: 1)
    /// The columns' types by name, as `format_type` prints them.
    package static let typeNames = LookUps(rawValue: 2)
    /// The first unique index, of a relation without a primary key.
    package static let uniqueIndex = LookUps(rawValue: 4)
}

/// What the catalog says of a relation, as far as it was asked. The stream tells the rest.
package struct CatalogFacts: Hashable, Sendable {
    /// Names of the primary key's columns, in the order of its index; nil when there is none or it is not known.
    package var primaryKey: [String]?
    /// Names of the columns of a unique index that stands in for a primary key, in its order.
    package var uniqueIndex: [String]?
    /// What the columns' types are made of, as far as they are not built in.
    package var types: [OID: TypeDescription]
    /// The columns' types by name, as `format_type` prints them; nil for one that is gone.
    package var typeNames: [String?]

    package init(
        primaryKey: [String]? = nil, uniqueIndex: [String]? = nil, types: [OID: TypeDescription] = [:],
        typeNames: [String?] = []
    ) {
        self.primaryKey = primaryKey
        self.uniqueIndex = uniqueIndex
        self.types = types
        self.typeNames = typeNames
    }
}
