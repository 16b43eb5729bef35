/// A value that may not have been sent because it did not change, for properties of types that rows are decoded to.
///
/// `MaybeUnchanged<String?>` tells apart all three states of a column: `.unchanged`, `.value(nil)` for NULL, and
/// `.value("…")`. See ``Row``, and "TOAST" in the PostgreSQL manual.
public enum MaybeUnchanged<Value: Decodable>: Decodable {
    /// The server did not send it.
    case unchanged
    case value(Value)

    /// What was sent; nil if nothing was.
    public var sent: Value? {
        switch self {
        case .unchanged: nil
        case .value(let value): value
        }
    }

    /// Also of a column that was not sent.
    public init(from decoder: any Decoder) throws {
        if let decoder = decoder as? ValueDecoder, case .notSent = decoder.subject {
            self = .unchanged
        } else {
            self = .value(try decoder.singleValueContainer().decode(Value.self))
        }
    }
}

extension MaybeUnchanged: Sendable where Value: Sendable {}
extension MaybeUnchanged: Equatable where Value: Equatable {}

/// A value as JSON text: a json or jsonb column as the server prints it, with line breaks as blanks, or any other value
/// as the native events have it.
///
/// See section 8.14, "JSON Types", of the PostgreSQL manual.
public struct JSONText: Decodable, Hashable, Sendable {
    /// The JSON.
    public var text: String

    /// Only out of a ``Row``.
    public init(from decoder: any Decoder) throws {
        text = try decoder.singleValueContainer().decode(Verbatim.self).text
    }

    private struct Verbatim: Decodable, PostgresDecodable {
        let text: String

        init(postgres value: JSONSlice) throws(ValueMismatch) { text = value.text }

        init(from decoder: any Decoder) throws {
            throw DecodingError.dataCorrupted(
                .init(codingPath: decoder.codingPath, debugDescription: "JSONText is decoded from a Row only")
            )
        }
    }
}

/// A value of a range type; of a multirange type, `[RangeValue<Bound>]`.
///
/// See section 8.17, "Range Types", of the PostgreSQL manual.
public struct RangeValue<Bound: Decodable>: Decodable {
    /// The lower bound; nil if there is none, or the range is empty.
    public var lower: Bound?
    /// The upper bound; nil if there is none, or the range is empty.
    public var upper: Bound?
    /// Whether the lower bound is in the range.
    public var includesLower: Bool
    /// Whether the upper bound is in the range.
    public var includesUpper: Bool
    /// Whether nothing is in the range.
    public var isEmpty: Bool

    private enum CodingKeys: CodingKey {
        case lower, upper, bounds, empty
    }

    /// As the native events have it.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        isEmpty = try values.decodeIfPresent(Bool.self, forKey: .empty) ?? false
        lower = try values.decodeIfPresent(Bound.self, forKey: .lower)
        upper = try values.decodeIfPresent(Bound.self, forKey: .upper)
        let bounds = isEmpty ? "()" : try values.decode(String.self, forKey: .bounds)
        includesLower = bounds.hasPrefix("[")
        includesUpper = bounds.hasSuffix("]")
    }
}

extension RangeValue: Sendable where Bound: Sendable {}
extension RangeValue: Equatable where Bound: Equatable {}
