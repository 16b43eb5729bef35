import Replication

extension OutputBuffer {
    /// json and jsonb stand in the line as the server printed them. The `json` type keeps the line breaks of its
    /// input; outside of strings they are blanks to JSON, and inside they cannot be.
    mutating func appendEmbeddedJSON(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        var index = range.lowerBound
        while index < range.upperBound {
            let length = min(8, range.upperBound - index)
            let word = source.word(at: index, count: length)
            let found = word.bytes(of: UInt8(ascii: "\n")) | word.bytes(of: UInt8(ascii: "\r"))
            if found == 0 {
                append(word: word, count: length)
                index += length
            } else {
                let clean = found.trailingZeroBitCount / 8
                append(word: word, count: clean)
                append(UInt8(ascii: " "))
                index += clean + 1
            }
        }
    }
}

extension Span<UInt8> {
    /// Whether the text is the JSON value null, which must be told from SQL NULL.
    func isJSONNull(_ range: Range<Int>) -> Bool {
        func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
        guard range.count >= 4 else { return false }
        var (first, end) = (range.lowerBound, range.upperBound)
        while first < end, isSpace(self[first]) { first += 1 }
        while end > first, isSpace(self[end - 1]) { end -= 1 }
        return end - first == 4 && self[first] == UInt8(ascii: "n") && self[first + 1] == UInt8(ascii: "u")
            && self[first + 2] == UInt8(ascii: "l") && self[first + 3] == UInt8(ascii: "l")
    }
}
