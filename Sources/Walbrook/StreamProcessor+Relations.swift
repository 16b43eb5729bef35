internal import Logging
internal import Reader
internal import Replication
internal import Transformer

/// What the catalog has to tell of a relation before its first row.
extension StreamProcessor {
    mutating func describe(_ relation: Relation) throws(StreamFailure) {
        guard let lookUps = transformer.lookUps(for: relation) else { return transformer.describe(relation) }
        var facts = CatalogFacts()
        if lookUps.contains(.primaryKey) { facts.primaryKey = try catalog.primaryKey(of: relation.oid) }
        if lookUps.contains(.uniqueIndex), facts.primaryKey == nil {
            facts.uniqueIndex = try catalog.uniqueIndex(of: relation.oid)
        }
        if lookUps.contains(.typeNames) { facts.typeNames = try catalog.typeNames(of: relation.columns) }
        let unknown = Set(relation.columns.map(\.type).filter { $0 >= Catalog.firstUserDefined })
        if !unknown.isEmpty { facts.types = try catalog.types(unknown, serverVersion: serverVersion) }
        transformer.describe(relation, facts)
        let gone = unknown.subtracting(facts.types.keys)
        if !gone.isEmpty { sayGone(gone, relation) }
    }

    private mutating func sayGone(_ types: Set<OID>, _ relation: Relation) {
        for type in types where saidGone.insert(type).inserted {
            logger.notice(
                "a type is gone from the catalog; its values are written as strings",
                metadata: ["type": "\(type)", "table": "\(relation.schema).\(relation.name)"])
        }
    }
}
