/// A place in one message, moving forward field by field; every read is checked against the message's end.
///
/// Integers are in network byte order, strings end with a zero byte (PostgreSQL manual, "Message Data Types").
package struct WireCursor: ~Escapable {
    package let bytes: Span<UInt8>
    /// The message's tag, for errors.
    package let tag: UInt8
    package private(set) var offset: Int

    /// A cursor behind the tag byte, which stands at `start`.
    @_lifetime(copy bytes)
    package init(_ bytes: Span<UInt8>, messageAt start: Int) throws(DecodingError) {
        guard start >= 0, start < bytes.count else {
            throw DecodingError(tag: 0, offset: bytes.count, reason: .truncated)
        }
        self.bytes = bytes
        tag = bytes[start]
        offset = start + 1
    }

    @inline(never)
    package func error(_ reason: DecodingError.Reason) -> DecodingError {
        switch reason {
        case .unexpectedTuple, .unknownColumnKind, .unknownReplicaIdentity, .unknownFlags:
            // The byte that was just read is the one that makes no sense.
            DecodingError(tag: tag, offset: offset - 1, reason: reason)
        case .truncated, .trailingBytes, .unknownMessage, .invalidLength:
            DecodingError(tag: tag, offset: offset, reason: reason)
        }
    }

    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func uint8() throws(DecodingError) -> UInt8 {
        guard offset < bytes.count else { throw error(.truncated) }
        let value = bytes[offset]
        offset += 1
        return value
    }

    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func uint16() throws(DecodingError) -> UInt16 {
        let at = offset
        guard bytes.count - at >= 2 else { throw error(.truncated) }
        offset = at + 2
        return UInt16(bytes[at]) << 8 | UInt16(bytes[at + 1])
    }

    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func uint32() throws(DecodingError) -> UInt32 {
        let at = offset
        guard bytes.count - at >= 4 else { throw error(.truncated) }
        offset = at + 4
        return bytes.uint32(at: at)
    }

    @_lifetime(self: copy self)
    package mutating func uint64() throws(DecodingError) -> UInt64 {
        let high = try uint32()
        return try UInt64(high) << 32 | UInt64(uint32())
    }

    /// Passes over `length` bytes and returns where they start.
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func skip(_ length: Int) throws(DecodingError) -> Int {
        let at = offset
        guard length >= 0 else { throw error(.invalidLength(length)) }
        guard bytes.count - at >= length else { throw error(.truncated) }
        offset = at + length
        return at
    }

    /// Passes over a zero-terminated string and returns where its bytes are, without the zero.
    @_lifetime(self: copy self)
    package mutating func stringRange() throws(DecodingError) -> Range<Int> {
        var end = offset
        while end < bytes.count, bytes[end] != 0 { end += 1 }
        guard end < bytes.count else { throw error(.truncated) }
        let range = offset..<end
        offset = end + 1
        return range
    }

    /// A zero-terminated string as text; bytes that are not UTF-8 become U+FFFD.
    @_lifetime(self: copy self)
    package mutating func string() throws(DecodingError) -> String {
        let range = try stringRange()
        return String(decoding: range.map { bytes[$0] }, as: UTF8.self)
    }

    package func expectEnd() throws(DecodingError) {
        guard offset == bytes.count else { throw error(.trailingBytes(bytes.count - offset)) }
    }
}
