/// One column of a tuple: its kind, and where its bytes stand in the CopyData message. Public only so that the compiler
/// inlines its range, as `OutputBuffer` is.
public struct TupleColumn: Hashable, Sendable {
    /// What the byte in front of a value says (PostgreSQL manual, TupleData).
    public enum Kind: UInt8, Sendable {
        /// SQL NULL, or a column that an old key does not hold.
        case null = 0x6E  // n
        /// A TOASTed value that did not change and was not sent.
        case unchanged = 0x75  // u
        case text = 0x74  // t
        case binary = 0x62  // b
    }

    /// Whether there is a value, and in which form.
    public var kind: Kind
    /// First byte of the value; meaningless without one.
    public var offset: Int32
    /// Bytes of the value; 0 without one.
    public var length: Int32

    package init(kind: Kind, offset: Int32, length: Int32) {
        self.kind = kind
        self.offset = offset
        self.length = length
    }

    /// Where its bytes are in the message.
    @inlinable @inline(__always)
    public var range: Range<Int> {
        Int(offset)..<(Int(offset) &+ Int(length))
    }
}

/// The columns of one row, in the order of its relation.
///
/// It is filled again and again by the decoder, so that a row costs no allocation.
package struct Tuple: Sendable {
    package private(set) var columns: [TupleColumn] = []
    /// Whether a value came in binary, which is never asked for.
    package private(set) var hasBinaryValue = false

    package init() {}

    @_lifetime(cursor: copy cursor)
    mutating func decode(_ cursor: inout WireCursor) throws(DecodingError) {
        let count = Int(try cursor.uint16())
        columns.removeAll(keepingCapacity: true)
        hasBinaryValue = false
        try columns.append(addingCapacity: count) { columns throws(DecodingError) in
            for _ in 0..<count {
                let column = try TupleColumn(decoding: &cursor)
                if column.kind == .binary { hasBinaryValue = true }
                columns.append(column)
            }
        }
    }
}

extension TupleColumn {
    @inline(__always)
    @_lifetime(cursor: copy cursor)
    fileprivate init(decoding cursor: inout WireCursor) throws(DecodingError) {
        let byte = try cursor.uint8()
        guard let kind = Kind(rawValue: byte) else { throw cursor.error(.unknownColumnKind(byte)) }
        switch kind {
        case .text, .binary:
            let length = Int32(bitPattern: try cursor.uint32())
            let start = try cursor.skip(Int(length))
            self.init(kind: kind, offset: Int32(truncatingIfNeeded: start), length: length)
        case .null, .unchanged:
            self.init(kind: kind, offset: 0, length: 0)
        }
    }
}
