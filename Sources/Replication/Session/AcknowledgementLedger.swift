/// Which events are on their way, and from that, what may be confirmed to the server.
///
/// A position is confirmed only when every event up to it is durable in every sink, and only forward.
package struct AcknowledgementLedger: Sendable {
    fileprivate struct Entry {
        /// The batch that the events are in.
        var sequence: UInt64
        /// What may be confirmed once the events up to this one are durable.
        var end: EventBoundary
        /// How many ends it stands for.
        var count = 1
    }

    /// How far one sink is: all batches up to one, and all events up to one.
    package struct Durability: Hashable, Sendable {
        package var batch: UInt64
        package var event: Position

        package init(batch: UInt64, event: Position = .start) {
            self.batch = batch
            self.event = event
        }

        fileprivate func covers(_ entry: Entry) -> Bool {
            entry.sequence <= batch || entry.end.event <= event
        }
    }

    /// With more than this, neighbours become one, and what may be confirmed is found in larger steps.
    package static let entryLimit = 65_536

    /// Handed over and not yet durable, oldest first, from `firstOutstanding` on. One or two for sinks that report by
    /// batches, since those take one batch at a time.
    private var entries: [Entry] = []
    private var firstOutstanding = 0
    /// How many ends an entry stands for.
    private var step = 1
    /// The last batch handed over.
    private var latest: UInt64 = 0

    /// What the server may forget. `.zero` until something is known.
    package private(set) var confirmed: LSN

    package init(confirmed: LSN = .zero) {
        self.confirmed = confirmed
    }

    package var isEmpty: Bool {
        firstOutstanding == entries.count
    }

    /// A batch went to the sinks; everything up to its boundary is in it or before it.
    package mutating func handedOver(_ batch: Batch) {
        precondition(latest < batch.sequence, "batches are handed over in order")
        latest = batch.sequence
        if batch.ends.isEmpty {
            append(EventBoundary(event: batch.last, boundary: batch.boundary))
        } else {
            for end in batch.ends { append(end) }
        }
    }

    private mutating func append(_ end: EventBoundary) {
        let entry = Entry(sequence: latest, end: end)
        if step > 1, let last = entries.last, last.count < step {
            entries[entries.count - 1] = last.joined(with: entry)
        } else {
            entries.append(entry)
            if entries.count - firstOutstanding > Self.entryLimit { thin() }
        }
    }

    /// The stream went on to `boundary` without an event since the last batch was handed over.
    package mutating func passed(_ boundary: LSN) {
        if isEmpty {
            confirmed = max(confirmed, boundary)
        } else {
            let last = entries.count - 1
            entries[last].end.boundary = max(entries[last].end.boundary, boundary)
        }
    }

    /// How far each of the sinks is.
    package mutating func durable(_ sinks: [Durability]) {
        guard !sinks.isEmpty else { return }
        while !isEmpty, sinks.allSatisfy({ $0.covers(entries[firstOutstanding]) }) {
            confirmed = max(confirmed, entries[firstOutstanding].end.boundary)
            firstOutstanding += 1
        }
        // Not before it is worth the move of the rest.
        if firstOutstanding > entries.count / 2 {
            entries.removeFirst(firstOutstanding)
            firstOutstanding = 0
        }
        if isEmpty { step = 1 }
    }

    private mutating func thin() {
        entries.removeFirst(firstOutstanding)
        firstOutstanding = 0
        entries = stride(from: 0, to: entries.count, by: 2).map { index in
            index + 1 < entries.count ? entries[index].joined(with: entries[index + 1]) : entries[index]
        }
        step *= 2
    }
}

extension AcknowledgementLedger.Entry {
    /// Both in one: done when the second one is, for which the first one must be, too.
    fileprivate func joined(with next: Self) -> Self {
        var both = next
        both.end.boundary = max(end.boundary, next.end.boundary)
        both.count = count + next.count
        return both
    }
}
