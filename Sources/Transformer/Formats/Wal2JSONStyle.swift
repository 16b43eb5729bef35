import Replication

/// How wal2json writes names and types.
struct Wal2JSONStyle: FormatStyle {
    /// The plugin looks at a column's own type: what is made of others, and a domain whatever it is over, is text.
    var takesApart: Composition { [] }
    var resolvesDomains: Bool { false }

    func lookUps(for identity: ReplicaIdentity) -> LookUps { .typeNames }

    func scalar(_ type: OID, modifier: Int32) -> ScalarEncoding? {
        switch type.value {
        case 16: .boolean
        case 17: .byteaHexadecimal
        // int8, int2, int4, oid, float4, float8, numeric
        case 20, 21, 23, 26, 700, 701, 1700: .number
        default: nil
        }
    }

    /// `,{"name":"…","type":"…","value":`; the format closes the brace behind the value.
    func appendLabel(of column: RelationColumn, typeName: String, to text: inout OutputBuffer) {
        text.append(",{\"name\":")
        text.appendJSONString(column.name)
        text.append(",\"type\":")
        // The plugin takes SQL's quotes for JSON's when a name begins with them. That is right for one type only, the
        // one named "char"; with a quoted schema in front of the name its line would be no JSON.
        if typeName == "\"char\"" {
            text.append("\"char\"")
        } else {
            text.appendJSONString(typeName)
        }
        text.append(",\"value\":")
    }

    func appendNames(of relation: Relation, to text: inout OutputBuffer) {
        text.append(",\"schema\":")
        text.appendJSONString(relation.schema)
        text.append(",\"table\":")
        text.appendJSONString(relation.name)
    }
}
