internal import Libpq
internal import Logging
internal import Replication

/// The loop around one running stream: take what is there, pass it on, tell the server, wait.
struct StreamLoop {
    typealias Instant = ContinuousClock.Instant

    /// While behind, encoded events are passed on no later than this.
    private static let longestHold = Duration.milliseconds(2)
    /// What the server gets to take in the last status.
    private static let endPatience = Duration.seconds(10)

    private let stream: ReplicationStream
    private let consumer: any StreamConsumer
    private let options: ReaderOptions
    private let stop: StopSignal
    private let catalog: Catalog
    private let logger: Logger
    private var feedback: FeedbackClock
    private var shutdown = ShutdownWatch()
    private var pacer = ReadPacer()

    init(
        stream: ReplicationStream, consumer: any StreamConsumer, facts: StreamFacts, options: ReaderOptions,
        stop: StopSignal, catalog: Catalog, logger: Logger
    ) {
        self.stream = stream
        self.consumer = consumer
        self.options = options
        self.stop = stop
        self.catalog = catalog
        self.logger = logger
        feedback = FeedbackClock(
            statusInterval: options.statusInterval, senderTimeout: facts.senderTimeout,
            isPolling: facts.stopPoint != nil, now: .now)
    }

    /// Streams until something ends it, and tells the server the last confirmed position.
    mutating func run() throws(StreamFailure) -> ReplicationReader.Ending {
        Poller.sharpenNaps()
        while true {
            if stop.isRequested {
                try finish()
                return .stopped
            }
            let consumption: Consumption
            do throws(StreamFailure) {
                consumption = try consumer.consume(stream)
            } catch {
                // A look-up was given up; this connection stands, and what is written can be confirmed.
                guard case .stopped = error else { throw error }
                try finish()
                return .stopped
            }
            // Before it is looked at how things stand: what is durable at once is in that, and somebody waits for it.
            if consumption == .drained, !pacer.isBehind { consumer.handOver() }
            let progress = consumer.progress()
            if progress.hasEnded {
                try finish()
                return .sinkEnded
            }
            switch consumption {
            case .reachedStop:
                try finish()
                return .reachedStop
            case .ended:
                throw .slot(stream.endReason())
            case .drained, .blocked, .unfinished:
                let now = Instant.now
                try tellServer(progress, at: now)
                try watchShutdown(progress, at: now)
                if consumption == .unfinished { continue }
                try wait(isBlocked: consumption == .blocked, progress, at: now)
            }
        }
    }

    // MARK: Telling the server

    private mutating func tellServer(_ progress: StreamProgress, at now: Instant) throws(StreamFailure) {
        if progress.isReplyRequested || progress.waitsForBoundary { feedback.replyRequested(at: now) }
        guard feedback.isDue(at: now) else { return }
        try send(progress, requestsReply: feedback.requestsReply || progress.waitsForBoundary)
        feedback.sent(at: now)
        catalog.closeIfIdle(at: now)
    }

    private func send(_ progress: StreamProgress, requestsReply: Bool) throws(StreamFailure) {
        try stream.send(
            StandbyStatus(
                received: progress.received, confirmed: progress.confirmed, sentAt: .now,
                requestsReply: requestsReply))
    }

    /// Lets go of a server that is shutting down while the sinks are behind. Whether it is, is asked on the side.
    private mutating func watchShutdown(_ progress: StreamProgress, at now: Instant) throws(StreamFailure) {
        switch shutdown.check(isPending: progress.isPending, at: now) {
        case .nothing:
            break
        case .probe:
            let probe = ShutdownProbe(connectionString: options.connectionString, stop: stop)
            let isShuttingDown = probe.isShuttingDown(at: stream.address)
            if isShuttingDown {
                logger.warning(
                    "the server is shutting down and waits for us, while a sink is behind",
                    metadata: ["grace": "\(ShutdownWatch.grace)"])
            }
            shutdown.probed(isShuttingDown: isShuttingDown, at: .now)
        case .disconnect:
            throw StreamFailure(
                LibpqError(
                    .connectionLost, "let go of the server, which is shutting down, because a sink is behind")
            )
        }
    }

    /// When to look again at the latest, whatever happens.
    private var deadline: Instant {
        min(feedback.deadline, shutdown.deadline ?? feedback.deadline)
    }

    // MARK: Waiting

    private mutating func wait(
        isBlocked: Bool, _ progress: StreamProgress, at now: Instant
    ) throws(StreamFailure) {
        if !isBlocked, pacer.isBehind {
            var waiting = stream.bytesToRead
            let naps = pacer.shouldNap(waiting: waiting)
            var holdEnd = (progress.fillingSince ?? now) + Self.longestHold
            if now + (naps ? pacer.nap : .zero) >= holdEnd {
                consumer.handOver()
                holdEnd = now + Self.longestHold
            }
            if naps { waiting = try letMoreCome(until: holdEnd, lastCommit: progress.lastCommit) }
            if waiting > 0 { try stream.read() }
            return
        }
        consumer.handOver()
        stream.letGather(pacer.wantsGathering)
        let ready = stream.wait(readable: !isBlocked, until: deadline)
        if ready.isWritable { try stream.flush() }
        if !isBlocked, !ready.isReadable, !ready.wasWoken, !ready.isWritable { pacer.idled() }
        if ready.isReadable {
            pacer.woke(bytes: stream.bytesToRead, at: .now)
            if pacer.isBehind { stream.countReceived() }
            try stream.read()
        }
    }

    /// Lets more come, and returns how many bytes wait then.
    ///
    /// - Parameter deadline: for a wait that is ended by the first bytes.
    private mutating func letMoreCome(
        until deadline: Instant, lastCommit: Timestamp?
    ) throws(StreamFailure) -> Int {
        stream.letGather(pacer.wantsGathering)
        if pacer.nap > .zero {
            Poller.nap(pacer.nap)
        } else {
            let ready = stream.wait(readable: true, until: deadline)
            if ready.isWritable { try stream.flush() }
            // That a sink has something to say, or that there is room to send, says nothing of the server.
            if !ready.isReadable, ready.wasWoken || ready.isWritable { return 0 }
        }
        let waiting = stream.bytesToRead
        pacer.napped(waiting: waiting, received: stream.takeReceived(), lastCommit: lastCommit, at: .now)
        return waiting
    }

    // MARK: Ending

    /// Lets the sinks drain, and confirms what they hold. The server is told how we are meanwhile.
    private mutating func finish() throws(StreamFailure) {
        consumer.finish()
        while true {
            let now = Instant.now
            let progress = consumer.progress()
            if progress.hasEnded { break }
            try tellServer(progress, at: now)
            try watchShutdown(progress, at: now)
            if stream.wait(readable: false, until: deadline).isWritable { try stream.flush() }
        }
        try send(consumer.progress(), requestsReply: false)
        do {
            try stream.end(until: .now + Self.endPatience)
        } catch {
            logger.warning(
                "the server may not have taken in the last position; the events since then will come again",
                metadata: ["reason": "\(error)"])
        }
    }
}
