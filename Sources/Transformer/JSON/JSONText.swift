import Replication

/// Writing JSON without an intermediate `String` (RFC 8259).
extension OutputBuffer {
    /// Appends the bytes as a JSON string, quotes included. The bytes must be UTF-8 already.
    mutating func appendJSONString(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        append(UInt8(ascii: "\""))
        appendEscaped(source, range)
        append(UInt8(ascii: "\""))
    }

    /// Appends text as a JSON string; for names that are written once a relation.
    mutating func appendJSONString(_ text: String) {
        let bytes = Array(text.utf8)
        appendJSONString(bytes.span, bytes.indices)
    }

    /// Runs of bytes that need no escape are found, then copied whole. Most texts are one.
    mutating func appendEscaped(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        let end = appendRun(source, range)
        if end < range.upperBound { appendFromEscape(source, end..<range.upperBound) }
    }

    @inline(never)
    private mutating func appendFromEscape(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        var index = range.lowerBound
        while index < range.upperBound {
            appendEscape(of: source[index])
            index = appendRun(source, (index + 1)..<range.upperBound)
        }
    }

    /// Appends the bytes in front of the first one that needs an escape, and returns where that is.
    @inline(__always)
    private mutating func appendRun(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Int {
        let end = source.firstIndex(in: range) {
            $0.bytes(below: 0x20) | $0.bytes(of: UInt8(ascii: "\"")) | $0.bytes(of: UInt8(ascii: "\\"))
        }
        append(few: source, from: range.lowerBound, count: end - range.lowerBound)
        return end
    }

    @inline(never)
    private mutating func appendEscape(of byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""): append("\\\"")
        case UInt8(ascii: "\\"): append("\\\\")
        case UInt8(ascii: "\n"): append("\\n")
        case UInt8(ascii: "\r"): append("\\r")
        case UInt8(ascii: "\t"): append("\\t")
        case 0x08: append("\\b")
        case 0x0C: append("\\f")
        default:
            append("\\u00")
            appendHexDigit(byte >> 4)
            appendHexDigit(byte & 15)
        }
    }

    /// Appends one lower-case hexadecimal digit for a value below 16.
    mutating func appendHexDigit(_ value: UInt8) {
        append(value < 10 ? UInt8(ascii: "0") + value : UInt8(ascii: "a") + value - 10)
    }

    /// Appends `value` as eight upper-case hexadecimal digits, made all at once in the eight bytes of a word.
    @inline(__always)
    mutating func appendHex(_ value: UInt32) {
        let ones: UInt64 = 0x0101_0101_0101_0101
        // One half-byte into each byte, the highest into the first.
        var digits = UInt64(value.byteSwapped)
        digits = (digits | digits << 16) & 0x0000_FFFF_0000_FFFF
        digits = (digits | digits << 8) & 0x00FF_00FF_00FF_00FF
        digits = (digits >> 4 | digits << 8) & (ones &* 0x0F)
        // 1 where the digit is a letter.
        let letters = (digits &+ ones &* 6) >> 4 & ones
        append(word: digits &+ ones &* 0x30 &+ letters &* 7)
    }

    /// Replaces what is not UTF-8 behind the first `start` bytes by U+FFFD.
    ///
    /// Only a database in SQL_ASCII can hold such bytes, and only inside of strings, so that the line stays JSON.
    /// - Returns: how many replacements were made.
    mutating func repairUTF8(from start: Int) -> Int {
        guard (try? UTF8Span(validating: span.extracting(start..<count))) == nil else { return 0 }
        let damaged = (start..<count).map { span[$0] }
        let repaired = Array(String(decoding: damaged, as: UTF8.self).utf8)
        truncate(to: start)
        append(repaired.span, from: 0, count: repaired.count)
        return Self.replacementCharacters(in: repaired) - Self.replacementCharacters(in: damaged)
    }

    private static func replacementCharacters(in bytes: [UInt8]) -> Int {
        bytes.indices.dropLast(2).count {
            bytes[$0] == 0xEF && bytes[$0 + 1] == 0xBF && bytes[$0 + 2] == 0xBD
        }
    }
}
