import Replication

/// Writes what a row event says of its row: `key`, `before`, `after`, `unchanged`, `json_null`, `json_null_before`.
struct JSONRowEncoder: ~Copyable {
    private let values = ValueEncoder()

    /// Where a column's value comes from: the new row, the old one in place of a value that was not sent, or nowhere.
    private enum Source {
        case value(TupleColumn)
        case absent
    }

    mutating func append(
        _ change: RowChange, _ plan: RelationPlan, _ plans: borrowing RelationPlans,
        _ decoder: borrowing MessageDecoder, _ bytes: Span<UInt8>, at position: Position,
        to buffer: inout OutputBuffer
    ) throws(SessionError) {
        let hasNew = !change.isDelete
        if hasNew { try Self.check(decoder.newTuple, plan, position) }
        if change.hasOldTuple { try Self.check(decoder.oldTuple, plan, position) }

        if plan.hasKey { appendKey(change, plan, plans, decoder, bytes, to: &buffer) }
        let hasBefore =
            switch change.old {
            case .none: false
            case .row: true
            case .key: !hasNew || Self.keyChanged(plan, plans, decoder, bytes)
            }
        if hasBefore {
            buffer.append(",\"before\":")
            appendOldRow(change, plan, plans, decoder, bytes, to: &buffer)
        }
        if hasNew {
            buffer.append(",\"after\":")
            let absent = appendNewRow(change, plan, plans, decoder, bytes, to: &buffer)
            if absent > 0 { appendUnchanged(change, plan, plans, decoder, to: &buffer) }
        }
        if plan.hasJSON {
            if hasNew {
                appendJSONNulls(",\"json_null\":[", plan, plans, bytes, to: &buffer) { index in
                    Self.newValue(index, change, plans.columns[plan.firstColumn + index], decoder)
                }
            }
            if hasBefore {
                appendJSONNulls(",\"json_null_before\":[", plan, plans, bytes, to: &buffer) { index in
                    change.old == .row || plans.columns[plan.firstColumn + index].isIdentity
                        ? .value(decoder.oldTuple.columns[index]) : .absent
                }
            }
        }
    }

    private static func check(
        _ tuple: borrowing Tuple, _ plan: RelationPlan, _ position: Position
    ) throws(SessionError) {
        guard tuple.columns.count == plan.columnCount else {
            throw .columnCount(tuple.columns.count, expected: plan.columnCount, position)
        }
        guard !tuple.hasBinaryValue else { throw .binaryValue(position) }
    }

    // MARK: Where values come from

    /// A value of the row after the change. One that was not sent because it did not change is taken from the old
    /// row, if that has it.
    @inline(__always)
    private static func newValue(
        _ index: Int, _ change: RowChange, _ column: ColumnPlan, _ decoder: borrowing MessageDecoder
    ) -> Source {
        let new = decoder.newTuple.columns[index]
        guard case .unchanged = new.kind else { return .value(new) }
        // The columns outside of the identity are only filler in an old key.
        guard change.old == .row || (change.old == .key && column.isIdentity) else { return .absent }
        let old = decoder.oldTuple.columns[index]
        return old.kind == .unchanged ? .absent : .value(old)
    }

    /// Whether a key value of the new row differs from the old one. An old key also comes for a TOASTed key value
    /// that did not change; the new row then has no value for it.
    private static func keyChanged(
        _ plan: RelationPlan, _ plans: borrowing RelationPlans, _ decoder: borrowing MessageDecoder,
        _ bytes: Span<UInt8>
    ) -> Bool {
        for index in 0..<plan.columnCount where plans.columns[plan.firstColumn + index].isIdentity {
            let old = decoder.oldTuple.columns[index]
            let new = decoder.newTuple.columns[index]
            if new.kind == .unchanged { continue }
            guard old.kind == new.kind, old.length == new.length else { return true }
            for (left, right) in zip(old.range, new.range) where bytes[left] != bytes[right] { return true }
        }
        return false
    }

    // MARK: Objects

    private mutating func appendKey(
        _ change: RowChange, _ plan: RelationPlan, _ plans: borrowing RelationPlans,
        _ decoder: borrowing MessageDecoder, _ bytes: Span<UInt8>, to buffer: inout OutputBuffer
    ) {
        let start = buffer.count
        buffer.append(",\"key\":{")
        var isFirst = true
        for index in 0..<plan.columnCount {
            let column = plans.columns[plan.firstColumn + index]
            guard column.isKey else { continue }
            let source =
                change.isDelete
                ? .value(decoder.oldTuple.columns[index]) : Self.newValue(index, change, column, decoder)
            guard case .value(let value) = source, !value.isUnchanged else {
                // A key with a hole in it names no row.
                buffer.truncate(to: start)
                return
            }
            append(value, column, isFirst: isFirst, plans, bytes, to: &buffer)
            isFirst = false
        }
        buffer.append("}")
    }

