import Replication

/// Writes what a row event says of its row: `key`, `before`, `after`, `unchanged`, `json_null`, `json_null_before`.
struct JSONRowEncoder: ~Copyable {
    let values: ValueEncoder

    /// One of the rows that an event can have.
    private enum Side {
        case key
        case before
        case after
    }

    @inline(__always)
    func append(_ row: borrowing RowView, to buffer: inout OutputBuffer) {
        let hasBefore = row.hasBefore
        if row.table.plan.hasKey { appendKey(row, to: &buffer) }
        if hasBefore {
            buffer.append(",\"before\":")
            _ = appendObject(row, .before, to: &buffer)
        }
        if row.hasNew {
            buffer.append(",\"after\":")
            let absent = appendObject(row, .after, to: &buffer)
            if absent > 0 { appendUnchanged(row, to: &buffer) }
        }
        if row.table.plan.hasJSON {
            if row.hasNew { appendJSONNulls(",\"json_null\":[", row, .after, to: &buffer) }
            if hasBefore { appendJSONNulls(",\"json_null_before\":[", row, .before, to: &buffer) }
        }
    }

    @inline(__always)
    private func value(_ row: borrowing RowView, _ column: ColumnPlan, _ side: Side) -> TupleColumn {
        switch side {
        case .key: row.keyValue(column)
        case .before: row.oldValue(column)
        case .after: row.newValue(column)
        }
    }

    // MARK: Objects

    @inline(__always)
    private func appendKey(_ row: borrowing RowView, to buffer: inout OutputBuffer) {
        let start = buffer.count
        buffer.append(",\"key\":")
        // A key with a hole in it names no row.
        if appendObject(row, .key, to: &buffer) > 0 { buffer.truncate(to: start) }
    }

    /// Appends the columns that have a value, and returns how many have none.
    @inline(__always)
    private func appendObject(_ row: borrowing RowView, _ side: Side, to buffer: inout OutputBuffer) -> Int {
        let start = buffer.count
        var absent = 0
        for index in row.table.columns.indices {
            let column = row.table.columns[index]
            if case .key = side, !column.isKey { continue }
            let value = value(row, column, side)
            if value.isUnchanged {
                absent += 1
                continue
            }
            buffer.append(row.table.text, column.label)
            values.append(value, column, of: row, to: &buffer)
        }
        buffer.close("{", from: start, "}")
        return absent
    }

    // MARK: Lists of names

    private func appendUnchanged(_ row: borrowing RowView, to buffer: inout OutputBuffer) {
        buffer.append(",\"unchanged\":[")
        var isFirst = true
        for index in row.table.columns.indices {
            let column = row.table.columns[index]
            guard row.newValue(column).isUnchanged else { continue }
            if !isFirst { buffer.append(",") }
            buffer.append(row.table.text, column.name)
            isFirst = false
        }
        buffer.append("]")
    }

    /// Appends the names of the columns that hold JSON null, or nothing if none does.
    private func appendJSONNulls(
        _ label: StaticString, _ row: borrowing RowView, _ side: Side, to buffer: inout OutputBuffer
    ) {
        var isFirst = true
        for index in row.table.columns.indices where row.table.columns[index].isJSON {
            let column = row.table.columns[index]
            let value = value(row, column, side)
            guard !value.isNull, !value.isUnchanged, row.bytes.isJSONNull(value.range) else { continue }
            if isFirst { buffer.append(label) } else { buffer.append(",") }
            buffer.append(row.table.text, column.name)
            isFirst = false
        }
        if !isFirst { buffer.append("]") }
    }
}
