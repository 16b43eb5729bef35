/// Encoded events on their way to the sinks: immutable, and shared by all of them.
package final class Batch: Sendable {
    /// Counts the batches of a process from 1; a sink acknowledges by it.
    package let sequence: UInt64
    /// Whole lines, in commit order.
    package let bytes: OutputBuffer
    /// Number of events in `bytes`.
    package let events: Int
    /// The last event in `bytes`, or a filtered one behind it.
    package let last: Position
    /// What may be confirmed once this batch and all before it are durable; `.zero` for nothing yet.
    package let boundary: LSN

    package init(sequence: UInt64, bytes: consuming OutputBuffer, events: Int, last: Position, boundary: LSN)
    {
        self.sequence = sequence
        self.bytes = bytes
        self.events = events
        self.last = last
        self.boundary = boundary
    }
}
