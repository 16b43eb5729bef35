import Replication

/// CloudEvents 1.0 in the structured JSON mode, one a line: the native event as `data`, with attributes around it that
/// routers understand.
///
/// | attribute | |
/// |---|---|
/// | `id` | the position; of a `schema` event, which has that of the event it precedes, with `-schema` behind it |
/// | `source` | `postgresql:SYSTEM/DATABASE`: the cluster's system identifier and the database, percent-encoded |
/// | `type` | `walbrook.` and the event's `op` |
/// | `subject` | `schema.table`; absent for what belongs to no table |
/// | `time` | the event's `ts`; absent where that is |
///
/// So source and id name one event for ever, and what is sent again has both again. Together with the fixed
/// `specversion` and `datacontenttype` these are all. Specification: cloudevents.io, "CloudEvents" and "JSON Event
/// Format", version 1.0.2.
struct CloudEventsFormat: EventFormat, ~Copyable {
    private var event: JSONFormat
    /// `{"specversion":"1.0","id":"…-`, up to the ordinal, of the open transaction.
    private var head = OutputBuffer(capacity: 64)
    /// `,"source":"…","type":"walbrook.`.
    private var source = OutputBuffer(capacity: 128)
    /// `,"time":"…"` of the open transaction.
    private var time = OutputBuffer(capacity: 64)

    init(options: TransformerOptions) {
        event = JSONFormat(options: options)
        appendSource("")
    }

    mutating func prepare(_ source: StreamSource) {
        self.source.truncate(to: 0)
        appendSource(percentEncoded(source.systemIdentifier) + "/" + percentEncoded(source.database))
        event.prepare(source)
    }

    private mutating func appendSource(_ path: String) {
        source.append(",\"source\":")
        source.appendJSONString("postgresql:" + path)
        source.append(",\"type\":\"walbrook.")
    }

    mutating func prepare(_ open: OpenTransaction) {
        head.truncate(to: 0)
        head.appendEnvelopeStart(open.begin.commitLSN)
        time.truncate(to: 0)
        time.append(",\"time\":\"")
        time.append(open.begin.committedAt)
        time.append("\"")
        event.prepare(open)
    }

    mutating func passed(_ commit: Commit) {
        event.passed(commit)
    }

    @inline(__always)
    func append(_ row: borrowing RowView, at position: Position, to buffer: inout OutputBuffer) -> Int {
        appendHead(position, to: &buffer)
        switch row.change.kind {
        case .insert: appendKind("insert", of: row.table, to: &buffer)
        case .update: appendKind("update", of: row.table, to: &buffer)
        case .delete: appendKind("delete", of: row.table, to: &buffer)
        }
        return close(event.append(row, at: position, to: &buffer), &buffer)
    }

    func append(
        _ truncate: Truncate, of table: borrowing TableView, _ bytes: Span<UInt8>, at position: Position,
        to buffer: inout OutputBuffer
    ) -> Int {
        appendHead(position, to: &buffer)
        appendKind("truncate", of: table, to: &buffer)
        return close(event.append(truncate, of: table, bytes, at: position, to: &buffer), &buffer)
    }

    func append(
        _ message: LogicalMessage, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        if message.isTransactional {
            appendHead(position, to: &buffer)
            appendKind("message", to: &buffer)
        } else {
            buffer.appendEnvelopeStart(position.lsn)
            appendIdentity(position, to: &buffer)
            appendKind("message", hasTime: false, to: &buffer)
        }
        return close(event.append(message, bytes, at: position, to: &buffer), &buffer)
    }

    func appendBegin(at position: Position, to buffer: inout OutputBuffer) -> Int {
        appendHead(position, to: &buffer)
        appendKind("begin", to: &buffer)
        return close(event.appendBegin(at: position, to: &buffer), &buffer)
    }

    func appendCommit(at position: Position, to buffer: inout OutputBuffer) -> Int {
        appendHead(position, to: &buffer)
        appendKind("commit", to: &buffer)
        return close(event.appendCommit(at: position, to: &buffer), &buffer)
    }

    func append(
        _ change: DefinitionChange, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        appendHead(position, to: &buffer)
        appendKind("ddl", to: &buffer)
        return close(event.append(change, bytes, at: position, to: &buffer), &buffer)
    }

    func append(_ channel: ChannelEvent, at position: Position, to buffer: inout OutputBuffer) -> Int {
        buffer.appendEnvelopeStart(position.lsn)
        appendIdentity(position, to: &buffer)
        switch channel.content {
        case .notification: buffer.append("notify")
        case .gap: buffer.append("gap")
        }
        buffer.append("\",\"time\":\"")
        buffer.append(channel.receivedAt)
        buffer.append(UInt8(ascii: "\""))
        appendData(hasTime: false, to: &buffer)
        return close(event.append(channel, at: position, to: &buffer), &buffer)
    }

    func appendSchema(
        of table: borrowing TableView, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        appendHead(position, "-schema", to: &buffer)
        appendKind("schema", of: table, to: &buffer)
        return close(event.appendSchema(of: table, at: position, to: &buffer), &buffer)
    }

    // MARK: The envelope

    /// What every envelope of the open transaction begins with.
    @inline(__always)
    private func appendHead(
        _ position: Position, _ suffix: StaticString = "", to buffer: inout OutputBuffer
    ) {
        buffer.append(head.span, from: 0, count: head.count)
        appendIdentity(position, suffix, to: &buffer)
    }

    @inline(__always)
    private func appendIdentity(
        _ position: Position, _ suffix: StaticString = "", to buffer: inout OutputBuffer
    ) {
        buffer.appendHex(position.ordinal)
        buffer.append(suffix)
        buffer.append(UInt8(ascii: "\""))
        buffer.append(source.span, from: 0, count: source.count)
    }

    @inline(__always)
    private func appendKind(
        _ op: StaticString, of table: borrowing TableView, to buffer: inout OutputBuffer
    ) {
        buffer.append(op)
        buffer.append("\",\"subject\":")
        buffer.append(table.text, table.plan.qualifiedName)
        appendData(hasTime: true, to: &buffer)
    }

    private func appendKind(_ op: StaticString, hasTime: Bool = true, to buffer: inout OutputBuffer) {
        buffer.append(op)
        buffer.append(UInt8(ascii: "\""))
        appendData(hasTime: hasTime, to: &buffer)
    }

    @inline(__always)
    private func appendData(hasTime: Bool, to buffer: inout OutputBuffer) {
        if hasTime { buffer.append(time.span, from: 0, count: time.count) }
        buffer.append(",\"datacontenttype\":\"application/json\",\"data\":")
    }

    /// Puts the end of the envelope behind the one line of the event.
    @inline(__always)
    private func close(_ events: Int, _ buffer: inout OutputBuffer) -> Int {
        buffer.truncate(to: buffer.count - 1)
        buffer.append("}\n")
        return events
    }
}

extension OutputBuffer {
    /// An envelope's start, up to the ordinal of the position that is its id.
    fileprivate mutating func appendEnvelopeStart(_ lsn: LSN) {
        append("{\"specversion\":\"1.0\",\"id\":\"")
        appendPositionStart(lsn)
    }
}
