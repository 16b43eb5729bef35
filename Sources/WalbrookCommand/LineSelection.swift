internal import Replication
internal import Sinks
internal import Transformer

/// Which lines of a journal are wanted, by what stands at their beginning. Events that belong to no table are let through
/// by every pattern of tables.
struct LineSelection {
    private let tables: TableFilter
    private let operations: Set<[UInt8]>?
    private let end: Position?
    /// Tables that have been decided on, by their names as they stand in the lines.
    private var decisions: [[UInt8]: Bool] = [:]
    private let isEverything: Bool
    private(set) var hasReachedEnd = false

    init(tables: TableFilter, operations: Set<String>?, end: Position?) {
        self.tables = tables
        self.operations = operations.map { Set($0.map { Array($0.utf8) }) }
        self.end = end
        isEverything = tables == TableFilter() && operations == nil && end == nil
    }

    mutating func select(_ lines: Span<UInt8>) -> OutputBuffer {
        var selected = OutputBuffer(capacity: lines.count)
        if isEverything {
            selected.append(lines, from: 0, count: lines.count)
            return selected
        }
        var start = 0
        while let lineEnd = lines.lineEnd(from: start) {
            if let line = EventLine(lines, from: start) {
                if let end, line.position > end {
                    hasReachedEnd = true
                    break
                }
                if allows(line, lines) { selected.append(lines, from: start, count: lineEnd - start) }
            }
            start = lineEnd
        }
        return selected
    }

    private mutating func allows(_ line: EventLine, _ lines: Span<UInt8>) -> Bool {
        if let operations, !operations.contains(line.operation.map { lines[$0] }) { return false }
        guard let names = line.names else { return true }
        let key = (names.schema.lowerBound..<names.table.upperBound).map { lines[$0] }
        if let decision = decisions[key] { return decision }
        let decision = tables.allows(
            schema: lines.unescaped(names.schema), table: lines.unescaped(names.table))
        decisions[key] = decision
        return decision
    }
}
