import Replication

/// The values of the records that Debezium's PostgreSQL connector 3.6 sends, as its JSON converter writes them without
/// schemas: one a line, all keys always there. Where it differs is listed in `DebeziumDeparture`.
///
/// Debezium documentation, "Debezium connector for PostgreSQL", section "Data change events".
struct DebeziumFormat: EventFormat, ~Copyable {
    private let rows: DebeziumRowEncoder
    private var source: DebeziumSource
    private let transaction = DebeziumTransaction()
    /// Whether a record tells its place in its transaction.
    private let includesTransactions: Bool

    init(options: TransformerOptions) {
        rows = DebeziumRowEncoder(options: options)
        source = DebeziumSource(name: options.debezium.name)
        includesTransactions = options.includesTransactions
    }

    mutating func prepare(_ source: StreamSource) {
        self.source.prepare(database: source.database)
    }

    mutating func prepare(_ open: OpenTransaction) {
        source.prepare(open, after: transaction.last)
        if includesTransactions { transaction.begin(open.begin) }
    }

    mutating func passed(_ commit: Commit) {
        transaction.last = commit.endLSN
    }

    func appendBegin(at position: Position, to buffer: inout OutputBuffer) -> Int {
        transaction.appendBegin(to: &buffer)
        return 1
    }

    func appendCommit(at position: Position, to buffer: inout OutputBuffer) -> Int {
        transaction.appendEnd(to: &buffer)
        return 1
    }

    @inline(__always)
    func append(_ row: borrowing RowView, at position: Position, to buffer: inout OutputBuffer) -> Int {
        switch row.change.kind {
        case .insert:
            appendCreate(row, to: &buffer)
        case .delete:
            appendDelete(row, to: &buffer)
        case .update where row.changesKey:
            // A row with another key is another row.
            appendDelete(row, to: &buffer)
            appendCreate(row, to: &buffer)
            return 2
        case .update:
            buffer.append("{\"before\":")
            if row.hasOld { rows.appendOld(row, to: &buffer) } else { buffer.append("null") }
            buffer.append(",\"after\":")
            rows.appendNew(row, to: &buffer)
            appendEnd("u", row.record, of: row.table, row.bytes, to: &buffer)
        }
        return 1
    }

    @inline(__always)
    private func appendCreate(_ row: borrowing RowView, to buffer: inout OutputBuffer) {
        buffer.append("{\"before\":null,\"after\":")
        rows.appendNew(row, to: &buffer)
        appendEnd("c", row.record, of: row.table, row.bytes, to: &buffer)
    }

    private func appendDelete(_ row: borrowing RowView, to buffer: inout OutputBuffer) {
        buffer.append("{\"before\":")
        rows.appendOld(row, to: &buffer)
        buffer.append(",\"after\":null")
        appendEnd("d", row.record, of: row.table, row.bytes, to: &buffer)
    }

    func append(
        _ truncate: Truncate, of table: borrowing TableView, _ bytes: Span<UInt8>, at position: Position,
        to buffer: inout OutputBuffer
    ) -> Int {
        buffer.append("{\"before\":null,\"after\":null")
        appendEnd("t", CopyMessage.recordLSN(of: bytes), of: table, bytes, to: &buffer)
        return 1
    }

    func append(
        _ message: LogicalMessage, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        if !message.isTransactional { transaction.last = message.lsn }
        let sentAt = CopyMessage.sentAt(of: bytes).unixMicroseconds
        buffer.append("{\"op\":\"m\",\"ts_ms\":")
        buffer.appendDecimal(sentAt / 1000)
        source.append(message, sentAt: sentAt, to: &buffer)
        buffer.append(",\"transaction\":")
        if includesTransactions, message.isTransactional {
            transaction.appendMessage(to: &buffer)
        } else {
            buffer.append("null")
        }
        buffer.append(",\"message\":{\"prefix\":")
        buffer.appendJSONString(bytes, message.prefix)
        buffer.append(",\"content\":")
        buffer.appendBase64(bytes, message.content)
        buffer.append("}}\n")
        return 1
    }

    /// Appends what stands behind the rows.
    @inline(__always)
    private func appendEnd(
        _ op: StaticString, _ lsn: LSN, of table: borrowing TableView, _ bytes: Span<UInt8>,
        to buffer: inout OutputBuffer
    ) {
        source.append(lsn, of: table, to: &buffer)
        buffer.append(",\"transaction\":")
        if includesTransactions { transaction.append(table, to: &buffer) } else { buffer.append("null") }
        buffer.append(",\"op\":\"")
        buffer.append(op)
        buffer.append(UInt8(ascii: "\""))
        // The time it was sent is as near to that of its processing as the clock of another machine can be.
        buffer.appendTimes(CopyMessage.sentAt(of: bytes).unixMicroseconds)
        buffer.append("}\n")
    }
}
