import Replication

/// Writing JSON without an intermediate `String` (RFC 8259).
extension OutputBuffer {
    /// Appends the bytes as a JSON string, quotes included. The bytes must be UTF-8 already.
    @inline(__always)
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

    /// Finds each run of bytes that need no escape and copies it whole.
    mutating func appendEscaped(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        precondition(range.lowerBound >= 0 && range.upperBound <= source.count, "range outside the span")
        let end = range.upperBound
        var runStart = range.lowerBound
        var index = runStart
        while index < end {
            if end - index >= 8, !source.hasByteToEscape(inWordAt: index) {
                index += 8
                continue
            }
            let byte = source[index]
            if byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\") {
                append(source, from: runStart, count: index - runStart)
                appendEscape(of: byte)
                runStart = index + 1
            }
            index += 1
        }
        append(source, from: runStart, count: end - runStart)
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

extension Span<UInt8> {
    /// Whether one of the eight bytes from `index` is a control character, a quote or a backslash.
    @inline(__always)
    fileprivate func hasByteToEscape(inWordAt index: Int) -> Bool {
        let low =
            UInt64(self[index]) | UInt64(self[index + 1]) << 8 | UInt64(self[index + 2]) << 16
            | UInt64(self[index + 3]) << 24
        let high =
            UInt64(self[index + 4]) << 32 | UInt64(self[index + 5]) << 40 | UInt64(self[index + 6]) << 48
            | UInt64(self[index + 7]) << 56
        let word = low | high
        let ones: UInt64 = 0x0101_0101_0101_0101
        let quotes = word ^ (ones &* 0x22)
        let backslashes = word ^ (ones &* 0x5C)
        // In each byte, the borrow of the subtraction reaches the top bit if the byte is below what is subtracted;
        // a borrow from the byte below can only report too much, and then the bytes are looked at one by one.
        let control = (word &- (ones &* 0x20)) & ~word
        let quote = (quotes &- ones) & ~quotes
        let backslash = (backslashes &- ones) & ~backslashes
        return (control | quote | backslash) & (ones &* 0x80) != 0
    }
}
