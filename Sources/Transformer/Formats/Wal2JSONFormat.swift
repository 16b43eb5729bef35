import Replication

/// The lines of the output plugin wal2json in its format-version 2, with its other options at their defaults.
///
/// A line has no position, since the plugin's has none. What the plugin drops or damages is written here: NaN and the
/// infinities as strings instead of null, a message whole instead of up to its first zero byte.
struct Wal2JSONFormat: EventFormat, ~Copyable {
    private let values: ValueEncoder

    /// The lists of columns that a row event can have.
    private enum Side {
        case columns
        case identity
    }

    init(options: TransformerOptions) {
        values = ValueEncoder(maskKey: options.maskKey)
    }

    mutating func prepare(_ transaction: OpenTransaction) {}

    func appendBegin(at position: Position, to buffer: inout OutputBuffer) -> Int {
        buffer.append("{\"action\":\"B\"}\n")
        return 1
    }

    func appendCommit(at position: Position, to buffer: inout OutputBuffer) -> Int {
        buffer.append("{\"action\":\"C\"}\n")
        return 1
    }

    @inline(__always)
    func append(_ row: borrowing RowView, at position: Position, to buffer: inout OutputBuffer) -> Int {
        switch row.change.kind {
        case .insert: buffer.append("{\"action\":\"I\"")
        case .update: buffer.append("{\"action\":\"U\"")
        case .delete: buffer.append("{\"action\":\"D\"")
        }
        buffer.append(row.table.text, row.table.plan.names)
        if row.hasNew {
            buffer.append(",\"columns\":")
            append(.columns, of: row, to: &buffer)
        }
        switch row.change.kind {
        case .insert: break
        case .update, .delete:
            buffer.append(",\"identity\":")
            append(.identity, of: row, to: &buffer)
        }
        buffer.append("}\n")
        return 1
    }

    /// Appends the list of the columns that have a value.
    @inline(__always)
    private func append(_ side: Side, of row: borrowing RowView, to buffer: inout OutputBuffer) {
        let start = buffer.count
        for index in row.table.columns.indices {
            let column = row.table.columns[index]
            let value: TupleColumn
            switch side {
            case .columns:
                value = row.sentValue(column)
            case .identity:
                guard column.isIdentity else { continue }
                value = row.identityValue(column)
            }
            if value.isUnchanged { continue }
            buffer.append(row.table.text, column.label)
            values.append(value, column, of: row, to: &buffer)
            buffer.append("}")
        }
        buffer.close("[", from: start, "]")
    }

    func append(
        _ truncate: Truncate, of table: borrowing TableView, _ bytes: Span<UInt8>, at position: Position,
        to buffer: inout OutputBuffer
    ) -> Int {
        buffer.append("{\"action\":\"T\"")
        buffer.append(table.text, table.plan.names)
        buffer.append("}\n")
        return 1
    }

    func append(
        _ message: LogicalMessage, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        buffer.append("{\"action\":\"M\",\"transactional\":")
        if message.isTransactional { buffer.append("true") } else { buffer.append("false") }
        buffer.append(",\"prefix\":")
        buffer.appendJSONString(bytes, message.prefix)
        // The plugin's content is a string even when it is JSON. Bytes that are no text have the native format's key.
        if (try? UTF8Span(validating: bytes.extracting(message.content))) != nil {
            buffer.append(",\"content\":")
            buffer.appendJSONString(bytes, message.content)
        } else {
            buffer.append(",\"content_base64\":")
            buffer.appendBase64(bytes, message.content)
        }
        buffer.append("}\n")
        return 1
    }
}
