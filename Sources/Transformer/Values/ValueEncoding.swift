import Replication

/// How the text of a value becomes JSON. An encoding is chosen once for each column of a relation.
///
/// A new one is a file with its function, a case here and its types in `init(builtIn:)`.
enum ScalarEncoding: UInt8, Sendable {
    case boolean
    /// Digits as they are, or a string for NaN and the infinities: int2, int4, int8, oid, float4, float8.
    case number
    /// A string as PostgreSQL prints it: every type without an encoding of its own.
    case text
    /// Embedded as it is.
    case json
    case bytea
    case timestamp
    case timestamptz
}

/// The encoding of a column's type.
enum ValueEncoding: Hashable, Sendable {
    case scalar(ScalarEncoding)
    case array(of: ScalarEncoding, delimiter: UInt8)

    static let text = ValueEncoding.scalar(.text)

    var isJSON: Bool {
        self == .scalar(.json)
    }

    /// For a built-in type, by its OID (`pg_type.dat`); text for any other.
    init(_ oid: OID) {
        if let scalar = ScalarEncoding(builtIn: oid) {
            self = .scalar(scalar)
        } else if let element = Self.elementOfArray[oid.value] {
            self = .array(of: ScalarEncoding(builtIn: OID(element)) ?? .text, delimiter: UInt8(ascii: ","))
        } else {
            self = .text
        }
    }

    /// For a type by the name a Type message gives it: a domain comes with the name of its base type.
    init(_ type: TypeName) {
        let builtIn = type.schema == "pg_catalog" ? Self.builtInNames[type.name] : nil
        self = builtIn.map { ValueEncoding(OID($0)) } ?? .text
    }

    /// Array types, each with the type of its elements.
    private static let elementOfArray: [UInt32: UInt32] = [
        1000: 16,  // bool
        1001: 17,  // bytea
        1005: 21, 1007: 23, 1016: 20, 1028: 26,  // int2, int4, int8, oid
        1021: 700, 1022: 701,  // float4, float8
        1231: 1700,  // numeric
        1009: 25, 1015: 1043, 1014: 1042, 1002: 18, 1003: 19,  // text, varchar, bpchar, "char", name
        199: 114, 3807: 3802,  // json, jsonb
        1182: 1082, 1183: 1083, 1270: 1266,  // date, time, timetz
        1115: 1114, 1185: 1184,  // timestamp, timestamptz
        2951: 2950,  // uuid
    ]

    /// Built-in types by name, as far as a domain over them needs another encoding than text.
    private static let builtInNames: [String: UInt32] = [
        "bool": 16, "bytea": 17, "int8": 20, "int2": 21, "int4": 23, "oid": 26, "json": 114, "jsonb": 3802,
        "float4": 700, "float8": 701, "timestamp": 1114, "timestamptz": 1184,
        "_bool": 1000, "_bytea": 1001, "_int2": 1005, "_int4": 1007, "_int8": 1016, "_oid": 1028,
        "_float4": 1021, "_float8": 1022, "_numeric": 1231, "_text": 1009, "_varchar": 1015, "_bpchar": 1014,
        "_char": 1002, "_name": 1003, "_json": 199, "_jsonb": 3807, "_date": 1182, "_time": 1183,
        "_timetz": 1270, "_timestamp": 1115, "_timestamptz": 1185, "_uuid": 2951,
    ]
}

extension ScalarEncoding {
    init?(builtIn oid: OID) {
        switch oid.value {
        case 16: self = .boolean
        case 20, 21, 23, 26, 700, 701: self = .number
        case 114, 3802: self = .json
        case 17: self = .bytea
        case 1114: self = .timestamp
        case 1184: self = .timestamptz
        // "char", name, text, bpchar, varchar, date, time, timetz, numeric, uuid
        case 18, 19, 25, 1042, 1043, 1082, 1083, 1266, 1700, 2950: self = .text
        default: return nil
        }
    }

    /// Appends a value as JSON. Text that is not of its type's form becomes a JSON string: a line is always JSON.
    @inline(__always)
    func append(_ source: borrowing Span<UInt8>, _ range: Range<Int>, to buffer: inout OutputBuffer) {
        switch self {
        case .number: buffer.appendNumber(source, range)
        case .text: buffer.appendJSONString(source, range)
        case .boolean: buffer.appendBoolean(source, range)
        case .json: buffer.appendEmbeddedJSON(source, range)
        case .bytea: buffer.appendBase64(hexadecimal: source, range)
        case .timestamp: buffer.appendTimestamp(source, range, isZoned: false)
        case .timestamptz: buffer.appendTimestamp(source, range, isZoned: true)
        }
    }
}
