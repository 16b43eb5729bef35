import Replication

extension OutputBuffer {
    /// json and jsonb stand in the line as the server printed them. The `json` type keeps the line breaks of its
    /// input; outside of strings they are blanks to JSON, and inside they cannot be.
    mutating func appendEmbeddedJSON(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        var start = range.lowerBound
        while true {
            let end = source.firstIndex(in: start..<range.upperBound) {
                $0.bytes(of: UInt8(ascii: "\n")) | $0.bytes(of: UInt8(ascii: "\r"))
            }
            append(few: source, from: start, count: end - start)
            guard end < range.upperBound else { return }
            append(UInt8(ascii: " "))
            start = end + 1
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
