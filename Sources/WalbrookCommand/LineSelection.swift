internal import Replication
internal import Sinks

/// The lines of a journal that are wanted, up to an end.
struct LineSelection {
    private let isEverything: Bool
    private var chooser: LineChooser
    private let end: Position?
    private(set) var hasReachedEnd = false

    init(_ filter: LineFilter, end: Position?) {
        isEverything = filter.wantsEverything && end == nil
        chooser = LineChooser(filter)
        self.end = end
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
                if chooser.wants(line, in: lines) {
                    selected.append(lines, from: start, count: lineEnd - start)
                }
            }
            start = lineEnd
        }
        return selected
    }
}
