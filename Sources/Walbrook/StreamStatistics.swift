internal import Reader
internal import Replication
internal import Synchronization

/// Numbers about a running stream that any thread may read.
package final class StreamStatistics: Sendable {
    /// The numbers at one moment.
    package struct Snapshot: Sendable {
        /// Events and bytes handed to the sinks.
        package var events: UInt64
        package var bytes: UInt64
        /// What was confirmed to the server, as bytes of its log.
        package var confirmed: UInt64
        /// Commit time of the last transaction, in microseconds since 2000; nil before the first one.
        package var lastCommit: Int64?
    }

    private let events = Atomic<UInt64>(0)
    private let bytes = Atomic<UInt64>(0)
    private let confirmed = Atomic<UInt64>(0)
    private let lastCommit = Atomic<Int64>(.min)

    package init() {}

    package var snapshot: Snapshot {
        let commit = lastCommit.load(ordering: .relaxed)
        return Snapshot(
            events: events.load(ordering: .relaxed), bytes: bytes.load(ordering: .relaxed),
            confirmed: confirmed.load(ordering: .relaxed), lastCommit: commit == .min ? nil : commit)
    }

    func handedOver(_ batch: Batch) {
        events.add(UInt64(batch.events), ordering: .relaxed)
        bytes.add(UInt64(batch.bytes.count), ordering: .relaxed)
    }

    func update(_ progress: StreamProgress) {
        confirmed.store(progress.confirmed.value, ordering: .relaxed)
    }

    func update(_ commit: Timestamp?) {
        if let commit { lastCommit.store(commit.microseconds, ordering: .relaxed) }
    }
}
