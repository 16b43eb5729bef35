/// What frames the changes of a transaction that is sent before it has committed, in one or more blocks.
///
/// PostgreSQL manual, "Logical Replication Message Formats" (protocol version 2 and up: Stream Start, Stream Stop, Stream
/// Commit, Stream Abort). Inside of a block, the messages of version 1 carry the xid of their subtransaction behind
/// the tag.
package enum StreamingMessage: Hashable, Sendable {
    /// A block of this transaction begins.
    case start(TransactionID)
    /// The block ends.
    case stop
    case commit(TransactionID, Commit)
    /// What came of a subtransaction is void; of all of the transaction when both are the same.
    case abort(TransactionID, subtransaction: TransactionID)

    /// Whether a message is one of these.
    @inline(__always)
    package static func isOne(_ tag: UInt8) -> Bool {
        switch tag {
        case UInt8(ascii: "S"), UInt8(ascii: "E"), UInt8(ascii: "c"), UInt8(ascii: "A"): true
        default: false
        }
    }

    /// - Throws: `DecodingError` for any other message, too.
    package init(decoding bytes: Span<UInt8>, at start: Int) throws(DecodingError) {
        var cursor = try WireCursor(bytes, messageAt: start)
        switch cursor.tag {
        case UInt8(ascii: "S"):
            self = .start(TransactionID(try cursor.uint32()))
            let isFirst = try cursor.uint8()
            guard isFirst <= 1 else { throw cursor.error(.unknownFlags(isFirst)) }
        case UInt8(ascii: "E"):
            self = .stop
        case UInt8(ascii: "c"):
            let xid = TransactionID(try cursor.uint32())
            self = .commit(xid, try Commit(decoding: &cursor))
        case UInt8(ascii: "A"):
            let xid = TransactionID(try cursor.uint32())
            self = .abort(xid, subtransaction: TransactionID(try cursor.uint32()))
            // Version 4 adds where and when, if `parallel` was asked for.
            if cursor.offset < bytes.count { _ = try cursor.skip(16) }
        default:
            throw DecodingError(tag: cursor.tag, offset: start, reason: .unknownMessage)
        }
        try cursor.expectEnd()
    }
}

/// A message inside of a block, as far as it differs from one outside.
package enum BlockMessage: Hashable, Sendable {
    /// Of this subtransaction, whose xid takes up the four bytes behind the tag.
    case change(of: TransactionID)
    /// Of the transaction as a whole; it carries no xid.
    case origin(Origin)

    package static let xidSize = 4

    /// Whether a CopyData message that stands at this place holds a change, and not what describes one.
    package static func isChange(_ bytes: Span<UInt8>, _ place: Range<Int>) -> Bool {
        let tag = place.lowerBound + CopyMessage.headerSize
        return tag < place.upperBound && isChange(bytes[tag])
    }

    /// The same of a message's tag.
    @inline(__always)
    package static func isChange(_ tag: UInt8) -> Bool {
        tag != UInt8(ascii: "R") && tag != UInt8(ascii: "Y")
    }

    package init(decoding bytes: Span<UInt8>, at start: Int) throws(DecodingError) {
        var cursor = try WireCursor(bytes, messageAt: start)
        switch cursor.tag {
        case UInt8(ascii: "I"), UInt8(ascii: "U"), UInt8(ascii: "D"), UInt8(ascii: "T"), UInt8(ascii: "M"),
            UInt8(ascii: "R"), UInt8(ascii: "Y"):
            self = .change(of: TransactionID(try cursor.uint32()))
        case UInt8(ascii: "O"):
            self = .origin(try Origin(decoding: &cursor))
            try cursor.expectEnd()
        default:
            throw DecodingError(tag: cursor.tag, offset: start, reason: .unknownMessage)
        }
    }
}
