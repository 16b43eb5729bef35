/// Lines next to each other in which events of the same kind and table stand, so that a filter wants all or none.
struct LineRun: Hashable, Sendable {
    /// Their bytes, the ends of lines included.
    var bytes: Range<Int>
    /// The head of the first one.
    var head: EventLine
}

extension Span<UInt8> {
    /// What there is for filters to choose from; lines without a head are left out. Read once, however many filters.
    var runs: [LineRun] {
        var runs: [LineRun] = []
        var start = 0
        while start < count {
            let end = lineEnd(from: start) ?? count
            if let head = EventLine(self, from: start) {
                if let last = runs.last, last.bytes.upperBound == start, areAlike(last.head, head) {
                    runs[runs.count - 1].bytes = last.bytes.lowerBound..<end
                } else {
                    runs.append(LineRun(bytes: start..<end, head: head))
                }
            }
            start = end
        }
        return runs
    }

    private func areAlike(_ first: EventLine, _ second: EventLine) -> Bool {
        guard areEqual(first.operation, second.operation) else { return false }
        switch (first.names, second.names) {
        case (nil, nil): return true
        case (let first?, let second?): return areEqual(first.both, second.both)
        default: return false
        }
    }

    private func areEqual(_ first: Range<Int>, _ second: Range<Int>) -> Bool {
        guard first.count == second.count else { return false }
        for offset in 0..<first.count
        where self[first.lowerBound + offset] != self[second.lowerBound + offset] { return false }
        return true
    }
}