    private mutating func appendOldRow(
        _ change: RowChange, _ plan: RelationPlan, _ plans: borrowing RelationPlans,
        _ decoder: borrowing MessageDecoder, _ bytes: Span<UInt8>, to buffer: inout OutputBuffer
    ) {
        buffer.append("{")
        var isFirst = true
        for index in 0..<plan.columnCount {
            let column = plans.columns[plan.firstColumn + index]
            let value = decoder.oldTuple.columns[index]
            guard change.old == .row || column.isIdentity, value.kind != .unchanged else { continue }
            append(value, column, isFirst: isFirst, plans, bytes, to: &buffer)
            isFirst = false
        }
        buffer.append("}")
    }

    /// Appends the new row and returns how many columns had no value.
    private mutating func appendNewRow(
        _ change: RowChange, _ plan: RelationPlan, _ plans: borrowing RelationPlans,
        _ decoder: borrowing MessageDecoder, _ bytes: Span<UInt8>, to buffer: inout OutputBuffer
    ) -> Int {
        buffer.append("{")
        var absent = 0
        for index in 0..<plan.columnCount {
            let column = plans.columns[plan.firstColumn + index]
            switch Self.newValue(index, change, column, decoder) {
            case .value(let value):
                append(value, column, isFirst: index == absent, plans, bytes, to: &buffer)
            case .absent:
                absent += 1
            }
        }
        buffer.append("}")
        return absent
    }

    /// Appends one column of an object: its label and its value.
    @inline(__always)
    private mutating func append(
        _ value: TupleColumn, _ column: ColumnPlan, isFirst: Bool, _ plans: borrowing RelationPlans,
        _ bytes: Span<UInt8>, to buffer: inout OutputBuffer
    ) {
        let comma = isFirst ? 1 : 0
        buffer.append(
            plans.text.span, from: column.label.start + comma, count: column.label.count - comma)
        if case .null = value.kind { return buffer.append("null") }
        if case .scalar(let scalar) = column.encoding {
            scalar.append(bytes, value.range, to: &buffer)
        } else {
            values.append(bytes, value.range, as: column.encoding, plans.types, to: &buffer)
        }
    }

    // MARK: Lists of names

    private func appendUnchanged(
        _ change: RowChange, _ plan: RelationPlan, _ plans: borrowing RelationPlans,
        _ decoder: borrowing MessageDecoder, to buffer: inout OutputBuffer
    ) {
        buffer.append(",\"unchanged\":[")
        var isFirst = true
        for index in 0..<plan.columnCount {
            let column = plans.columns[plan.firstColumn + index]
            guard case .absent = Self.newValue(index, change, column, decoder) else { continue }
            if !isFirst { buffer.append(",") }
            buffer.append(plans.text.span, from: column.name.start, count: column.name.count)
            isFirst = false
        }
        buffer.append("]")
    }

    /// Appends the names of the columns that hold JSON null, or nothing if none does.
    @inline(__always)
    private func appendJSONNulls(
        _ label: StaticString, _ plan: RelationPlan, _ plans: borrowing RelationPlans, _ bytes: Span<UInt8>,
        to buffer: inout OutputBuffer, value: (Int) -> Source
    ) {
        var isFirst = true
        for index in 0..<plan.columnCount {
            let column = plans.columns[plan.firstColumn + index]
            guard column.encoding.isJSON, case .value(let value) = value(index), value.kind == .text,
                bytes.isJSONNull(value.range)
            else { continue }
            if isFirst { buffer.append(label) } else { buffer.append(",") }
            buffer.append(plans.text.span, from: column.name.start, count: column.name.count)
            isFirst = false
        }
        if !isFirst { buffer.append("]") }
    }
}

// A comparison by `==` with an enumeration of another module goes through its conformance; a pattern does not.

extension TupleColumn {
    @inline(__always)
    fileprivate var isUnchanged: Bool {
        if case .unchanged = kind { true } else { false }
    }
}

extension RowChange {
    @inline(__always)
    fileprivate var isDelete: Bool {
        if case .delete = kind { true } else { false }
    }

    @inline(__always)
    fileprivate var hasOldTuple: Bool {
        if case .none = old { false } else { true }
    }
}
