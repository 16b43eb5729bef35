import Replication

/// The native format: one JSON object a line, keys in a fixed order, absent when they do not apply.
struct JSONFormat: EventFormat, ~Copyable {
    /// `{"pos":"…-`, up to the ordinal, of the open transaction.
    private var head = OutputBuffer(capacity: 64)
    /// `,"xid":…,"ts":"…"` of the open transaction.
    private var transaction = OutputBuffer(capacity: 64)
    /// `,"origin":"…"` of the open transaction; mostly empty.
    private var origin = OutputBuffer(capacity: 64)
    /// The ordinal of the open transaction's begin.
    private var firstOrdinal: UInt32 = 1
    private let row: JSONRowEncoder

    init(options: TransformerOptions) {
        row = JSONRowEncoder(values: ValueEncoder(maskKey: options.maskKey))
    }

    mutating func prepare(_ open: OpenTransaction) {
        firstOrdinal = open.begin.ordinal
        head.truncate(to: 0)
        head.appendStart(open.begin.commitLSN)
        transaction.truncate(to: 0)
        transaction.append(",\"xid\":")
        transaction.appendDecimal(UInt64(open.begin.xid.value))
        transaction.append(",\"ts\":\"")
        transaction.append(open.begin.committedAt)
        transaction.append("\"")
        origin.truncate(to: 0)
        guard let name = open.origin?.name else { return }
        origin.append(",\"origin\":")
        origin.appendJSONString(name)
    }

    func appendBegin(at position: Position, to buffer: inout OutputBuffer) -> Int {
        appendHead(position, "begin", to: &buffer)
        buffer.append("}\n")
        return 1
    }

    func appendCommit(at position: Position, to buffer: inout OutputBuffer) -> Int {
        appendHead(position, "commit", to: &buffer)
        buffer.append(",\"changes\":")
        // The changes stand between the begin and the commit.
        buffer.appendDecimal(UInt64(position.ordinal) - UInt64(firstOrdinal) - 1)
        buffer.append("}\n")
        return 1
    }

    @inline(__always)
    func append(_ row: borrowing RowView, at position: Position, to buffer: inout OutputBuffer) -> Int {
        switch row.change.kind {
        case .insert: appendHead(position, "insert", to: &buffer)
        case .update: appendHead(position, "update", to: &buffer)
        case .delete: appendHead(position, "delete", to: &buffer)
        }
        buffer.append(row.table.text, row.table.plan.names)
        self.row.append(row, to: &buffer)
        if origin.count > 0 { buffer.append(origin.span, from: 0, count: origin.count) }
        buffer.append("}\n")
        return 1
    }

    func append(
        _ truncate: Truncate, of table: borrowing TableView, _ bytes: Span<UInt8>, at position: Position,
        to buffer: inout OutputBuffer
    ) -> Int {
        appendHead(position, "truncate", to: &buffer)
        buffer.append(table.text, table.plan.names)
        if let isCascade = truncate.isCascade {
            buffer.append(isCascade ? ",\"cascade\":true" : ",\"cascade\":false")
        }
        if let restarts = truncate.restartsIdentity {
            buffer.append(restarts ? ",\"restart_identity\":true" : ",\"restart_identity\":false")
        }
        buffer.append("}\n")
        return 1
    }

    func append(
        _ message: LogicalMessage, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        if message.isTransactional {
            appendHead(position, "message", to: &buffer)
        } else {
            buffer.appendStart(position.lsn)
            appendOp(position, "message", to: &buffer)
        }
        buffer.append(",\"prefix\":")
        buffer.appendJSONString(bytes, message.prefix)
        buffer.append(",\"transactional\":")
        if message.isTransactional { buffer.append("true") } else { buffer.append("false") }
        buffer.appendContent(bytes, message.content)
        buffer.append("}\n")
        return 1
    }

    func append(
        _ change: DefinitionChange, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        appendHead(position, "ddl", to: &buffer)
        buffer.append(",\"tag\":")
        buffer.appendEmbeddedJSON(bytes, change.tag)
        buffer.append(",\"objects\":")
        buffer.appendEmbeddedJSON(bytes, change.objects)
        if let command = change.command {
            buffer.append(",\"command\":")
            buffer.appendEmbeddedJSON(bytes, command)
        }
        buffer.append("}\n")
        return 1
    }

    func append(_ event: ChannelEvent, at position: Position, to buffer: inout OutputBuffer) -> Int {
        buffer.appendStart(position.lsn)
        switch event.content {
        case .notification: appendOp(position, "notify", to: &buffer)
        case .gap: appendOp(position, "gap", to: &buffer)
        }
        buffer.append(",\"ts\":\"")
        buffer.append(event.receivedAt)
        buffer.append("\",\"channel\":")
        buffer.appendJSONString(event.channel.span, event.channel.indices)
        switch event.content {
        case .notification(let payload, let pid):
            buffer.appendContent(payload.span, payload.indices, as: "payload")
            buffer.append(",\"pid\":")
            buffer.appendDecimal(UInt64(UInt32(bitPattern: pid)))
        case .gap(let count):
            if let count {
                buffer.append(",\"count\":")
                buffer.appendDecimal(count)
            }
        }
        buffer.append("}\n")
        return 1
    }

    func appendSchema(
        of table: borrowing TableView, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        appendHead(position, "schema", to: &buffer)
        buffer.append(table.text, table.plan.names)
        buffer.append(table.text, table.plan.definition)
        buffer.append("}\n")
        return 1
    }

    /// What every event of the open transaction begins with.
    @inline(__always)
    private func appendHead(_ position: Position, _ op: StaticString, to buffer: inout OutputBuffer) {
        buffer.append(head.span, from: 0, count: head.count)
        appendOp(position, op, to: &buffer)
        buffer.append(transaction.span, from: 0, count: transaction.count)
    }

    @inline(__always)
    private func appendOp(_ position: Position, _ op: StaticString, to buffer: inout OutputBuffer) {
        buffer.appendHex(position.ordinal)
        buffer.append("\",\"op\":\"")
        buffer.append(op)
        buffer.append(UInt8(ascii: "\""))
    }
}

extension OutputBuffer {
    /// A line's start, up to the ordinal of its position.
    fileprivate mutating func appendStart(_ lsn: LSN) {
        append("{\"pos\":\"")
        appendPositionStart(lsn)
    }

    /// A position up to its ordinal.
    mutating func appendPositionStart(_ lsn: LSN) {
        appendHex(UInt32(truncatingIfNeeded: lsn.value >> 32))
        append(UInt8(ascii: "/"))
        appendHex(UInt32(truncatingIfNeeded: lsn.value))
        append(UInt8(ascii: "-"))
    }

    /// Appends what an application sent: a JSON object or array as it is, other UTF-8 text as a string, anything else
    /// in base64 under a key of its own.
    mutating func appendContent(
        _ source: borrowing Span<UInt8>, _ range: Range<Int>, as key: StaticString = "content"
    ) {
        append(",\"")
        append(key)
        if (try? UTF8Span(validating: source.extracting(range))) == nil {
            append("_base64\":")
            appendBase64(source, range)
        } else if JSONValidator.isObjectOrArray(source, range) {
            append("\":")
            appendEmbeddedJSON(source, range)
        } else {
            append("\":")
            appendJSONString(source, range)
        }
    }
}
