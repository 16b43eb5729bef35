import Replication

/// Writes the rows of an event, `{"id":1,"name":"Ada"}`, each with all columns.
struct DebeziumRowEncoder: ~Copyable {
    private let values: ValueEncoder

    init(options: TransformerOptions) {
        values = ValueEncoder(
            maskKey: options.maskKey, innerArraysAreNull: !options.debezium.departs(.innerArrays))
    }

    /// Appends the row after the change. A value that was not sent has a placeholder.
    @inline(__always)
    func appendNew(_ row: borrowing RowView, to buffer: inout OutputBuffer) {
        let start = buffer.count
        for index in row.table.columns.indices {
            let column = row.table.columns[index]
            buffer.append(row.table.text, column.label)
            let value = row.newValue(column)
            if value.isUnchanged {
                appendUnsent(column, of: row, to: &buffer)
            } else {
                values.append(value, column, of: row, to: &buffer)
            }
        }
        buffer.close("{", from: start, "}")
    }

    /// Appends a TOASTed value that did not change: from the old row if it is there.
    private func appendUnsent(_ column: ColumnPlan, of row: borrowing RowView, to buffer: inout OutputBuffer)
    {
        let old = row.sentOldValue(column)
        // It is no null: that is never stored out of line.
        if old.isNull || old.isUnchanged {
            buffer.appendUnavailable(column.encoding, row.table.types)
        } else {
            values.append(old, column, of: row, to: &buffer)
        }
    }

    /// Appends the row before the change. What is not known of it is null.
    @inline(__always)
    func appendOld(_ row: borrowing RowView, to buffer: inout OutputBuffer) {
        let start = buffer.count
        for index in row.table.columns.indices {
            let column = row.table.columns[index]
            buffer.append(row.table.text, column.label)
            values.append(row.sentOldValue(column), column, of: row, to: &buffer)
        }
        buffer.close("{", from: start, "}")
    }
}
