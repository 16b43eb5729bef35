/// Encoded events on their way to the sinks: immutable, and shared by all of them.
package final class Batch: Sendable {
    /// Counts the batches of a process from 1; a sink acknowledges by it.
    package let sequence: UInt64
    /// Whole lines, in commit order.
    package let bytes: OutputBuffer
    /// Number of events in `bytes`.
    package let events: Int
    /// The first event in `bytes`; `.start` if there is none.
    package let first: Position
    /// The last event in `bytes`, or a filtered one behind it.
    package let last: Position
    /// Where that stands in the log; nil where that does not tell where to go on.
    package let place: RecordPlace?
    /// Where events end, as far as somebody will ask; by position.
    package let marks: [EventMark]
    /// What may be confirmed once this batch and all before it are durable; `.zero` for nothing yet.
    package let boundary: LSN
    /// What may be confirmed before that, ascending up to the last event in `bytes`. Only for sinks that report single
    /// events, otherwise empty.
    package let ends: [EventBoundary]

    package init(
        sequence: UInt64, bytes: consuming OutputBuffer, events: Int, first: Position = .start,
        last: Position, at place: RecordPlace? = nil, marks: [EventMark] = [], boundary: LSN,
        ends: [EventBoundary] = []
    ) {
        self.sequence = sequence
        self.bytes = bytes
        self.events = events
        self.first = first
        self.last = last
        self.place = place
        self.marks = marks
        self.boundary = boundary
        self.ends = ends
    }

    /// The byte where the first event behind a position begins; the number of bytes if there is none.
    package func offset(after position: Position) -> Int {
        if last <= position { return bytes.count }
        if first > position { return 0 }
        // The events between the first and the last marked one that is at or before the position.
        var (low, high) = (0, marks.count)
        while low < high {
            let middle = (low + high) / 2
            if marks[middle].position <= position { low = middle + 1 } else { high = middle }
        }
        return low == 0 ? 0 : marks[low - 1].end
    }
}

/// An event, and what may be confirmed once it and all before it are durable.
package struct EventBoundary: Hashable, Sendable {
    package var event: Position
    package var boundary: LSN

    package init(event: Position, boundary: LSN) {
        self.event = event
        self.boundary = boundary
    }
}

/// Collects the boundaries inside of a batch.
package struct EventBoundaries: Sendable {
    private var ends: [EventBoundary] = []

    package init() {}

    /// Everything up to `event` and after it up to `boundary` has been passed.
    package mutating func passed(_ event: Position, boundary: LSN) {
        // Nothing was written since: the last event stands for that, too.
        if let last = ends.indices.last, ends[last].event == event {
            ends[last].boundary = max(ends[last].boundary, boundary)
        } else {
            ends.append(EventBoundary(event: event, boundary: boundary))
        }
    }

    /// Takes out what was collected.
    package mutating func take() -> [EventBoundary] {
        defer { ends = [] }
        return ends
    }
}

/// Where an event ends in a batch.
package struct EventMark: Hashable, Sendable {
    package var position: Position
    /// The byte behind it.
    package var end: Int

    package init(position: Position, end: Int) {
        self.position = position
        self.end = end
    }
}
