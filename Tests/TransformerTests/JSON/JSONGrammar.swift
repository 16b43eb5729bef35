/// Whether bytes are one JSON value, after the grammar of RFC 8259: a second opinion beside `JSONValidator`, without
/// its limit of depth. What Foundation cannot represent (`1e999`, a lone surrogate) is JSON nonetheless.
///
/// The fuzz target uses it too.
struct JSONGrammar {
    private enum Expected {
        case value
        case valueOrEnd
        case name
        case nameOrEnd
        case colon
        case commaOrEnd
        case nothing
    }

    private let bytes: [UInt8]
    private var index = 0
    private var expected = Expected.value
    private var closers: [UInt8] = []

    static func isValue(_ bytes: [UInt8]) -> Bool {
        var grammar = JSONGrammar(bytes: bytes)
        while let byte = grammar.next() {
            guard grammar.take(byte) else { return false }
        }
        return grammar.expected == .nothing
    }

    private init(bytes: [UInt8]) {
        self.bytes = bytes
    }

    private mutating func next() -> UInt8? {
        while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
        return index < bytes.count ? bytes[index] : nil
    }

    /// Takes the token that begins with `byte`; false if it may not stand here.
    private mutating func take(_ byte: UInt8) -> Bool {
        let mayBeValue = expected == .value || expected == .valueOrEnd
        let mayEnd = expected == .commaOrEnd || expected == .valueOrEnd || expected == .nameOrEnd
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard mayBeValue else { return false }
            // In ASCII the closing bracket stands two behind the opening one.
            closers.append(byte + 2)
            expected = byte == UInt8(ascii: "{") ? .nameOrEnd : .valueOrEnd
            index += 1
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            guard mayEnd, closers.popLast() == byte else { return false }
            expected = closers.isEmpty ? .nothing : .commaOrEnd
            index += 1
        case UInt8(ascii: ","):
            guard expected == .commaOrEnd, let closer = closers.last else { return false }
            expected = closer == UInt8(ascii: "}") ? .name : .value
            index += 1
        case UInt8(ascii: ":"):
            guard expected == .colon else { return false }
            expected = .value
            index += 1
        case UInt8(ascii: "\"") where expected == .name || expected == .nameOrEnd:
            expected = .colon
            return string()
        default:
            guard mayBeValue else { return false }
            expected = closers.isEmpty ? .nothing : .commaOrEnd
            return byte == UInt8(ascii: "\"") ? string() : word()
        }
        return true
    }

    private mutating func string() -> Bool {
        index += 1
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case 0..<0x20: return false
            case UInt8(ascii: "\\"):
                guard index < bytes.count else { return false }
                let digits = bytes[(index + 1)...].prefix(4)
                let isUnicode = bytes[index] == UInt8(ascii: "u")
                guard
                    isUnicode
                        ? digits.count == 4 && digits.allSatisfy(Self.isHexadecimal)
                        : Array("\"\\/bfnrt".utf8).contains(bytes[index])
                else { return false }
                index += isUnicode ? 5 : 1
            default: continue
            }
        }
        return false
    }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        Array("0123456789abcdefABCDEF".utf8).contains(byte)
    }

    /// A literal name or a number: everything up to the next byte that may not be part of one.
    private mutating func word() -> Bool {
        let rest = bytes[index...].prefix { !Array("{}[],:\" \t\r\n".utf8).contains($0) }
        index = rest.endIndex
        let word = String(decoding: rest, as: UTF8.self)
        return ["true", "false", "null"].contains(word) || Self.isNumber(Array(rest))
    }

    private static func isNumber(_ word: [UInt8]) -> Bool {
        var rest = word[...]
        func digits() -> Int {
            let count = rest.prefix { (0x30...0x39).contains($0) }.count
            rest = rest.dropFirst(count)
            return count
        }
        if rest.first == UInt8(ascii: "-") { rest = rest.dropFirst() }
        let startsWithZero = rest.first == 0x30
        let whole = digits()
        guard whole > 0, !startsWithZero || whole == 1 else { return false }
        if rest.first == UInt8(ascii: ".") {
            rest = rest.dropFirst()
            guard digits() > 0 else { return false }
        }
        if let byte = rest.first, byte | 0x20 == UInt8(ascii: "e") {
            rest = rest.dropFirst()
            if let sign = rest.first, sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
                rest = rest.dropFirst()
            }
            guard digits() > 0 else { return false }
        }
        return rest.isEmpty
    }
}
