package import Replication

/// Where encoded events go.
///
/// A sink takes one batch at a time and says two things about it: *accepted*, when it can take the next one, and
/// *durable*, when the server may forget what is in it. Only durable moves the confirmed position.
///
/// The contract, which the conformance suite checks for every sink:
/// - `write` never blocks; it is called by one thread, and only when all batches before were accepted.
/// - Batches become durable in the order they were written, and none before its last byte is where it belongs.
/// - After a failure nothing more is accepted or becomes durable; what was reported durable stays so.
/// - `finish` lets everything accepted become durable, and then the sink reports that it ended.
package protocol Sink: AnyObject, Sendable {
    /// For messages, such as `stdout`.
    var name: String { get }

    /// Whether it reports single events as durable, and not only batches.
    var reportsEvents: Bool { get }

    /// Begins to work, and reports to `report` from then on.
    func start(reportingTo report: SinkReport)

    /// Takes the next batch.
    func write(_ batch: Batch)

    /// Nothing more comes: drain, then end.
    func finish()

    /// The stream has failed for good: what becomes durable from now on is not confirmed any more. Comes before `finish`.
    func streamFailed()
}

extension Sink {
    package var reportsEvents: Bool { false }

    package func streamFailed() {}
}

/// Why a sink takes no more.
package enum SinkEnding: Error, Sendable {
    /// It was told to finish, and everything it took is durable.
    case finished
    /// Whoever read it has gone, as `head` does when it has seen enough.
    case readerGone
    case failed(SinkError)
}

/// A sink that cannot do its work.
package struct SinkError: Error, Hashable, Sendable {
    /// The sink's name.
    package var sink: String
    /// What it tried to do, and what the operating system said.
    package var reason: String

    package init(sink: String, reason: String) {
        self.sink = sink
        self.reason = reason
    }
}

extension SinkError: CustomStringConvertible {
    package var description: String { "\(sink): \(reason)" }
}
