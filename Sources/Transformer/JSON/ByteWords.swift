/// Looking at eight bytes of text at once.
extension Span<UInt8> {
    /// The `length` bytes from `index`, at most eight, the first one lowest; above them every bit is set, which no
    /// text in UTF-8 and nothing that is looked for has.
    ///
    /// More than `length` bytes may be read, but never more than the span has.
    @inline(__always)
    func word(at index: Int, count length: Int) -> UInt64 {
        let past = length < 8 ? UInt64.max &<< UInt64(8 * length) : 0
        // So put, the compiler sees that all eight reads are inside, and makes one of them. The end of most values is
        // not the end of their message.
        if index >= 0, index <= count - 8 { return word(at: index) | past }
        var word = past
        for place in 0..<length { word |= UInt64(self[index + place]) << UInt64(8 * place) }
        return word
    }

    /// The eight bytes from `index`, the first one lowest.
    @inline(__always)
    func word(at index: Int) -> UInt64 {
        let low =
            UInt64(self[index]) | UInt64(self[index + 1]) << 8 | UInt64(self[index + 2]) << 16
            | UInt64(self[index + 3]) << 24
        let high =
            UInt64(self[index + 4]) << 32 | UInt64(self[index + 5]) << 40 | UInt64(self[index + 6]) << 48
            | UInt64(self[index + 7]) << 56
        return low | high
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
}
