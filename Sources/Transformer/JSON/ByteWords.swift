import Replication

/// Looking at eight bytes of text at once.
extension Span<UInt8> {
    /// The `length` bytes from `index`, one to eight, the first one lowest; above them every bit is set, which no text in
    /// UTF-8 and nothing that is looked for has.
    @inline(__always)
    func word(at index: Int, count length: Int) -> UInt64 {
        let unused = UInt64(truncatingIfNeeded: 64 &- 8 &* length)
        // The eight bytes that end where these do: in front of a value there is the rest of its message, behind the last
        // one there is nothing.
        let first = index &+ length &- 8
        let word = first >= 0 ? word(at: first) &>> unused : shortWord(at: index, count: length)
        return word | ~(UInt64.max &>> unused)
    }

    /// The same close to the span's start, where there are no eight bytes that end there.
    @inline(never)
    private func shortWord(at index: Int, count length: Int) -> UInt64 {
        (0..<length).reduce(0) { $0 | UInt64(self[index + $1]) << UInt64(8 * $1) }
    }

    /// Where the first byte stands that `search` finds, or the range's end: in a word it sets bits of such bytes, of which
    /// only the lowest byte has to be right.
    @inline(__always)
    func firstIndex(in range: Range<Int>, _ search: (UInt64) -> UInt64) -> Int {
        let (start, end) = (range.lowerBound, range.upperBound)
        if end &- start < 8 {
            guard start < end else { return end }
            let found = search(word(at: start, count: end &- start))
            return found == 0 ? end : start + found.trailingZeroBitCount / 8
        }
        var index = start
        while index < end {
            // The last eight bytes overlap those before.
            let place = Swift.min(index, end &- 8)
            let found = search(word(at: place))
            if found != 0 { return place + found.trailingZeroBitCount / 8 }
            index = place + 8
        }
        return end
    }
}

/// In each byte, the borrow of a subtraction reaches the top bit if the byte is below what is subtracted. A borrow from
/// a byte that was found can make the next ones seem found, too; the lowest one always is.
extension UInt64 {
    private static var ones: UInt64 { 0x0101_0101_0101_0101 }

    /// The top bits of bytes below `limit`, which is at most 128; only the lowest one is sure.
    @inline(__always)
    func bytes(below limit: UInt8) -> UInt64 {
        (self &- (Self.ones &* UInt64(limit))) & ~self & (Self.ones &* 0x80)
    }

    /// The top bits of bytes that are `byte`; only the lowest one is sure.
    @inline(__always)
    func bytes(of byte: UInt8) -> UInt64 {
        (self ^ (Self.ones &* UInt64(byte))).bytes(below: 1)
    }

    /// The top bits of bytes that are no decimal digit; only the lowest one is sure, as with a borrow.
    @inline(__always)
    var othersThanDigits: UInt64 {
        let values = self ^ (Self.ones &* 0x30)
        return (values &+ (Self.ones &* 0x76) | values) & (Self.ones &* 0x80)
    }

    /// How many decimal digits come first.
    @inline(__always)
    var leadingDigits: Int { othersThanDigits.trailingZeroBitCount / 8 }
}
