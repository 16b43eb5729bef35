import Foundation
import TestSupport

/// A JSON value that keeps what others lose: the order of keys, and the digits of numbers as they were written.
indirect enum JSONValue: Hashable, Sendable {
    case null
    case boolean(Bool)
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    struct Member: Hashable, Sendable {
        var name: String
        var value: JSONValue
    }

    init(_ text: String) throws {
        var parser = Parser(rest: Array(text.utf8)[...])
        self = try parser.value()
        guard parser.rest.isEmpty else { throw TestFailure("not JSON: \(text)") }
    }

    /// The value of a key; setting it leaves it in its place.
    subscript(name: String) -> JSONValue? {
        get {
            guard case .object(let members) = self else { return nil }
            return members.first { $0.name == name }?.value
        }
        set {
            guard case .object(var members) = self, let newValue,
                let index = members.firstIndex(where: { $0.name == name })
            else { return }
            members[index].value = newValue
            self = .object(members)
        }
    }

    mutating func remove(_ name: String) {
        guard case .object(let members) = self else { return }
        self = .object(members.filter { $0.name != name })
    }

    var elements: [JSONValue] {
        if case .array(let elements) = self { elements } else { [] }
    }

    var text: String? {
        switch self {
        case .string(let text), .number(let text): text
        default: nil
        }
    }

    private struct Parser {
        var rest: ArraySlice<UInt8>

        mutating func skipSpace() {
            rest = rest.drop { " \t\r\n".utf8.contains($0) }
        }

        mutating func value() throws -> JSONValue {
            skipSpace()
            defer { skipSpace() }
            switch rest.first {
            case UInt8(ascii: "{"):
                var members: [Member] = []
                try items(until: "}") { parser in
                    let name = try parser.string()
                    try parser.take(":")
                    members.append(Member(name: name, value: try parser.value()))
                }
                return .object(members)
            case UInt8(ascii: "["):
                var elements: [JSONValue] = []
                try items(until: "]") { elements.append(try $0.value()) }
                return .array(elements)
            case UInt8(ascii: "\""):
                return .string(try string())
            default:
                let word = String(decoding: rest.prefix { !",]} \t\r\n".utf8.contains($0) }, as: UTF8.self)
                rest = rest.dropFirst(word.utf8.count)
                switch word {
                case "null": return .null
                case "true": return .boolean(true)
                case "false": return .boolean(false)
                default:
                    guard word.wholeMatch(of: /-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?/) != nil else {
                        throw TestFailure("not JSON: \(word)")
                    }
                    return .number(word)
                }
            }
        }

        private mutating func items(until end: String, _ item: (inout Self) throws -> Void) throws {
            rest = rest.dropFirst()
            if (try? take(end)) != nil { return }
            repeat { try item(&self) } while (try? take(",")) != nil
            try take(end)
        }

        private mutating func take(_ character: String) throws {
            skipSpace()
            guard rest.starts(with: character.utf8) else {
                throw TestFailure(
                    "no \(character) in JSON at: \(String(decoding: rest.prefix(40), as: UTF8.self))")
            }
            rest = rest.dropFirst()
        }

        private mutating func string() throws -> String {
            skipSpace()
            var end = rest.startIndex + 1
            while end < rest.endIndex, rest[end] != UInt8(ascii: "\"") {
                end += rest[end] == UInt8(ascii: "\\") ? 2 : 1
            }
            guard end < rest.endIndex else { throw TestFailure("a string in JSON does not end") }
            let literal = Data(rest[rest.startIndex...end])
            rest = rest[(end + 1)...]
            let decoded = try JSONSerialization.jsonObject(with: literal, options: .fragmentsAllowed)
            guard let text = decoded as? String else { throw TestFailure("not a string in JSON") }
            return text
        }
    }
}

extension JSONValue: CustomStringConvertible {
    var description: String {
        switch self {
        case .null: "null"
        case .boolean(let value): "\(value)"
        case .number(let digits): digits
        case .string(let text): "\"\(text)\""
        case .array(let elements): "[" + elements.map(\.description).joined(separator: ",") + "]"
        case .object(let members): "{" + members.map { "\($0.name):\($0.value)" }.joined(separator: ",") + "}"
        }
    }
}
