/// Turns the rows of a batch of the changelog into the messages that a walsender would send, so that everything behind it
/// is the same for both ways of capture.
///
/// All transactions of a batch have its LSN as their commit LSN; only the last one's end lets the batch be confirmed. A
/// relation is described again whenever a row has another layout than the one before: rows from before and after an ALTER
/// TABLE can alternate, because transactions do.
package struct ChangelogTranslator: ~Copyable {
    /// The message made last, while it is passed on.
    private var message = OutputBuffer(capacity: 4096)
    private var batch = LSN.zero
    private var open: (xid: TransactionID, committedAt: Timestamp)?
    /// The layout that each relation was described by last.
    private var described: [OID: Int64] = [:]
    private var layouts: [Int64: Relation] = [:]
    /// The layout of the row before, and its relation: mostly the next one has the same.
    private var latest: (layout: Int64, relation: OID, columns: Int)?

    package init() {}

    package func knows(_ layout: Int64) -> Bool {
        layouts[layout] != nil
    }

    package mutating func learn(_ layout: Int64, _ relation: Relation) {
        layouts[layout] = relation
    }

    /// A batch begins, perhaps again after a part of it.
    package mutating func begin(batch lsn: LSN) {
        batch = lsn
        open = nil
    }

    /// What the end of a batch lets be confirmed.
    package static func end(ofBatch lsn: LSN) -> LSN {
        LSN(lsn.value + 1)
    }

    /// Translates one row, whose layout is known, and passes each message on.
    package mutating func translate<Failure: Error>(
        _ row: ChangelogRow, _ bytes: Span<UInt8>, _ take: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) -> Outcome {
        if open?.xid != row.xid {
            try commit(end: .zero, take)
            open = (row.xid, row.committedAt)
            startMessage()
            message.append(Begin(commitLSN: batch, committedAt: row.committedAt, xid: row.xid))
            try take(message.span)
        }
        if case .message = row.kind {
            startMessage()
            message.appendMessage(at: batch, prefix: row.old ?? 0..<0, content: row.new ?? 0..<0, in: bytes)
            try take(message.span)
            return .translated
        }
        if latest?.layout != row.layout {
            guard let relation = layouts[row.layout] else { return .unknownLayout }
            latest = (row.layout, relation.oid, relation.columns.count)
            if described.updateValue(row.layout, forKey: relation.oid) != row.layout {
                startMessage()
                message.append(relation)
                try take(message.span)
            }
        }
        guard let latest else { return .unknownLayout }
        startMessage()
        guard appendChange(row, latest.relation, latest.columns, bytes) else { return .misfit }
        try take(message.span)
        return .translated
    }

    /// The batch is at its end.
    package mutating func endBatch<Failure: Error>(
        _ take: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        try commit(end: Self.end(ofBatch: batch), take)
        message.truncate(to: 0)
        message.appendKeepalive(walEnd: Self.end(ofBatch: batch))
        try take(message.span)
    }

    package enum Outcome: Hashable, Sendable {
        case translated
        case unknownLayout
        /// The text does not have the columns of its layout.
        case misfit
    }

    private mutating func commit<Failure: Error>(
        end: LSN, _ take: (Span<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        guard let transaction = open else { return }
        open = nil
        startMessage(at: transaction.committedAt)
        message.append(Commit(commitLSN: batch, endLSN: end, committedAt: transaction.committedAt))
        try take(message.span)
    }

    private mutating func startMessage(at time: Timestamp? = nil) {
        message.truncate(to: 0)
        message.appendXLogData(
            at: batch, sentAt: time ?? open?.committedAt ?? Timestamp(microseconds: 0))
    }

    private mutating func appendChange(
        _ row: ChangelogRow, _ relation: OID, _ columns: Int, _ bytes: Span<UInt8>
    ) -> Bool {
        let tag: UInt8
        switch row.kind {
        case .insert: tag = UInt8(ascii: "I")
        case .update: tag = UInt8(ascii: "U")
        case .delete: tag = UInt8(ascii: "D")
        case .truncate:
            message.appendTruncate(of: relation)
            return true
        case .message: preconditionFailure("a message is no change of a relation")
        }
        message.append(tag)
        message.append(bigEndian: relation.value)
        if row.kind != .insert {
            message.append(UInt8(ascii: "O"))
            guard let old = row.old, let text = RowText(bytes, old), text.appendTuple(columns, to: &message)
            else { return false }
        }
        if row.kind != .delete {
            message.append(UInt8(ascii: "N"))
            guard let new = row.new, let text = RowText(bytes, new), text.appendTuple(columns, to: &message)
            else { return false }
        }
        return true
    }
}
