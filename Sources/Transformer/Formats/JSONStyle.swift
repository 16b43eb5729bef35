import Replication

/// How the native format writes names and types.
struct JSONStyle: FormatStyle {
    private let values: ValueOptions
    private let includesSchemas: Bool

    init(options: TransformerOptions) {
        values = options.values
        includesSchemas = options.includesSchemas
    }

    var takesApart: Composition { .all }

    /// With REPLICA IDENTITY FULL every column is flagged, and only the catalog knows the key.
    func lookUps(for identity: ReplicaIdentity) -> LookUps {
        var needed: LookUps = includesSchemas ? .typeNames : []
        if identity == .full { needed.insert(.primaryKey) }
        return needed
    }

    func scalar(_ type: OID, modifier: Int32) -> ScalarEncoding? {
        ScalarEncoding(builtIn: type, values)
    }

    func scalar(extensionType name: String, modifier: Int32) -> ScalarEncoding? {
        ScalarEncoding(extensionType: name)
    }

    func appendLabel(of column: RelationColumn, typeName: String, to text: inout OutputBuffer) {
        text.append(",")
        text.appendJSONString(column.name)
        text.append(":")
    }

    func appendNames(of relation: Relation, to text: inout OutputBuffer) {
        text.append(",\"schema\":")
        text.appendJSONString(relation.schema)
        text.append(",\"table\":")
        text.appendJSONString(relation.name)
    }
}
