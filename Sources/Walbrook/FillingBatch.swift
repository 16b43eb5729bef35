internal import Replication

/// The batch that is being filled: whole lines that no sink has been given yet, and what is known of their events.
///
/// A value without copies, so that a line costs no reference count and no check of exclusive access.
struct FillingBatch: ~Copyable {
    /// A batch is handed over when it has this many bytes: few enough to stay in a core's cache, many enough for one
    /// write to be worth it.
    static let size = 256 * 1024
    /// What a line may have beyond that without the buffer growing.
    private static let overhang = 64 * 1024
    /// A smaller batch is copied out of the buffer, which is kept: sinks hold some for a while, and not the empty rest of a
    /// buffer with each.
    private static let smallSize = 128 * 1024

    var buffer = OutputBuffer(capacity: Self.size + Self.overhang)
    /// Number of events in `buffer`.
    private var events = 0
    /// The first event in `buffer`.
    private var first = Position.start
    /// The last event that was written to this buffer or one before.
    private var written = Position.start
    /// Where events end in `buffer`, up to the last one that a sink may hold already.
    private var marks: [EventMark] = []
    private let lastMarked: Position
    private var ends = EventBoundaries()
    /// Whether what may be confirmed is noted for each transaction, and not only for the batch.
    var collectsBoundaries = false

    /// - Parameter lastMarked: the last event that a sink may hold already; `.start` for none.
    init(lastMarked: Position) {
        self.lastMarked = lastMarked
    }

    var isEmpty: Bool { buffer.count == 0 }
    var isFull: Bool { buffer.count >= Self.size }

    /// So many events were written at a position.
    @inline(__always)
    mutating func wrote(_ count: Int, at position: Position) {
        guard count > 0 else { return }
        events += count
        written = position
    }

    /// The lines from this byte on, if there are any, are those of a position.
    @inline(__always)
    mutating func endLines(from start: Int, of position: Position) {
        guard buffer.count > start else { return }
        if start == 0 { first = position }
        if position <= lastMarked { marks.append(EventMark(position: position, end: buffer.count)) }
    }

    /// Everything that was written so far, and after it everything up to `boundary`, has been passed.
    mutating func passed(_ boundary: LSN) {
        if collectsBoundaries { ends.passed(written, boundary: boundary) }
    }

    /// Takes everything out.
    ///
    /// - Parameters:
    ///   - last: the last event that was passed, filtered ones included.
    ///   - place: where that stands in the log.
    ///   - boundary: what may be confirmed once the batch is durable.
    mutating func take(sequence: UInt64, last: Position, at place: RecordPlace?, boundary: LSN) -> Batch {
        let isSmall = buffer.count <= Self.smallSize
        var bytes = OutputBuffer(capacity: isSmall ? buffer.count : Self.size + Self.overhang)
        if isSmall {
            bytes.append(buffer.span, from: 0, count: buffer.count)
            buffer.truncate(to: 0)
        } else {
            // The buffer goes along, and with it the size that a row of many megabytes gave it.
            swap(&bytes, &buffer)
        }
        defer {
            events = 0
            marks.removeAll()
        }
        passed(boundary)
        return Batch(
            sequence: sequence, bytes: bytes, events: events, first: first, last: last, at: place,
            marks: marks,
            boundary: boundary, ends: ends.take())
    }
}
