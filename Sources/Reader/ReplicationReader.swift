internal import Libpq
package import Logging
internal import Replication

/// Reads one slot, or a changelog, for as long as it takes: connects, streams, and connects again when the connection is lost.
package final class ReplicationReader {
    /// Why reading ended, when nothing was wrong.
    package enum Ending: Hashable, Sendable {
        /// The program was told to.
        case stopped
        /// The stop point was reached.
        case reachedStop
        /// A sink takes no more.
        case sinkEnded
    }

    private let options: ReaderOptions
    private let consumer: any StreamConsumer
    private let stop: StopSignal
    private let catalog: Catalog
    private let logger: Logger
    private var memory: StreamSetup.Memory
    private var retry: RetryPolicy
    private var user: String?

    package init(
        options: ReaderOptions, consumer: any StreamConsumer, catalog: Catalog, stop: StopSignal,
        logger: Logger
    ) {
        self.options = options
        self.consumer = consumer
        self.stop = stop
        self.catalog = catalog
        self.logger = logger
        retry = RetryPolicy(limit: options.retryLimit)
        // A temporary slot shares the name space with the permanent ones of the whole cluster.
        let slot =
            options.isTemporary
            ? "walbrook_tmp_" + String(UInt64.random(in: 0 ... .max), radix: 36) : options.slot
        memory = StreamSetup.Memory(slot: slot)
        if let identity = options.continuing {
            memory.continuity = ServerContinuity(continuing: identity)
            memory.hasStreamed = true
        }
    }

    /// Reads until something ends it. Runs on the calling thread, which it blocks.
    ///
    /// - Throws: `ReaderError` when the stream cannot go on.
    package func run() throws(ReaderError) -> Ending {
        defer {
            memory.ownPublication?.sayThatItIsLeft(logger, "the slot could not be made")
        }
        while true {
            let before = consumer.progress().highest
            do throws(StreamFailure) {
                return try attempt()
            } catch {
                consumer.connectionLost()
                if consumer.progress().highest > before { retry.progressed() }
                switch error {
                case .stopped: return .stopped
                case .final(let error): throw error
                case .useless(let xid): try awaitCommit(of: xid)
                case .connection(let error):
                    if let ending = pause(try delay(after: error, isOfSlot: false)) { return ending }
                case .slot(let error):
                    if let ending = pause(try delay(after: error, isOfSlot: true)) { return ending }
                }
            }
        }
    }

    /// Has the next connection send transactions only once they have committed.
    private func awaitCommit(of transaction: TransactionID) throws(ReaderError) {
        let reason =
            "a savepoint of transaction \(transaction), which is in progress, was rolled back, and its logical messages "
            + "do not tell whether they were behind it"
        if options.isTemporary {
            throw ReaderError(
                .unavailable, reason + "; the last event was \(consumer.progress().emitted)",
                hint: "With --no-streaming, such a transaction is sent once it has committed.")
        }
        logger.info(
            "connecting again, to have transactions sent after their commit",
            metadata: ["reason": "\(reason)"])
        memory.awaitsCommits = true
    }

    /// One connection, from its start to its end.
    private func attempt() throws(StreamFailure) -> Ending {
        switch options.capture {
        case .replication: try attemptReplication()
        case .triggers: try attemptChangelog()
        }
    }

    private func attemptChangelog() throws(StreamFailure) -> Ending {
        let stream = try ChangelogStream(options.connectionString, catalog: catalog, stop: stop)
        user = stream.user
        retry.reached()
        let isFirst = !memory.hasStreamed
        let setup = ChangelogSetup(options: options)
        let (facts, batches) = try setup.start(stream, &memory, consumer.progress())
        logger.info(
            isFirst ? "streaming" : "streaming again",
            metadata: [
                "capture": "triggers", "lsn": "\(facts.confirmed)", "server": "\(facts.serverVersion)",
                "system": "\(facts.identity.systemIdentifier)", "timeline": "\(facts.identity.timeline)",
            ])
        retry.streaming()
        consumer.streamStarts(facts)
        var loop = ChangelogLoop(
            stream: stream, batches: batches, consumer: consumer, stopPoint: facts.stopPoint,
            options: options, stop: stop, catalog: catalog, logger: logger)
        return try loop.run()
    }

    private func attemptReplication() throws(StreamFailure) -> Ending {
        let stream = try ReplicationStream(options.connectionString, stop: stop)
        user = stream.user
        retry.reached()
        let isFirst = !memory.hasStreamed
        let setup = StreamSetup(options: options, catalog: catalog, stop: stop, logger: logger)
        let facts = try setup.start(stream, &memory, consumer.progress())
        logger.info(
            isFirst ? "streaming" : "streaming again",
            metadata: [
                "slot": "\(facts.slot)", "lsn": "\(facts.confirmed)", "server": "\(facts.serverVersion)",
                "system": "\(facts.identity.systemIdentifier)", "timeline": "\(facts.identity.timeline)",
            ])
        retry.streaming()
        consumer.streamStarts(facts)
        var loop = StreamLoop(
            stream: stream, consumer: consumer, facts: facts, options: options, stop: stop, catalog: catalog,
            logger: logger)
        return try loop.run()
    }

    /// How long to wait before the next attempt.
    private func delay(after error: LibpqError, isOfSlot: Bool) throws(ReaderError) -> Duration {
        let emitted = consumer.progress().emitted
        if let refusal = ReaderError(refusedByLibpq: error, wasConnected: user != nil) { throw refusal }
        if case .unexpectedResult = error.kind, !memory.hasStreamed {
            throw ReaderError(
                .undecodable, "the server does not answer as PostgreSQL does",
                hint: "Connect to PostgreSQL itself, not to a pooler or proxy before it.", underlying: error)
        }
        if options.isTemporary, memory.hasStreamed {
            throw ReaderError(
                .unavailable,
                "the connection was lost, and the temporary slot with it; the last event was \(emitted)",
                underlying: error)
        }
        let decision = retry.failed(
            sqlState: error.sqlState, isRefusal: error.kind == .refused, at: .now,
            jitter: .random(in: 0...1))
        switch decision {
        case .retry(let delay):
            logger.warning(
                memory.hasStreamed ? "connection lost; trying again" : "not ready; trying again",
                metadata: ["reason": "\(error)", "in": "\(Int(delay / .milliseconds(1))) ms"])
            return delay
        case .stop(let reason):
            guard isOfSlot else {
                throw ReaderError(error, reason, user: user, capture: options.capture, after: emitted)
            }
            throw ReaderError(ofSlot: options.slot, error, reason, user: user, after: emitted)
        }
    }

    /// Waits for the next attempt, unless there is a reason to end.
    private func pause(_ delay: Duration) -> Ending? {
        let poller = Poller(wakeUp: stop.wakeUp)
        let deadline = ContinuousClock.now + delay
        while true {
            if stop.isRequested { return .stopped }
            // What sinks have finished still has to be confirmed: that needs a connection.
            if consumer.progress().hasLostSink { return .sinkEnded }
            consumer.handOver()
            guard .now < deadline else { return nil }
            _ = poller.wait(socket: nil, until: deadline)
        }
    }
}
