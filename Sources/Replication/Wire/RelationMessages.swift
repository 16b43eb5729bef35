extension Relation {
    init(decoding cursor: inout WireCursor) throws(DecodingError) {
        oid = OID(try cursor.uint32())
        let namespace = try cursor.string()
        schema = namespace.isEmpty ? "pg_catalog" : namespace
        name = try cursor.string()
        let identity = try cursor.uint8()
        guard let replicaIdentity = ReplicaIdentity(rawValue: identity) else {
            throw cursor.error(.unknownReplicaIdentity(identity))
        }
        self.replicaIdentity = replicaIdentity
        let count = Int(try cursor.uint16())
        columns = []
        for _ in 0..<count {
            columns.append(try RelationColumn(decoding: &cursor))
        }
    }
}

extension RelationColumn {
    init(decoding cursor: inout WireCursor) throws(DecodingError) {
        let flags = try cursor.uint8()
        guard flags <= 1 else { throw cursor.error(.unknownFlags(flags)) }
        isKey = flags == 1
        name = try cursor.string()
        type = OID(try cursor.uint32())
        typeModifier = Int32(bitPattern: try cursor.uint32())
    }
}

/// The name of a type that is not built in. The server sends it before the Relation message that uses it, and for
/// a domain it names the base type.
package struct TypeName: Hashable, Sendable {
    package var oid: OID
    /// The schema's name; the wire writes `pg_catalog` as an empty string.
    package var schema: String
    package var name: String

    package init(oid: OID, schema: String, name: String) {
        self.oid = oid
        self.schema = schema
        self.name = name
    }

    init(decoding cursor: inout WireCursor) throws(DecodingError) {
        oid = OID(try cursor.uint32())
        let namespace = try cursor.string()
        schema = namespace.isEmpty ? "pg_catalog" : namespace
        name = try cursor.string()
    }
}

/// TRUNCATE of one or more tables, those it cascaded to included.
package struct Truncate: Hashable, Sendable {
    package var relations: [OID]
    /// Nil where the statement is not known, as for a trigger.
    package var isCascade: Bool?
    package var restartsIdentity: Bool?

    package init(relations: [OID], isCascade: Bool?, restartsIdentity: Bool?) {
        self.relations = relations
        self.isCascade = isCascade
        self.restartsIdentity = restartsIdentity
    }

    init(decoding cursor: inout WireCursor) throws(DecodingError) {
        let count = Int(Int32(bitPattern: try cursor.uint32()))
        guard count >= 0, count <= cursor.bytes.count else { throw cursor.error(.invalidLength(count)) }
        let flags = try cursor.uint8()
        guard flags <= 3 else { throw cursor.error(.unknownFlags(flags)) }
        isCascade = flags & 1 != 0
        restartsIdentity = flags & 2 != 0
        relations = []
        for _ in 0..<count {
            relations.append(OID(try cursor.uint32()))
        }
    }
}
