package import Replication

/// Where encoded events go.
///
/// A sink takes one batch at a time and says two things about it: *accepted*, when it can take the next one, and
/// *durable*, when the server may forget what is in it. Only durable moves the confirmed position.
///
/// The contract, which the conformance suite checks for every sink:
/// - `write` never blocks; it is called by one thread, and only when all batches before were accepted. What it reports
///   itself need not wake anybody: whoever called it looks at the report after that.
/// - Batches become durable in the order they were written, and none before its last byte is where it belongs.
/// - After a failure nothing more is accepted or becomes durable; what was reported durable stays so.
/// - `finish` lets everything accepted become durable, and then the sink reports that it ended.
package protocol Sink: AnyObject, Sendable {
    /// For messages, such as `stdout`.
    var name: String { get }

    /// What it holds from the run before, which it does not take again; nil for a sink that keeps nothing, or has
    /// nothing yet.
    var held: HeldEvents? { get }

    /// Whether it keeps a state of its own, which must be ahead of what the server is told.
    var keepsState: Bool { get }

    /// Whether it reports single events as durable, and not only batches.
    var reportsEvents: Bool { get }

    /// Who reads from it and how far they are, at this moment. From any thread.
    var subscribers: [SubscriberState] { get }

    /// Begins to work, and reports to `report` from then on.
    func start(reportingTo report: SinkReport)

    /// A stream begins, for the first time or again. What comes next is from here.
    ///
    /// - Parameter confirmed: what the server was told last.
    func streamStarts(_ origin: StreamOrigin, confirmed: LSN)

    /// Takes the next batch. It may be empty, and then only says how far the stream is.
    func write(_ batch: Batch)

    /// Opens its files anew, because somebody has moved them away.
    func reopen()

    /// Nothing more comes: drain, then end.
    func finish()

    /// The stream has failed for good: what becomes durable from now on is not confirmed any more. Comes before `finish`.
    func streamFailed()
}

extension Sink {
    package var reportsEvents: Bool { false }

    package var subscribers: [SubscriberState] { [] }

    package func streamFailed() {}
}

/// What a sink does that keeps nothing and has no files.
extension Sink {
    package var held: HeldEvents? { nil }
    package var keepsState: Bool { false }
    package func streamStarts(_ origin: StreamOrigin, confirmed: LSN) {}
    package func reopen() {}
}

/// How far one of the readers of a sink is, for a person who asks.
package struct SubscriberState: Hashable, Sendable {
    /// Such as `127.0.0.1:40312`.
    package var address: String
    /// The name of a durable subscription.
    package var name: String?
    /// The last event that it was sent.
    package var position: Position
    /// Bytes that wait for it.
    package var bufferedBytes: Int
    /// In a word where its events come from, such as `live` or `journal`.
    package var mode: String

    package init(address: String, name: String?, position: Position, bufferedBytes: Int, mode: String) {
        self.address = address
        self.name = name
        self.position = position
        self.bufferedBytes = bufferedBytes
        self.mode = mode
    }
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
    package enum Kind: Hashable, Sendable {
        /// The operating system did not do what was asked.
        case failed
        /// What is there is not what it would have to be to go on.
        case refused
        /// Another process has it.
        case busy
    }

    package var kind: Kind
    /// The sink's name.
    package var sink: String
    /// What it tried to do, and what the operating system said.
    package var reason: String
    /// What to do about it.
    package var hint: String?

    package init(_ kind: Kind = .failed, sink: String, reason: String, hint: String? = nil) {
        self.kind = kind
        self.sink = sink
        self.reason = reason
        self.hint = hint
    }
}

extension SinkError: CustomStringConvertible {
    package var description: String { "\(sink): \(reason)" }
}
