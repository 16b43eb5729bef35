/// When to tell the server how far we are: on a timer of its own, whatever the sinks do, and at once when it asks.
///
/// The interval is kept well inside the server's `wal_sender_timeout`, after which it cuts a silent connection.
package struct FeedbackClock: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// Time between two statuses.
    package let interval: Duration
    /// Whether each status asks the server to answer: with a stop point, its answer tells that we are there.
    package let requestsReply: Bool
    /// When the next status is due.
    package private(set) var deadline: Instant
    private var earliest: Instant

    /// - Parameters:
    ///   - statusInterval: what the user asked for.
    ///   - senderTimeout: the server's `wal_sender_timeout`; zero when it has none.
    ///   - isPolling: ask the server for its position ten times a second.
    package init(statusInterval: Duration, senderTimeout: Duration, isPolling: Bool, now: Instant) {
        var interval = statusInterval
        if senderTimeout > .zero { interval = min(interval, senderTimeout / 4) }
        if isPolling { interval = min(interval, .milliseconds(100)) }
        self.interval = max(interval, .milliseconds(10))
        requestsReply = isPolling
        // The first status goes out at once: a stop point may be reached already.
        deadline = now
        earliest = now
    }

    package func isDue(at now: Instant) -> Bool {
        now >= deadline
    }

    /// The server wants an answer. One that shuts down asks again as soon as it has it, so there is a least distance.
    package mutating func replyRequested(at now: Instant) {
        deadline = min(deadline, max(now, earliest))
    }

    package mutating func sent(at now: Instant) {
        earliest = now + .milliseconds(20)
        deadline = now + interval
    }
}
