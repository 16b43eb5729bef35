internal import Glibc

extension EventLog {
    /// The outputs of several runs as one: what was written again after a restart is dropped.
    ///
    /// A schema line comes again after a restart, perhaps before another event; it is kept only where it
    /// precedes an event that is new.
    ///
    /// - Throws: `TestFailure` when an event comes again with another line, with both.
    package static func merged(_ paths: [String]) throws -> EventLog {
        let directory = try TemporaryDirectory()
        let result = directory.path("merged.ndjson")
        let merged = try MergedFile(Descriptor.open(result, O_RDWR | O_CREAT | O_TRUNC))
        for path in paths {
            let log = EventLog(path)
            try log.forEach { head, line in try merged.add(head, line, from: log.path) }
        }
        try merged.flush()
        return EventLog(result, owner: directory)
    }
}

/// The growing result. It remembers where each position's line is, and reads it back to compare.
private final class MergedFile {
    private struct Place {
        let offset: Int
        let length: Int
    }

    private let file: Descriptor
    private var pending: [UInt8] = []
    private var flushed = 0
    private var places: [EventPosition: Place] = [:]
    private var last: EventPosition?
    /// Those since the last event, to drop what a run wrote that was killed before the event itself.
    private var schemas: Set<String> = []

    init(_ file: Descriptor) {
        self.file = file
    }

    func add(_ head: EventHead, _ line: borrowing LineReader.Line, from source: String) throws {
        if head.isSchema {
            if let last, head.position <= last { return }
            if schemas.insert(line.bytes.text).inserted { try append(line) }
            return
        }
        if let place = places[head.position] {
            let first = try read(place)
            guard first == line.bytes.text else {
                throw TestFailure(
                    "line \(head.lineNumber) repeats \(head.position) with another text:\n"
                        + "  first: \(first)\n  now:   \(line.bytes.text)")
            }
            return
        }
        places[head.position] = Place(offset: flushed + pending.count, length: line.bytes.count)
        last = max(last ?? head.position, head.position)
        schemas = []
        try append(line)
    }

    private func append(_ line: borrowing LineReader.Line) throws {
        pending.append(copying: line.bytes)
        pending.append(UInt8(ascii: "\n"))
        if pending.count > 1 << 20 { try flush() }
    }

    func flush() throws {
        try file.write(pending)
        flushed += pending.count
        pending = []
    }

    private func read(_ place: Place) throws -> String {
        if place.offset + place.length > flushed { try flush() }
        let bytes = try file.read(place.length, at: place.offset)
        return String(decoding: bytes, as: UTF8.self)
    }
}

extension [UInt8] {
    /// Appends what a span holds, as one copy.
    fileprivate mutating func append(copying bytes: Span<UInt8>) {
        // SAFETY: the pointer is used within the closure.
        unsafe bytes.withUnsafeBufferPointer { unsafe append(contentsOf: $0) }
    }
}
