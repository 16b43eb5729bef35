package import Replication

/// What takes messages out of a stream. The reader brings connections and time, the consumer the meaning.
///
/// It is called on the reader's thread only, once for each gulp and never for each message.
package protocol StreamConsumer: AnyObject {
    /// A connection stands; what comes next starts at the slot's confirmed position.
    func streamStarts(_ facts: StreamFacts)

    /// The connection is gone; an open transaction will come again from its begin.
    func connectionLost()

    /// Takes all messages that have been read, or as many as there is room for.
    func consume(_ stream: ReplicationStream) throws(StreamFailure) -> Consumption

    /// The same of a changelog that triggers write.
    func consume(_ changelog: ChangelogStream) throws(StreamFailure) -> Consumption

    /// Passes on what is encoded, if the sinks can take it.
    func handOver()

    /// Passes on what is encoded as soon as the sinks can take it, and lets them end after that.
    func finish()

    /// Takes in what the sinks have reported, and says how things stand.
    func progress() -> StreamProgress
}

/// What came of consuming.
package enum Consumption: Hashable, Sendable {
    /// Nothing whole is left that was read.
    case drained
    /// There is more to do without reading: look at everything else, then go on.
    case unfinished
    /// The sinks are behind: read no more until they get on.
    case blocked
    /// The stop point is reached.
    case reachedStop
    /// The server ended the stream.
    case ended
}

/// How far the stream is.
package struct StreamProgress: Sendable {
    package var received = LSN.zero
    package var confirmed = LSN.zero
    /// What was confirmed, or may have been by a run before: the slot may stand there without a gap.
    package var noted = LSN.zero
    /// The last event that was emitted.
    package var emitted = Position.start
    /// The highest LSN of an event that was emitted, or that may have been confirmed.
    package var highest = LSN.zero
    /// When the oldest byte that was not handed over was encoded; nil when all was.
    package var fillingSince: ContinuousClock.Instant?
    /// The time of the last commit that was passed, in the server's clock; nil before the first one.
    package var lastCommit: Timestamp?
    /// Whether anything that was encoded is not durable yet in every sink.
    package var isPending = false
    /// Whether the server wants an answer now; asking resets it.
    package var isReplyRequested = false
    /// Whether an event of a channel waits for the server to say how far it is.
    package var waitsForBoundary = false
    /// Whether a sink can take no more, or all have ended.
    package var hasEnded = false
    /// Whether a sink takes no more although nobody told it to finish.
    package var hasLostSink = false

    package init() {}
}

/// What is known of the server once a connection stands.
package struct StreamFacts: Sendable {
    package var identity: ServerIdentity
    package var serverVersion: Int
    package var slot: String
    /// What the slot stands at.
    package var confirmed: LSN
    /// `wal_sender_timeout`; zero for none.
    package var senderTimeout: Duration
    /// Whether texts may be in any encoding (SQL_ASCII).
    package var hasUnknownEncoding: Bool
    /// Where the stream ends by itself.
    package var stopPoint: StopPoint?
    /// The last event that a run before has passed on for good, where the server knows it so exactly.
    package var passed = Position.start
}
