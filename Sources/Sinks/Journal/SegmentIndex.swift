internal import Crypto
internal import Replication

/// Where in a segment events stand, every 64 KiB or so, and, of a segment that is complete, how long it is. Kept beside the
/// segment; one that is missing or damaged is made again from the lines.
struct SegmentIndex: Hashable, Sendable {
    struct Entry: Hashable, Sendable {
        var position: Position
        /// Where the line of that event begins.
        var offset: Int
    }

    private(set) var entries: [Entry] = []
    /// Bytes of the segment that this is the index of.
    var length = 0
    /// The last event in them.
    var last = Position.start

    private static let interval = 64 * 1024
    private static let title = "walbrook index 1"

    init() {}

    /// Lines are at `offset`, of which the first is that of an event.
    mutating func add(_ position: Position, at offset: Int) {
        if let last = entries.last, offset - last.offset < Self.interval { return }
        entries.append(Entry(position: position, offset: offset))
    }

    /// From where to look for the first event behind a position.
    func offset(after position: Position) -> Int {
        var (low, high) = (0, entries.count)
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].position <= position { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : entries[low - 1].offset
    }
}

/// Made from the lines.
extension SegmentIndex {
    /// Reads the first `length` bytes of a segment.
    ///
    /// - Throws: also for what cannot be a segment.
    init(reading descriptor: Descriptor, length: Int) throws(Descriptor.Failure) {
        var offset = 0
        var size = 4 * Self.interval
        while offset < length {
            let bytes = try descriptor.read(min(size, length - offset), at: offset)
            guard let end = bytes.span.endOfWholeLines else {
                // A line that is longer than what was read, or no line at all.
                guard bytes.count == size, offset + size < length else { throw .damaged }
                size *= 2
                continue
            }
            try add(lines: bytes.span.extracting(0..<end), at: offset)
            offset += end
        }
        self.length = length
    }

    private mutating func add(lines: Span<UInt8>, at offset: Int) throws(Descriptor.Failure) {
        var start = 0
        while let end = lines.lineEnd(from: start) {
            guard let line = EventLine(lines, from: start), line.position >= last else { throw .damaged }
            add(line.position, at: offset + start)
            last = line.position
            start = end
        }
    }
}

/// The written form: a line for each entry, and the digest of them all.
extension SegmentIndex {
    var encoded: [UInt8] {
        var text = "\(Self.title)\nlength \(length)\nlast \(last)\n"
        for entry in entries { text += "\(entry.position) \(entry.offset)\n" }
        return Array("\(text)sha256 \(Self.digest(text))\n".utf8)
    }

    /// Nil for anything that is not a whole index.
    init?(decoding bytes: [UInt8]) {
        guard let text = String(validating: bytes, as: UTF8.self) else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count >= 5, lines.last == "", lines[0] == Self.title, lines[1].hasPrefix("length "),
            lines[2].hasPrefix("last "), let length = Int(lines[1].dropFirst(7)), length >= 0,
            let last = Position(String(lines[2].dropFirst(5)))
        else { return nil }
        let body = lines.dropLast(2).joined(separator: "\n") + "\n"
        guard lines[lines.count - 2] == "sha256 \(Self.digest(body))" else { return nil }
        for line in lines.dropFirst(3).dropLast(2) {
            let parts = line.split(separator: " ")
            guard parts.count == 2, let position = Position(String(parts[0])), let offset = Int(parts[1])
            else { return nil }
            entries.append(Entry(position: position, offset: offset))
        }
        self.length = length
        self.last = last
    }

    private static func digest(_ text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}
