import Replication

/// What an encoding writes, as JSON Schema. The encoding decides the form; the type only narrows it.
extension ScalarEncoding {
    /// - Parameters:
    ///   - type: the type that is written so, or the one below a domain.
    ///   - labels: of an enumeration.
    func schema(for type: OID, labels: [String]?) -> JSONDocument {
        switch self {
        case .boolean: ["type": "boolean"]
        case .number: Self.number(type)
        case .text: labels.map { ["type": "string", "enum": .strings($0)] } ?? Self.text(type)
        // Whatever the application put in.
        case .json: [:]
        case .bytea: .string(matching: Self.base64, [("contentEncoding", "base64")])
        case .byteaHexadecimal: .string(matching: "([0-9a-f]{2})*", [("contentEncoding", "base16")])
        case .timestamp: .string(matching: Self.timestamp(plain: "", asPrinted: ""))
        case .timestamptz: .string(matching: Self.timestamp(plain: "Z", asPrinted: #"\+00"#))
        case .hstore: ["type": "object", "additionalProperties": ["type": ["string", "null"]]]
        case .vector: ["type": "array", "items": ["type": "number"], "minItems": 1]
        // The schema is that of the native events, where this does not occur.
        case .debezium: [:]
        }
    }

    // MARK: Numbers

    private static func number(_ type: OID) -> JSONDocument {
        switch type.value {
        case 21: integer(-32_768, 32_767)
        case 23: integer(-2_147_483_648, 2_147_483_647)
        case 20: integer(.min, .max)
        case 26: integer(0, 4_294_967_295)
        // Some numbers of these types have no form in JSON.
        default: ["type": ["number", "string"], "pattern": .string(whole(notANumber))]
        }
    }

    private static func integer(_ lowest: Int64, _ highest: Int64) -> JSONDocument {
        ["type": "integer", "minimum": .integer(lowest), "maximum": .integer(highest)]
    }

    private static let notANumber = "NaN|-?Infinity"

    // MARK: Texts

    // Ranges instead of \d, which to some engines is every digit of Unicode.

    static let base64 = "([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?"
    private static let infinity = "-?infinity"
    private static let monthAndDay = "-[0-9]{2}-[0-9]{2}"
    private static let time = #"[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?"#

    /// ISO 8601 for years of four digits; what that cannot tell comes as PostgreSQL prints it.
    private static func timestamp(plain: String, asPrinted: String) -> String {
        "[0-9]{4}\(monthAndDay)T\(time)\(plain)|[0-9]{5,6}\(monthAndDay) \(time)\(asPrinted)"
            + "|[0-9]{4,6}\(monthAndDay) \(time)\(asPrinted) BC|\(infinity)"
    }

    private static func text(_ type: OID) -> JSONDocument {
        switch type.value {
        // Only if it is asked for.
        case 20: .string(matching: "-?[0-9]{1,19}")
        case 1700: .string(matching: #"-?[0-9]+(\.[0-9]+)?|"# + notANumber)
        case 1082: .string(matching: "[0-9]{4,7}\(monthAndDay)( BC)?|\(infinity)")
        case 1083: .string(matching: time)
        case 1266: .string(matching: time + "[+-][0-9]{2}(:[0-9]{2}){0,2}")
        case 1186: .string(matching: interval)
        case 1560, 1562: .string(matching: "[01]*")
        case 2950:
            .string(
                matching: "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
                [("format", "uuid")])
        default: ["type": "string"]
        }
    }

    /// PostgreSQL's ISO 8601 has a sign at each field, and fractions of seconds.
    private static var interval: String {
        let date = "(-?[0-9]+Y)?(-?[0-9]+M)?(-?[0-9]+D)?"
        return #"P\#(date)(T(-?[0-9]+H)?(-?[0-9]+M)?(-?[0-9]+(\.[0-9]+)?S)?)?|\#(infinity)"#
    }

    private static func whole(_ pattern: String) -> String { "^(\(pattern))$" }
}

extension Mask {
    var schema: JSONDocument {
        switch self {
        case .null: ["type": "null"]
        case .redact: ["type": "string", "const": "***"]
        case .sha256: ["type": "string", "pattern": "^[0-9a-f]{64}$"]
        }
    }
}

extension JSONDocument {
    /// A string that matches from its start to its end.
    static func string(
        matching pattern: String, _ more: [(name: String, value: JSONDocument)] = []
    ) -> JSONDocument {
        .object([("type", "string")] + more + [("pattern", .string("^(\(pattern))$"))])
    }
}
