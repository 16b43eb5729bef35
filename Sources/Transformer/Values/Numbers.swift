import Replication

extension OutputBuffer {
    mutating func appendBoolean(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        switch range.count == 1 ? source[range.lowerBound] : 0 {
        case UInt8(ascii: "t"): append("true")
        case UInt8(ascii: "f"): append("false")
        default: appendJSONString(source, range)
        }
    }

    /// Appends digits as they are. PostgreSQL prints integers, and the shortest digits that read back to the same
    /// float, in a form that JSON shares; NaN and the infinities have none and become strings.
    mutating func appendNumber(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        let length = range.count
        if length > 0, length <= 8 {
            // Most numbers are this short, and nothing but digits.
            let word = source.word(at: range.lowerBound, count: length)
            if word.leadingDigits == length, length == 1 || word & 0xFF != UInt8(ascii: "0") {
                return append(word: word, count: length)
            }
        }
        guard source.isJSONNumber(range) else { return appendJSONString(source, range) }
        append(few: source, from: range.lowerBound, count: length)
    }
}

extension Span<UInt8> {
    /// Whether the text is a number by JSON's grammar (RFC 8259, section 6).
    func isJSONNumber(_ range: Range<Int>) -> Bool {
        let end = range.upperBound
        var index = range.lowerBound
        if index < end, self[index] == UInt8(ascii: "-") { index += 1 }
        let whole = index
        guard skipDigits(&index, end), self[whole] != UInt8(ascii: "0") || index == whole + 1 else {
            return false
        }
        if index < end, self[index] == UInt8(ascii: ".") {
            index += 1
            guard skipDigits(&index, end) else { return false }
        }
        if index < end, self[index] | 0x20 == UInt8(ascii: "e") {
            index += 1
            if index < end, self[index] == UInt8(ascii: "+") || self[index] == UInt8(ascii: "-") {
                index += 1
            }
            guard skipDigits(&index, end) else { return false }
        }
        return index == end
    }

    /// Moves over digits; false if there is none.
    @inline(__always)
    private func skipDigits(_ index: inout Int, _ end: Int) -> Bool {
        let start = index
        index = firstIndex(in: start..<end) { $0.othersThanDigits }
        return index > start
    }
}
