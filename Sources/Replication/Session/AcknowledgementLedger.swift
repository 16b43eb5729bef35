/// Which batches are on their way, and from that, what may be confirmed to the server.
///
/// A position is confirmed only when every batch up to it is durable in every sink, and only forward.
package struct AcknowledgementLedger: Sendable {
    private struct Entry {
        var sequence: UInt64
        var boundary: LSN
    }

    /// Handed over and not yet durable, oldest first: one or two, since a sink takes one batch at a time.
    private var outstanding: [Entry] = []

    /// What the server may forget. `.zero` until something is known.
    package private(set) var confirmed: LSN

    package init(confirmed: LSN = .zero) {
        self.confirmed = confirmed
    }

    package var isEmpty: Bool {
        outstanding.isEmpty
    }

    /// A batch went to the sinks; everything up to `boundary` is in it or before it.
    package mutating func handedOver(sequence: UInt64, boundary: LSN) {
        precondition(
            outstanding.last.map { $0.sequence < sequence } ?? true, "batches are handed over in order")
        outstanding.append(Entry(sequence: sequence, boundary: boundary))
    }

    /// The stream went on to `boundary` without an event since the last batch was handed over.
    package mutating func passed(_ boundary: LSN) {
        if outstanding.isEmpty {
            confirmed = max(confirmed, boundary)
        } else {
            let last = outstanding.count - 1
            outstanding[last].boundary = max(outstanding[last].boundary, boundary)
        }
    }

    /// Every sink holds all batches up to this one.
    package mutating func durable(through sequence: UInt64) {
        while let oldest = outstanding.first, oldest.sequence <= sequence {
            confirmed = max(confirmed, oldest.boundary)
            outstanding.removeFirst()
        }
    }
}
