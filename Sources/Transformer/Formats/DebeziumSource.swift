import Replication

/// What a record says of its origin, the object `source`: most of it is prepared once a stream or once a transaction.
struct DebeziumSource: ~Copyable {
    /// `,"source":{…,"ts_ms":`, for every record.
    private var start = OutputBuffer(capacity: 256)
    /// `,"snapshot":…,"sequence":"[`, for every record.
    private var database = OutputBuffer(capacity: 128)
    /// From `,"source":{` up to the record's own position in `sequence`, of the open transaction.
    private var head = OutputBuffer(capacity: 256)
    /// `\"]","ts_us":…,"ts_ns":…` of the open transaction.
    private var times = OutputBuffer(capacity: 64)
    /// `,"txId":…,"lsn":` of the open transaction.
    private var transaction = OutputBuffer(capacity: 64)
    /// `,"xmin":null,…}` of the open transaction.
    private var end = OutputBuffer(capacity: 64)

    init(name: String) {
        start.append(",\"source\":{\"version\":")
        start.appendJSONString(Version.current)
        start.append(",\"connector\":\"postgresql\",\"name\":")
        start.appendJSONString(name)
        start.append(",\"ts_ms\":")
        prepare(database: nil)
    }

    mutating func prepare(database name: String?) {
        database.truncate(to: 0)
        database.append(",\"snapshot\":\"false\",\"db\":")
        if let name { database.appendJSONString(name) } else { database.append("null") }
        database.append(",\"sequence\":\"[")
    }

    /// - Parameter last: the end of the transaction before; nil if that is not known.
    mutating func prepare(_ open: OpenTransaction, after last: LSN?) {
        let committedAt = open.begin.committedAt.unixMicroseconds
        head.truncate(to: 0)
        Self.appendHead(start, database, at: committedAt, after: last, to: &head)
        times.truncate(to: 0)
        times.appendSourceTimes(committedAt)
        transaction.truncate(to: 0)
        transaction.append(",\"txId\":")
        transaction.appendDecimal(UInt64(open.begin.xid.value))
        transaction.append(",\"lsn\":")
        end.truncate(to: 0)
        end.append(",\"xmin\":null,\"origin\":")
        if let origin = open.origin {
            end.appendJSONString(origin.name)
            end.append(",\"origin_lsn\":")
            end.appendDecimal(origin.commitLSN.value)
        } else {
            end.append("null,\"origin_lsn\":null")
        }
        end.append("}")
    }

    /// Appends the source of a record of the open transaction.
    @inline(__always)
    func append(_ lsn: LSN, of table: borrowing TableView, to buffer: inout OutputBuffer) {
        buffer.append(head.span, from: 0, count: head.count)
        buffer.appendDecimal(lsn.value)
        buffer.append(times.span, from: 0, count: times.count)
        buffer.append(table.text, table.plan.names)
        buffer.append(transaction.span, from: 0, count: transaction.count)
        buffer.appendDecimal(lsn.value)
        buffer.append(end.span, from: 0, count: end.count)
    }

    /// Appends the source of a message, which has no table. One outside of transactions ends what came before it.
    func append(_ message: LogicalMessage, sentAt time: Int64, to buffer: inout OutputBuffer) {
        let noTable: StaticString = ",\"schema\":\"\",\"table\":\"\""
        if message.isTransactional {
            buffer.append(head.span, from: 0, count: head.count)
            buffer.appendDecimal(message.lsn.value)
            buffer.append(times.span, from: 0, count: times.count)
            buffer.append(noTable)
            buffer.append(transaction.span, from: 0, count: transaction.count)
            buffer.appendDecimal(message.lsn.value)
            buffer.append(end.span, from: 0, count: end.count)
        } else {
            Self.appendHead(start, database, at: time, after: message.lsn, to: &buffer)
            buffer.appendDecimal(message.lsn.value)
            buffer.appendSourceTimes(time)
            buffer.append(noTable)
            buffer.append(",\"txId\":null,\"lsn\":")
            buffer.appendDecimal(message.lsn.value)
            buffer.append(",\"xmin\":null,\"origin\":null,\"origin_lsn\":null}")
        }
    }

    private static func appendHead(
        _ start: borrowing OutputBuffer, _ database: borrowing OutputBuffer, at time: Int64, after last: LSN?,
        to buffer: inout OutputBuffer
    ) {
        buffer.append(start.span, from: 0, count: start.count)
        buffer.appendDecimal(time / 1000)
        buffer.append(database.span, from: 0, count: database.count)
        if let last {
            buffer.append("\\\"")
            buffer.appendDecimal(last.value)
            buffer.append("\\\",\\\"")
        } else {
            buffer.append("null,\\\"")
        }
    }
}

extension OutputBuffer {
    fileprivate mutating func appendSourceTimes(_ microseconds: Int64) {
        append("\\\"]\"")
        appendFineTimes(microseconds)
    }

    /// Appends `,"ts_ms":…,"ts_us":…,"ts_ns":…`.
    @inline(__always)
    mutating func appendTimes(_ microseconds: Int64) {
        append(",\"ts_ms\":")
        appendDecimal(microseconds / 1000)
        appendFineTimes(microseconds)
    }

    @inline(__always)
    private mutating func appendFineTimes(_ microseconds: Int64) {
        append(",\"ts_us\":")
        appendDecimal(microseconds)
        append(",\"ts_ns\":")
        appendDecimal(microseconds)
        if microseconds != 0 { append("000") }
    }
}

extension Timestamp {
    /// Since 1970; at its bounds for what would go past them.
    var unixMicroseconds: Int64 {
        let (sum, overflow) = microseconds.addingReportingOverflow(Self.unixEpochOffset)
        return overflow ? .max : sum
    }
}
