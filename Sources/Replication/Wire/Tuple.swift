/// One column of a tuple: its kind, and where its bytes stand in the CopyData message.
package struct TupleColumn: Hashable, Sendable {
    package enum Kind: UInt8, Sendable {
        /// SQL NULL, or a column that an old key does not hold.
        case null = 0x6E  // n
        /// A TOASTed value that did not change and was not sent.
        case unchanged = 0x75  // u
        case text = 0x74  // t
        case binary = 0x62  // b
    }

    package var kind: Kind
    /// First byte of the value; meaningless without one.
    package var offset: Int32
    /// Bytes of the value; 0 without one.
    package var length: Int32

    package init(kind: Kind, offset: Int32, length: Int32) {
        self.kind = kind
        self.offset = offset
        self.length = length
    }

    package var range: Range<Int> {
        Int(offset)..<(Int(offset) + Int(length))
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
        columns.removeAll(keepingCapacity: true)
        hasBinaryValue = false
        let count = try cursor.uint16()
        for _ in 0..<count {
            let byte = try cursor.uint8()
            switch byte {
            case TupleColumn.Kind.text.rawValue, TupleColumn.Kind.binary.rawValue:
                let length = Int32(bitPattern: try cursor.uint32())
                let start = try cursor.skip(Int(length))
                let kind: TupleColumn.Kind = byte == TupleColumn.Kind.text.rawValue ? .text : .binary
                if kind == .binary { hasBinaryValue = true }
                columns.append(
                    TupleColumn(kind: kind, offset: Int32(truncatingIfNeeded: start), length: length))
            case TupleColumn.Kind.null.rawValue:
                columns.append(TupleColumn(kind: .null, offset: 0, length: 0))
            case TupleColumn.Kind.unchanged.rawValue:
                columns.append(TupleColumn(kind: .unchanged, offset: 0, length: 0))
            default:
                throw cursor.error(.unknownColumnKind(byte))
            }
        }
    }
}
