internal import NIOCore

/// Which lines a subscriber wants, by what stands at their beginning.
struct EventFilter: Hashable, Sendable {
    private let tables: [NamePattern]
    private let operations: Set<[UInt8]>

    /// Nil for a request that wants all of them.
    init?(_ request: SubscriptionRequest) {
        guard !request.tables.isEmpty || !request.operations.isEmpty else { return nil }
        tables = request.tables.map { NamePattern($0) }
        operations = Set(request.operations.map { Array($0.utf8) })
    }

    /// Parts of whole lines that share its memory, the lines between them left out.
    func slices(of lines: ByteBuffer) -> [ByteBuffer] {
        let bytes = Array(lines.readableBytesView)
        return ranges(in: bytes.span).compactMap { range in
            lines.getSlice(at: lines.readerIndex + range.lowerBound, length: range.count)
        }
    }

    private func ranges(in bytes: Span<UInt8>) -> [Range<Int>] {
        var ranges: [Range<Int>] = []
        // Tables that have been decided on, by their names as they stand in the lines.
        var decisions: [[UInt8]: Bool] = [:]
        var start = 0
        while start < bytes.count {
            let end = bytes.lineEnd(from: start) ?? bytes.count
            if allows(bytes, from: start, &decisions) {
                if let last = ranges.last, last.upperBound == start {
                    ranges[ranges.count - 1] = last.lowerBound..<end
                } else {
                    ranges.append(start..<end)
                }
            }
            start = end
        }
        return ranges
    }

    /// What belongs to no table, such as a message, is let through by every pattern of tables.
    private func allows(_ bytes: Span<UInt8>, from start: Int, _ decisions: inout [[UInt8]: Bool]) -> Bool {
        guard let line = EventLine(bytes, from: start) else { return false }
        guard operations.isEmpty || operations.contains(line.operation.map { bytes[$0] }) else {
            return false
        }
        guard !tables.isEmpty, let names = line.names else { return true }
        let key = (names.schema.lowerBound..<names.table.upperBound).map { bytes[$0] }
        if let decision = decisions[key] { return decision }
        let name = bytes.unescaped(names.schema) + "." + bytes.unescaped(names.table)
        let decision = tables.contains { $0.matches(name) }
        decisions[key] = decision
        return decision
    }
}

/// A pattern for names: `*` stands for any run of characters, `?` for one.
struct NamePattern: Hashable, Sendable {
    private let scalars: [Unicode.Scalar]

    init(_ pattern: String) {
        scalars = Array(pattern.unicodeScalars)
    }

    func matches(_ name: String) -> Bool {
        let name = Array(name.unicodeScalars)
        var (at, inName) = (0, 0)
        // Where to go on when a later character does not fit: behind the last `*`, which then takes one more.
        var retry: (at: Int, inName: Int)?
        while inName < name.count {
            if at < scalars.count, scalars[at] == "*" {
                at += 1
                retry = (at, inName)
            } else if at < scalars.count, scalars[at] == "?" || scalars[at] == name[inName] {
                at += 1
                inName += 1
            } else if let last = retry {
                retry = (last.at, last.inName + 1)
                (at, inName) = (last.at, last.inName + 1)
            } else {
                return false
            }
        }
        return scalars[at...].allSatisfy { $0 == "*" }
    }
}
