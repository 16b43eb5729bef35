internal import FoundationEssentials

/// A type that is made from the text of a value, and not from its parts.
protocol PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch)
}

/// A value that is none of a type.
struct ValueMismatch: Error {
    /// What to do about it; nil if there is nothing to say but that.
    var reason: String?
}

extension Bool: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) {
        guard let value = value.boolean else { throw ValueMismatch() }
        self = value
    }
}

extension String: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) {
        guard let text = value.string else { throw ValueMismatch() }
        self = text
    }
}

/// numeric is written as a string, and so are NaN and infinities.
extension LosslessStringConvertible {
    fileprivate static func number(_ value: JSONSlice) throws(ValueMismatch) -> Self {
        let text: String? =
            switch value.kind {
            case .number: value.text
            case .string: value.string
            case .null, .boolean, .array, .object: nil
            }
        guard let text else { throw ValueMismatch() }
        guard let number = Self(text) else {
            throw ValueMismatch(reason: value.kind == .number ? "does not fit in \(Self.self)" : nil)
        }
        return number
    }
}

extension Int: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension Int8: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension Int16: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension Int32: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension Int64: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension Int128: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension UInt: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension UInt8: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension UInt16: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension UInt32: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension UInt64: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension UInt128: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension Double: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}
extension Float: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) { self = try Self.number(value) }
}

extension Decimal: PostgresDecodable {
    /// What a `Decimal` holds without rounding.
    private static let mostDigits = 38

    init(postgres value: JSONSlice) throws(ValueMismatch) {
        let text = value.kind == .number ? value.text : value.string
        guard let text else { throw ValueMismatch() }
        if text == "NaN" {
            self = .nan
            return
        }
        let significant = text.prefix { $0 != "e" && $0 != "E" }.filter { "0"..."9" ~= $0 }
            .drop { $0 == "0" }
        guard significant.count <= Self.mostDigits else {
            throw ValueMismatch(reason: "has more digits than Decimal holds; decode it as String")
        }
        guard let number = Decimal(string: text), !text.hasSuffix("nfinity") else {
            throw ValueMismatch(reason: "is no finite number; decode it as String")
        }
        self = number
    }
}

extension UUID: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) {
        guard let id = value.string.flatMap({ UUID(uuidString: $0) }) else { throw ValueMismatch() }
        self = id
    }
}

extension Data: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) {
        guard let data = value.string.flatMap({ Data(base64Encoded: $0) }) else { throw ValueMismatch() }
        self = data
    }
}

extension [UInt8]: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) {
        self = Array(try Data(postgres: value))
    }
}

extension Date: PostgresDecodable {
    init(postgres value: JSONSlice) throws(ValueMismatch) {
        guard let text = value.string, let date = Date(walbrook: text) else {
            throw ValueMismatch(reason: "is no Date; decode it as String")
        }
        self = date
    }
}
