import Replication

/// How the text of a value that is not made of others becomes JSON.
///
/// A new one is a file with its function, a case here and its types in one of the two initializers.
enum ScalarEncoding: Hashable, Sendable {
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
    case hstore
    /// An array of numbers: pgvector's vector and halfvec.
    case vector
    /// Hexadecimal digits, for those who asked for them.
    case byteaHexadecimal
    /// One of those that Debezium has for itself.
    case debezium(DebeziumScalar)
}

/// How some types are written, where consumers differ.
package struct ValueOptions: Hashable, Sendable {
    /// int8 as a string, for consumers that read every number as a double.
    package var writesInt8AsString = false
    /// numeric as a number, with the same digits; NaN and the infinities stay strings.
    package var writesNumericAsNumber = false
    /// bytea as hexadecimal digits without a prefix, instead of base64.
    package var writesByteaAsHexadecimal = false

    package init() {}
}

extension ScalarEncoding {
    init?(builtIn oid: OID, _ options: ValueOptions) {
        switch oid.value {
        case 20 where options.writesInt8AsString: self = .text
        case 1700 where options.writesNumericAsNumber: self = .number
        case 17 where options.writesByteaAsHexadecimal: self = .byteaHexadecimal
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

    /// For a type that an extension made, by its name.
    init?(extensionType name: String) {
        switch name {
        case "hstore": self = .hstore
        case "vector", "halfvec": self = .vector
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
        case .hstore: buffer.appendHstore(source, range)
        case .vector: buffer.appendVector(source, range)
        case .byteaHexadecimal: buffer.appendHexadecimal(source, range)
        case .debezium(let scalar): scalar.append(source, range, to: &buffer)
        }
    }
}
