internal import Libpq
package import Logging
internal import Replication
internal import Synchronization

/// Listens to channels, over an ordinary connection and on a thread of its own, and puts what it hears into an inbox.
///
/// It reads whatever the stream and its sinks do, because one listener that does not lets the notification queue of the
/// whole cluster grow, until every NOTIFY fails. PostgreSQL manual, "NOTIFY", Notes.
package final class NotificationReader: Sendable {
    /// What to listen to, and how.
    package struct Options: Sendable {
        package var connectionString: String
        package var channels: [String]
        /// After so long without a word, the server is asked whether it is there.
        package var statusInterval: Duration
        package var retryLimit: Int?
        /// Whether each event is told how far the log was, because no replication tells.
        package var asksForPosition: Bool

        package init(_ options: ReaderOptions) {
            connectionString = options.connectionString
            channels = options.channels
            statusInterval = options.statusInterval
            retryLimit = options.retryLimit
            asksForPosition = !options.usesReplication
        }
    }

    private let options: Options
    private let inbox: ChannelInbox
    private let stop: StopSignal
    private let logger: Logger
    private let listening: Mutex<StreamFacts?> = Mutex(nil)
    private let onListening: @Sendable () -> Void

    /// - Parameters:
    ///   - stop: its own, which the inbox also wakes it by when there is room again.
    ///   - onListening: called once, when all channels are listened to.
    package init(
        options: Options, inbox: ChannelInbox, stop: StopSignal, logger: Logger,
        onListening: @escaping @Sendable () -> Void
    ) {
        self.options = options
        self.inbox = inbox
        self.stop = stop
        self.logger = logger
        self.onListening = onListening
    }

    /// The server, once it is listened to.
    package var facts: StreamFacts? { listening.withLock(\.self) }

    /// Listens until told to stop, through lost connections. Blocks the calling thread.
    ///
    /// - Throws: `ReaderError` when there is no use in trying again.
    package func run() throws(ReaderError) {
        var retry = RetryPolicy(limit: options.retryLimit)
        let poller = Poller(wakeUp: stop.wakeUp)
        while !stop.isRequested {
            do throws(StreamFailure) {
                try listen(&retry)
            } catch {
                switch error {
                case .stopped: return
                case .final(let error): throw error
                case .useless: preconditionFailure("who listens takes nothing out of the stream")
                case .connection(let error), .slot(let error):
                    let deadline = ContinuousClock.now + (try delay(after: error, &retry))
                    while !stop.isRequested, .now < deadline { _ = poller.wait(socket: nil, until: deadline) }
                }
            }
        }
    }

    private func delay(after error: LibpqError, _ retry: inout RetryPolicy) throws(ReaderError) -> Duration {
        if let refusal = ReaderError(refusedByLibpq: error, wasConnected: facts != nil) { throw refusal }
        var sqlState = error.sqlState
        let isStandby = ["0A000", "25006"].contains(sqlState)
        // After a failover the address may lead to a standby for a moment.
        if isStandby, facts != nil { sqlState = nil }
        let decision = retry.failed(
            sqlState: sqlState, isRefusal: error.kind == .refused, at: .now, jitter: .random(in: 0...1))
        switch decision {
        case .retry(let delay):
            logger.warning(
                "not listening; trying again",
                metadata: ["reason": "\(error)", "in": "\(Int(delay / .milliseconds(1))) ms"])
            return delay
        case .stop where isStandby:
            throw ReaderError(
                .configuration, "a standby has no notifications", hint: "Connect to the primary.",
                underlying: error)
        case .stop(let reason):
            throw ReaderError(error, reason)
        }
    }

    // MARK: One connection

    private func listen(_ retry: inout RetryPolicy) throws(StreamFailure) {
        let session = try ListeningSession(options, stop: stop)
        retry.reached()
        try session.listen(to: options.channels)
        let found = try options.asksForPosition ? session.facts() : nil
        retry.progressed()
        if let facts {
            if let found { try check(found.identity, against: facts.identity) }
            inbox.add(try session.gaps(options.channels))
            logger.notice("listening again; what was sent meanwhile is lost", metadata: names)
        } else {
            listening.withLock { $0 = found ?? StreamFacts.unknown }
            logger.info("listening", metadata: names)
            onListening()
        }
        while !stop.isRequested {
            let events = try session.receive(within: options.statusInterval)
            if !inbox.takesNow { awaitRoom() }
            inbox.add(events)
        }
    }

    private var names: Logger.Metadata {
        ["channels": "\(options.channels.joined(separator: ", "))"]
    }

    private func check(_ found: ServerIdentity, against expected: ServerIdentity) throws(StreamFailure) {
        guard found.systemIdentifier != expected.systemIdentifier else { return }
        throw StreamFailure(
            ContinuityError.otherSystem(expected: expected.systemIdentifier, found: found.systemIdentifier))
    }

    /// How long a reader that is a little late may hold up the server's queue before notifications are dropped.
    private static let patience = Duration.seconds(5)

    private func awaitRoom() {
        let poller = Poller(wakeUp: stop.wakeUp)
        let deadline = ContinuousClock.now + Self.patience
        while !inbox.takesNow, !stop.isRequested, .now < deadline {
            _ = poller.wait(socket: nil, until: min(deadline, .now + .milliseconds(5)))
        }
    }
}
