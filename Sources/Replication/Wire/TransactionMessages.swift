/// The start of a transaction, sent when it has committed.
package struct Begin: Hashable, Sendable {
    /// Where the commit record of this transaction starts in the log.
    package var commitLSN: LSN
    package var committedAt: Timestamp
    package var xid: TransactionID
    /// The ordinal of its begin: 1, but where several transactions share an LSN, as those of a batch of a changelog do.
    package var ordinal: UInt32 = 1

    package init(commitLSN: LSN, committedAt: Timestamp, xid: TransactionID) {
        self.commitLSN = commitLSN
        self.committedAt = committedAt
        self.xid = xid
    }

    init(decoding cursor: inout WireCursor) throws(DecodingError) {
        commitLSN = LSN(try cursor.uint64())
        committedAt = Timestamp(microseconds: Int64(bitPattern: try cursor.uint64()))
        xid = TransactionID(try cursor.uint32())
    }
}

/// The end of a transaction.
package struct Commit: Hashable, Sendable {
    /// Where the commit record starts: the same as in the Begin.
    package var commitLSN: LSN
    /// Where the commit record ends: confirming this means the transaction is not sent again.
    package var endLSN: LSN
    package var committedAt: Timestamp

    package init(commitLSN: LSN, endLSN: LSN, committedAt: Timestamp) {
        self.commitLSN = commitLSN
        self.endLSN = endLSN
        self.committedAt = committedAt
    }

    init(decoding cursor: inout WireCursor) throws(DecodingError) {
        let flags = try cursor.uint8()
        guard flags == 0 else { throw cursor.error(.unknownFlags(flags)) }
        commitLSN = LSN(try cursor.uint64())
        endLSN = LSN(try cursor.uint64())
        committedAt = Timestamp(microseconds: Int64(bitPattern: try cursor.uint64()))
    }
}

/// The replication origin of the transaction around it: it was applied here by another replication.
package struct Origin: Hashable, Sendable {
    /// The commit LSN on the origin server.
    package var commitLSN: LSN
    package var name: String

    package init(commitLSN: LSN, name: String) {
        self.commitLSN = commitLSN
        self.name = name
    }

    init(decoding cursor: inout WireCursor) throws(DecodingError) {
        commitLSN = LSN(try cursor.uint64())
        name = try cursor.string()
    }
}

/// A message an application wrote with `pg_logical_emit_message`.
package struct LogicalMessage: Hashable, Sendable {
    /// Whether it belongs to the transaction around it.
    package var isTransactional: Bool
    /// The end of its record in the log.
    package var lsn: LSN
    /// Where the prefix stands in the CopyData message.
    package var prefix: Range<Int>
    /// Where the content stands in the CopyData message; any bytes at all.
    package var content: Range<Int>

    init(decoding cursor: inout WireCursor) throws(DecodingError) {
        let flags = try cursor.uint8()
        guard flags <= 1 else { throw cursor.error(.unknownFlags(flags)) }
        isTransactional = flags == 1
        lsn = LSN(try cursor.uint64())
        prefix = try cursor.stringRange()
        let length = Int(Int32(bitPattern: try cursor.uint32()))
        let start = try cursor.skip(length)
        content = start..<(start + length)
    }
}
