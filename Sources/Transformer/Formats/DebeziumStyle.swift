import Replication

/// How Debezium's PostgreSQL connector writes names and types.
struct DebeziumStyle: FormatStyle {
    private let options: DebeziumOptions

    init(options: TransformerOptions) {
        self.options = options.debezium
    }

    /// A row, range or set of ranges is text.
    var takesApart: Composition { .arrays }

    /// With REPLICA IDENTITY FULL every column is flagged, and only the catalog knows the key.
    func lookUps(for identity: ReplicaIdentity) -> LookUps {
        identity == .full ? [.primaryKey, .uniqueIndex] : []
    }

    func scalar(_ type: OID, modifier: Int32) -> ScalarEncoding? {
        switch type.value {
        case 16: .boolean
        case 17: .bytea
        // int8, int2, int4, oid
        case 20, 21, 23, 26: .number
        // "char", text, json, jsonb, bpchar, varchar
        case 18, 25, 114, 3802, 1042, 1043: .text
        default: special(type, modifier: modifier).map { .debezium($0) }
        }
    }

    private func special(_ type: OID, modifier: Int32) -> DebeziumScalar? {
        switch type.value {
        case 700: .float4
        case 701: .float8
        case 1700: modifier < 4 ? .numeric : .decimal(scale: Self.scale(modifier))
        case 790: .money
        case 1560, 1562: modifier == 1 ? .bit : .bits
        case 1082: .date
        case 1083: .time(Self.ticks(modifier))
        case 1266: .timetz
        case 1114: .timestamp(Self.ticks(modifier))
        case 1184: .timestamptz(digits: (0...6).contains(modifier) ? UInt8(modifier) : 6)
        case 1186: .interval
        case 2950: .uuid
        case 600: .point
        // int2vector, oidvector
        case 22, 30: options.departs(.vectors) ? .numbers : .emptyArray
        case 19 where !options.departs(.names): .null
        default: nil
        }
    }

    func scalar(extensionType name: String, modifier: Int32) -> ScalarEncoding? {
        switch name {
        case "hstore": .debezium(.hstore)
        case "geometry", "geography": .debezium(.geometry)
        case "vector", "halfvec": .debezium(.vector)
        case "sparsevec": .debezium(.sparseVector)
        default: nil
        }
    }

    func leavesOut(_ column: RelationColumn, of relation: RelationDescription) -> Bool {
        !options.departs(.droppedTypes) && !DebeziumTypes.knows(column.type, relation.facts.types)
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

    /// The scale in the modifier of numeric: eleven bits with a sign.
    private static func scale(_ modifier: Int32) -> Int16 {
        Int16(truncatingIfNeeded: ((modifier - 4) & 0x7FF ^ 0x400) - 0x400)
    }

    /// Three digits of a second's fraction fit milliseconds.
    private static func ticks(_ modifier: Int32) -> DebeziumScalar.Ticks {
        (0...3).contains(modifier) ? .milliseconds : .microseconds
    }
}

/// The types that Debezium has a form for. It leaves out columns of the others.
enum DebeziumTypes {
    static func knows(_ type: OID, _ types: [OID: TypeDescription], depth: Int = 0) -> Bool {
        // No type of PostgreSQL contains itself; a catalog that says so ends here.
        guard depth < 32 else { return false }
        guard let description = types[type] else {
            return scalars.contains(type.value)
                || BuiltInTypes.elementOfArray[type.value].map(elements.contains) ?? false
        }
        switch description.structure {
        case .domain(let base, _): return knows(base, types, depth: depth + 1)
        case .base: return isKnown(description)
        case .array(let element, _):
            guard let element = types[element] else { return elements.contains(element.value) }
            if case .base = element.structure { return isKnown(element) }
            return false
        case .composite, .range, .multirange: return false
        }
    }

    /// An enumeration, which the catalog does not name, or one of these extensions' types.
    private static func isKnown(_ type: TypeDescription) -> Bool {
        switch type.name {
        case "", "citext", "hstore", "ltree", "isbn": true
        case "geometry", "geography", "vector", "halfvec", "sparsevec": true
        default: false
        }
    }

    /// Types that arrays can have: most that stand alone can.
    private static let elements = scalars.subtracting([
        790, 1186, 19, 1562, 142, 600,  // money, interval, name, varbit, xml, point
        22, 30,  // int2vector, oidvector
    ])

    private static let scalars: Set<UInt32> = [
        16, 17, 20, 21, 23, 26, 700, 701, 1700, 790,  // bool, bytea, integers, floats, numeric, money
        18, 19, 25, 1042, 1043,  // "char", name, text, bpchar, varchar
        114, 3802, 142, 2950,  // json, jsonb, xml, uuid
        1082, 1083, 1266, 1114, 1184, 1186,  // date … interval
        1560, 1562, 600, 3614,  // bit, varbit, point, tsvector
        869, 650, 829, 774,  // inet, cidr, macaddr, macaddr8
        3904, 3906, 3908, 3910, 3912, 3926,  // ranges
        22, 30,  // int2vector, oidvector
    ]
}
