/// How large a journal becomes, and how large the files in it.
package struct JournalOptions: Hashable, Sendable {
    /// Bytes from which on the next batch goes to a new segment.
    package var segmentSize = 64 << 20
    /// Bytes of all segments together above which the oldest are cut; nil for no limit.
    package var size: Int? = 1 << 30
    /// Age of the last event of a segment at which it is cut; nil for no limit.
    package var age: Duration?
    /// How long a reader that does not get on holds up retention.
    package var grace = Duration.seconds(60)

    /// How long the next batches may go to the same segment: a segment is as old as its last event, and is cut as a whole.
    var segmentAge: Duration? { age.map { $0 / 10 } }

    package init() {}
}
