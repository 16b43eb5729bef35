package import Replication

/// Which lines are wanted, by what stands at their beginning.
package struct LineFilter: Hashable, Sendable {
    /// Events that belong to no table, such as messages, are let through by every one.
    package var tables: TableFilter
    /// Nil for all of them.
    package var operations: Set<String>?

    package init(tables: TableFilter = TableFilter(), operations: Set<String>? = nil) {
        self.tables = tables
        self.operations = operations
    }

    package var wantsEverything: Bool { self == LineFilter() }
}

/// A filter at work, which decides on each kind and table once.
package struct LineChooser {
    private let filter: LineFilter
    private let operations: [[UInt8]]?
    /// Tables that have been decided on, by their names as they stand in the lines.
    private var decisions: [[UInt8]: Bool] = [:]
    /// The last of them, which most often is the next one, too.
    private var last: (names: [UInt8], isWanted: Bool)?

    package init(_ filter: LineFilter) {
        self.filter = filter
        operations = filter.operations?.map { Array($0.utf8) }
    }

    /// - Parameter line: the head of a line in `bytes`.
    package mutating func wants(_ line: EventLine, in bytes: Span<UInt8>) -> Bool {
        if let operations, !operations.contains(where: { bytes.holds($0, at: line.operation) }) {
            return false
        }
        guard let names = line.names else { return true }
        if let last, bytes.holds(last.names, at: names.both) { return last.isWanted }
        let key = names.both.map { bytes[$0] }
        let isWanted =
            decisions[key]
            ?? filter.tables.allows(
                schema: bytes.unescaped(names.schema), table: bytes.unescaped(names.table))
        decisions[key] = isWanted
        last = (key, isWanted)
        return isWanted
    }
}
