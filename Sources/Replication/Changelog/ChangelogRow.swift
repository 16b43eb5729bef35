/// One row of the changelog that triggers write (`sql/capture.sql`), as COPY in binary form sends it.
///
/// Texts stay where they are in the message.
package struct ChangelogRow: Sendable {
    package enum Kind: UInt8, Sendable {
        case insert = 0x69  // i
        case update = 0x75  // u
        case delete = 0x64  // d
        case truncate = 0x74  // t
        case message = 0x6D  // m
    }

    package var kind: Kind
    /// The transaction that wrote it, without its epoch.
    package var xid: TransactionID
    /// When that committed, or its last statement began.
    package var committedAt: Timestamp
    /// What the texts consist of; 0 for a message.
    package var layout: Int64
    /// The row before the change; of a message the prefix.
    package var old: Range<Int>?
    /// The row after the change; of a message the content.
    package var new: Range<Int>?

    package init(
        kind: Kind, xid: TransactionID, committedAt: Timestamp, layout: Int64, old: Range<Int>?,
        new: Range<Int>?
    ) {
        self.kind = kind
        self.xid = xid
        self.committedAt = committedAt
        self.layout = layout
        self.old = old
        self.new = new
    }

    /// Columns of a row: xid (int8), commit time (timestamptz), layout (int8), operation ("char"), old and new (text).
    static let columnCount: UInt16 = 6
}

/// Takes apart what COPY sends in binary form: a header, rows, an end.
///
/// PostgreSQL manual, COPY, section "Binary Format".
package struct ChangelogDecoder: Sendable {
    private var hasHeader = false

    package init() {}

    /// The row in one CopyData message; nil for the end. The server sends the header in front of the first row.
    package mutating func decode(_ bytes: Span<UInt8>) throws(DecodingError) -> ChangelogRow? {
        // A cursor begins behind a tag, and COPY has none: that is a byte of the signature, or the upper one of a count.
        var cursor = try WireCursor(bytes, messageAt: 0)
        var count = UInt16(cursor.tag) << 8
        if !hasHeader {
            guard cursor.tag == UInt8(ascii: "P"), bytes.count >= 19 else {
                throw cursor.error(.unknownMessage)
            }
            _ = try cursor.skip(14)
            _ = try cursor.skip(Int(try cursor.uint32()))
            hasHeader = true
            if cursor.offset == bytes.count { return nil }
            count = UInt16(try cursor.uint8()) << 8
        }
        count |= UInt16(try cursor.uint8())
        guard count != .max else { return nil }
        guard count == ChangelogRow.columnCount else { throw cursor.error(.invalidLength(Int(count))) }
        let xid = try Self.int8(&cursor) ?? 0
        let committedAt = try Self.int8(&cursor) ?? 0
        let layout = try Self.int8(&cursor) ?? 0
        guard let kind = try Self.field(&cursor), kind.count == 1,
            let kind = ChangelogRow.Kind(rawValue: bytes[kind.lowerBound])
        else { throw cursor.error(.unknownMessage) }
        let old = try Self.field(&cursor)
        let new = try Self.field(&cursor)
        try cursor.expectEnd()
        return ChangelogRow(
            kind: kind, xid: TransactionID(UInt32(truncatingIfNeeded: xid)),
            committedAt: Timestamp(microseconds: committedAt), layout: layout, old: old, new: new)
    }

    /// Where a field is; nil for SQL NULL.
    @_lifetime(cursor: copy cursor)
    private static func field(_ cursor: inout WireCursor) throws(DecodingError) -> Range<Int>? {
        let length = Int(Int32(bitPattern: try cursor.uint32()))
        guard length >= 0 else { return nil }
        let start = try cursor.skip(length)
        return start..<(start + length)
    }

    @_lifetime(cursor: copy cursor)
    private static func int8(_ cursor: inout WireCursor) throws(DecodingError) -> Int64? {
        guard let field = try field(&cursor) else { return nil }
        guard field.count == 8 else { throw cursor.error(.invalidLength(field.count)) }
        return field.reduce(0) { $0 << 8 | Int64(cursor.bytes[$1]) }
    }
}
