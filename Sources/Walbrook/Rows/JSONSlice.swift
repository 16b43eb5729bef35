/// A place in the line of an event that holds one JSON value. It is read when it is asked for.
///
/// The lines come from our own encoder, which writes no blanks between values; json and jsonb columns are embedded as
/// the server prints them, and may have some.
struct JSONSlice: Sendable {
    enum Kind {
        case null, boolean, number, string, array, object
    }

    private let line: [UInt8]
    private let range: Range<Int>

    private init(_ line: [UInt8], _ range: Range<Int>) {
        self.line = line
        self.range = range
    }

    /// The whole of a line.
    init(_ line: [UInt8]) {
        self.init(line, line.indices)
    }

    var kind: Kind {
        switch range.isEmpty ? 0 : line[range.lowerBound] {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        case UInt8(ascii: "t"), UInt8(ascii: "f"): .boolean
        case UInt8(ascii: "n"), 0: .null
        default: .number
        }
    }

    var bytes: ArraySlice<UInt8> { line[range] }

    /// As it stands in the line.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    var boolean: Bool? {
        kind == .boolean ? line[range.lowerBound] == UInt8(ascii: "t") : nil
    }

    /// The text of a string, without quotes and escapes. Half of a surrogate pair becomes U+FFFD.
    var string: String? {
        guard kind == .string else { return nil }
        let inner = line[range].dropFirst().dropLast()
        guard inner.contains(UInt8(ascii: "\\")) else { return String(decoding: inner, as: UTF8.self) }
        return String(decoding: JSONEscapes.resolved(inner), as: UTF8.self)
    }

    /// The values of an array.
    var elements: [JSONSlice]? {
        guard kind == .array else { return nil }
        var cursor = JSONCursor(line, at: range.lowerBound + 1)
        var elements: [JSONSlice] = []
        while let value = cursor.nextValue() { elements.append(JSONSlice(line, value)) }
        return elements
    }

    /// The pairs of an object, in their order.
    var members: [(name: String, value: JSONSlice)]? {
        guard kind == .object else { return nil }
        var cursor = JSONCursor(line, at: range.lowerBound + 1)
        var members: [(name: String, value: JSONSlice)] = []
        while let name = cursor.nextValue(), let value = cursor.nextValue() {
            members.append((JSONSlice(line, name).string ?? "", JSONSlice(line, value)))
        }
        return members
    }
}

/// Steps over the values of an array or object.
private struct JSONCursor {
    private let line: [UInt8]
    private var index: Int

    init(_ line: [UInt8], at index: Int) {
        self.line = line
        self.index = index
    }

    /// The next value; nil at the closing bracket.
    mutating func nextValue() -> Range<Int>? {
        while index < line.count, line[index].isSeparator { index += 1 }
        guard index < line.count, !line[index].isClosing else { return nil }
        let start = index
        var depth = 0
        repeat {
            switch line[index] {
            case UInt8(ascii: "\""):
                skipString()
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                index += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                depth -= 1
                index += 1
            case let byte where byte.isSeparator:
                index += 1
            default:
                while index < line.count, !line[index].isSeparator, !line[index].isClosing { index += 1 }
            }
        } while depth > 0 && index < line.count
        return start..<index
    }

    private mutating func skipString() {
        index += 1
        while index < line.count, line[index] != UInt8(ascii: "\"") {
            index += line[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        index = min(index + 1, line.count)
    }
}

extension UInt8 {
    /// Between values: comma, colon and blanks.
    fileprivate var isSeparator: Bool {
        switch self {
        case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D: true
        default: false
        }
    }

    fileprivate var isClosing: Bool {
        self == UInt8(ascii: "}") || self == UInt8(ascii: "]")
    }
}

/// The escapes of JSON strings (RFC 8259, section 7).
private enum JSONEscapes {
    static func resolved(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(text.count)
        var rest = text
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "\\"), let escape = rest.popFirst() else {
                result.append(byte)
                continue
            }
            switch escape {
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "u"): result += Array(String(scalar(&rest)).utf8)
            default: result.append(escape)
            }
        }
        return result
    }

    /// The character behind `\u`, which can take a second escape.
    private static func scalar(_ rest: inout ArraySlice<UInt8>) -> Character {
        let replacement: Character = "\u{FFFD}"
        let high = unit(&rest)
        guard (0xD800..<0xDC00).contains(high) else {
            return Unicode.Scalar(high).map { Character($0) } ?? replacement
        }
        var next = rest
        guard next.popFirst() == UInt8(ascii: "\\"), next.popFirst() == UInt8(ascii: "u") else {
            return replacement
        }
        let low = unit(&next)
        guard (0xDC00..<0xE000).contains(low) else { return replacement }
        rest = next
        return Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (low - 0xDC00)).map { Character($0) }
            ?? replacement
    }

    private static func unit(_ rest: inout ArraySlice<UInt8>) -> UInt32 {
        let digits = rest.prefix(4)
        rest = rest.dropFirst(4)
        return UInt32(String(decoding: digits, as: UTF8.self), radix: 16) ?? 0xFFFD
    }
}
