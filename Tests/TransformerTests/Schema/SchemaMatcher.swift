import Foundation
import Replication
import Transformer

/// A JSON value.
indirect enum JSONValue: Equatable {
    case null, boolean(Bool), number(Double), string(String), array([JSONValue]), object([String: JSONValue])

    init(_ text: some StringProtocol) throws {
        self.init(parsed: try JSONSerialization.jsonObject(with: Data(text.utf8), options: .fragmentsAllowed))
    }

    private init(parsed value: Any) {
        switch value {
        case let members as [String: Any]: self = .object(members.mapValues { JSONValue(parsed: $0) })
        case let elements as [Any]: self = .array(elements.map { JSONValue(parsed: $0) })
        case let text as String: self = .string(text)
        case let number as NSNumber:
            // SAFETY: a C string of at least one character, alive as long as the number.
            let isBoolean = unsafe number.objCType.pointee == CChar(UInt8(ascii: "c"))
            self = isBoolean ? .boolean(number.boolValue) : .number(number.doubleValue)
        default: self = .null
        }
    }

    subscript(_ key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    var members: [String: JSONValue] {
        if case .object(let members) = self { members } else { [:] }
    }

    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }
}

/// Judges values by a schema, as far as Walbrook's schemas use the language. Integration tests ask somebody else's.
struct SchemaMatcher {
    let root: JSONValue

    struct Unknown: Error {
        let keyword: String
    }

    init(_ schema: borrowing OutputBuffer) throws {
        root = try JSONValue(schema.text)
    }

    /// Whether a line is valid.
    func accepts(_ line: some StringProtocol) throws -> Bool {
        try accepts(JSONValue(line), root)
    }

    func accepts(_ value: JSONValue, _ schema: JSONValue) throws -> Bool {
        for (keyword, argument) in schema.members {
            guard try holds(keyword, argument, of: schema, value) else { return false }
        }
        return schema != .boolean(false)
    }

    private func holds(
        _ keyword: String, _ argument: JSONValue, of schema: JSONValue, _ value: JSONValue
    ) throws -> Bool {
        switch (keyword, value) {
        case ("$schema", _), ("$defs", _), ("title", _), ("description", _), ("format", _),
            ("contentEncoding", _),
            ("then", _):
            return true
        case ("$ref", _): return try accepts(value, definition(argument.text ?? ""))
        case ("oneOf", _): return try argument.elements.count { try accepts(value, $0) } == 1
        case ("anyOf", _): return try argument.elements.contains { try accepts(value, $0) }
        case ("not", _): return try !accepts(value, argument)
        case ("if", _): return try !accepts(value, argument) || accepts(value, schema["then"] ?? .object([:]))
        case ("type", _):
            let types = argument.text.map { [$0] } ?? argument.elements.compactMap(\.text)
            return types.contains { Self.isOf($0, value) }
        case ("const", _): return value == argument
        case ("enum", _): return argument.elements.contains(value)
        case ("pattern", .string(let text)): return try text.firstMatch(of: Regex(argument.text ?? "")) != nil
        case ("minimum", .number(let number)): return try number >= limit(argument)
        case ("maximum", .number(let number)): return try number <= limit(argument)
        case ("items", .array(let elements)): return try elements.allSatisfy { try accepts($0, argument) }
        case ("minItems", .array(let elements)): return try Double(elements.count) >= limit(argument)
        case ("uniqueItems", .array(let elements)):
            return elements.indices.allSatisfy { !elements[..<$0].contains(elements[$0]) }
        case ("required", .object(let members)):
            return argument.elements.allSatisfy { $0.text.map { members[$0] != nil } ?? false }
        case ("properties", .object(let members)):
            return try members.allSatisfy { name, member in
                try argument[name].map { try accepts(member, $0) } ?? true
            }
        case ("additionalProperties", .object(let members)):
            let known = schema["properties"]?.members ?? [:]
            return try members.allSatisfy { name, member in
                try known[name] != nil || accepts(member, argument)
            }
        case ("pattern", _), ("minimum", _), ("maximum", _), ("items", _), ("minItems", _),
            ("uniqueItems", _),
            ("required", _), ("properties", _), ("additionalProperties", _):
            return true
        default:
            throw Unknown(keyword: keyword)
        }
    }

    /// What a reference leads to: a JSON pointer, percent-encoded.
    func definition(_ reference: String) throws -> JSONValue {
        var value = root
        for part in reference.split(separator: "/").dropFirst() {
            let name = part.removingPercentEncoding?.replacing("~1", with: "/").replacing("~0", with: "~")
            guard let next = name.flatMap({ value[$0] }) else { throw Unknown(keyword: reference) }
            value = next
        }
        return value
    }

    private static func isOf(_ type: String, _ value: JSONValue) -> Bool {
        switch (type, value) {
        case ("null", .null), ("boolean", .boolean), ("number", .number), ("string", .string),
            ("array", .array),
            ("object", .object):
            true
        case ("integer", .number(let number)): number == number.rounded()
        default: false
        }
    }

    private func limit(_ argument: JSONValue) throws -> Double {
        guard case .number(let limit) = argument else { throw Unknown(keyword: "limit") }
        return limit
    }
}
