import Replication

/// One changed row as every format sees it: its table, and where the value of each column comes from.
///
/// It only borrows: what the decoder found, what was compiled of the table, and the bytes of the message.
struct RowView: ~Escapable {
    let change: RowChange
    let table: TableView
    /// The message, which holds the values.
    let bytes: Span<UInt8>
    private let new: Span<TupleColumn>
    private let old: Span<TupleColumn>

    /// - Throws: `SessionError` when a tuple does not fit the table.
    @_lifetime(copy table, borrow decoder, copy bytes)
    init(
        _ change: RowChange, of table: TableView, _ decoder: borrowing MessageDecoder, _ bytes: Span<UInt8>,
        at position: Position
    ) throws(SessionError) {
        self.change = change
        self.table = table
        self.bytes = bytes
        new = decoder.newTuple.columns.span
        old = decoder.oldTuple.columns.span
        if hasNew { try Self.check(decoder.newTuple, table.plan.tupleSize, position) }
        if hasOld { try Self.check(decoder.oldTuple, table.plan.tupleSize, position) }
    }

    @inline(__always)
    private static func check(
        _ tuple: borrowing Tuple, _ size: Int, _ position: Position
    ) throws(SessionError) {
        guard tuple.columns.count == size else {
            throw .columnCount(tuple.columns.count, expected: size, position)
        }
        guard !tuple.hasBinaryValue else { throw .binaryValue(position) }
    }

    // A comparison by `==` with an enumeration of another module goes through its conformance; a pattern does not.

    /// Whether there is a row after the change.
    @inline(__always)
    var hasNew: Bool {
        if case .delete = change.kind { false } else { true }
    }

    /// Whether the server sent anything of the row before the change.
    @inline(__always)
    var hasOld: Bool {
        if case .none = change.old { false } else { true }
    }

    /// Whether the server sent the whole row before the change.
    @inline(__always)
    var hasWholeOld: Bool {
        if case .row = change.old { true } else { false }
    }

    /// Whether the row before the change says something that the one after it does not.
    ///
    /// An old key also comes for a TOASTed key value that did not change; the new row then has no value for it.
    @inline(__always)
    var hasBefore: Bool {
        switch change.old {
        case .none: false
        case .row: true
        case .key: !hasNew || keyChanged
        }
    }

    /// Whether an update changed the key: that of the replica identity or, when the whole old row came, the relation's.
    var changesKey: Bool {
        switch change.old {
        case .none: return false
        case .key: return hasNew && keyChanged
        case .row: break
        }
        guard hasNew else { return false }
        for index in table.columns.indices where table.columns[index].isKey {
            if differs(table.columns[index]) { return true }
        }
        return false
    }

    /// Whether a value of the replica identity differs between the old row and the new one.
    private var keyChanged: Bool {
        for index in table.columns.indices where table.columns[index].isIdentity {
            if differs(table.columns[index]) { return true }
        }
        return false
    }

    /// Whether a value differs between the old row and the new one.
    private func differs(_ column: ColumnPlan) -> Bool {
        let (old, new) = (old[column.index], new[column.index])
        if new.isUnchanged { return false }
        guard old.kind == new.kind, old.length == new.length else { return true }
        for (left, right) in zip(old.range, new.range) where bytes[left] != bytes[right] { return true }
        return false
    }

    /// The start of the log record of the change, which several rows can share.
    var record: LSN { CopyMessage.recordLSN(of: bytes) }

    // MARK: Where values come from

    /// A value of the row after the change. One that was not sent because it did not change is taken from the old
    /// row; it stays `unchanged` when that does not have it.
    @inline(__always)
    func newValue(_ column: ColumnPlan) -> TupleColumn {
        let value = new[column.index]
        return value.isUnchanged ? oldValue(column) : value
    }

    /// A value of the row after the change as it came: `unchanged` when it was not sent, whatever the old row has.
    @inline(__always)
    func sentValue(_ column: ColumnPlan) -> TupleColumn {
        new[column.index]
    }

    /// A value of the row before the change; `unchanged` when it did not come. In an old key the columns outside of
    /// the replica identity are only filler.
    @inline(__always)
    func oldValue(_ column: ColumnPlan) -> TupleColumn {
        hasWholeOld || (hasOld && column.isIdentity) ? old[column.index] : .notSent
    }

    /// A value of the replica identity before the change. When nothing came of the old row, it is that of the new one,
    /// because it has not changed.
    @inline(__always)
    func identityValue(_ column: ColumnPlan) -> TupleColumn {
        hasOld ? oldValue(column) : sentValue(column)
    }

    /// A value of the row before the change as far as the server knows it. Nulls in an old key are filler outside of the
    /// replica identity, but values are not: those of a partition that logs whole rows come as a key when its root, as
    /// which it is published, has only a key.
    @inline(__always)
    func sentOldValue(_ column: ColumnPlan) -> TupleColumn {
        hasOld ? old[column.index] : .notSent
    }

    /// A value of the key: of the row after the change, of a delete before it.
    @inline(__always)
    func keyValue(_ column: ColumnPlan) -> TupleColumn {
        hasNew ? newValue(column) : oldValue(column)
    }
}

extension TupleColumn {
    /// A value that did not come.
    static var notSent: TupleColumn { TupleColumn(kind: .unchanged, offset: 0, length: 0) }

    @inline(__always)
    var isUnchanged: Bool {
        if case .unchanged = kind { true } else { false }
    }

    @inline(__always)
    var isNull: Bool {
        if case .null = kind { true } else { false }
    }
}
