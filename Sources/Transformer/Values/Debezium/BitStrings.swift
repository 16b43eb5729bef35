import Replication

extension OutputBuffer {
    /// A bit string of one bit.
    mutating func appendBit(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        switch range.count == 1 ? source[range.lowerBound] : 0 {
        case UInt8(ascii: "0"): append("false")
        case UInt8(ascii: "1"): append("true")
        default: return false
        }
        return true
    }

    /// A longer one, printed with the highest bit first: base64 of its bytes, the lowest first, up to the last that is
    /// not zero.
    mutating func appendBits(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        var first = range.upperBound
        for index in range.reversed() {
            switch source[index] {
            case UInt8(ascii: "0"): break
            case UInt8(ascii: "1"): first = index
            default: return false
            }
        }
        var base64 = Base64Writer()
        append(UInt8(ascii: "\""))
        var end = range.upperBound
        while end > first {
            let start = max(end - 8, first)
            var byte: UInt8 = 0
            for index in start..<end { byte = byte << 1 | source[index] & 1 }
            base64.append(byte, to: &self)
            end = start
        }
        base64.finish(&self)
        append(UInt8(ascii: "\""))
        return true
    }
}
