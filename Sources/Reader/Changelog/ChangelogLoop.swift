internal import Libpq
internal import Logging
internal import Replication

/// The loop around a changelog: begin a batch, pass its rows on, delete what is durable, wait for the bell.
struct ChangelogLoop {
    typealias Instant = ContinuousClock.Instant

    /// What the server gets to end a query that nobody needs any more.
    private static let endPatience = Duration.seconds(10)
    /// How often partitions are looked for that have been made since, without a sign of one.
    private static let partitionInterval = Duration.seconds(60)

    private let stream: ChangelogStream
    private let consumer: any StreamConsumer
    private let stopLSN: LSN?
    private let stop: StopSignal
    private let catalog: Catalog
    private let logger: Logger
    /// Batches that were begun and not read yet.
    private var unread: ArraySlice<ChangelogBatch>
    /// Batches that were read, or are being read, and not deleted yet.
    private var undeleted: [ChangelogBatch] = []
    /// The last one of those that were begun to be read.
    private var last: ChangelogBatch?
    private var bell: ChangelogBell
    /// When the last batch was begun.
    private var readSince = Instant.now
    private var nextPartitions = Instant.now
    /// Partitions that a message was logged about.
    private var saidUncovered: Set<String> = []

    init(
        stream: ChangelogStream, batches: [ChangelogBatch], consumer: any StreamConsumer,
        stopPoint: StopPoint?, options: ReaderOptions, stop: StopSignal, catalog: Catalog, logger: Logger
    ) {
        self.stream = stream
        self.consumer = consumer
        self.stop = stop
        self.catalog = catalog
        self.logger = logger
        unread = batches[...]
        bell = ChangelogBell(pollInterval: options.pollInterval, now: .now)
        stopLSN =
            switch stopPoint {
            case nil: nil
            case .lsn(let lsn): lsn
            case .position(let position): LSN(position.lsn.value + 1)
            }
    }

    /// Streams until something ends it.
    mutating func run() throws(StreamFailure) -> ReplicationReader.Ending {
        do throws(StreamFailure) {
            let ending = try readUntilEnd()
            try finish()
            return ending
        } catch {
            // A query was given up; what is written can be confirmed.
            guard case .stopped = error else { throw error }
            try finish()
            return .stopped
        }
    }

    private mutating func readUntilEnd() throws(StreamFailure) -> ReplicationReader.Ending {
        while !stop.isRequested {
            if !stream.isReading { try goOn() }
            let consumption = try consumer.consume(stream)
            let progress = consumer.progress()
            if progress.hasEnded { return .sinkEnded }
            switch consumption {
            case .reachedStop: return .reachedStop
            case .ended, .unfinished:
                consumer.handOver()
                let now = Instant.now
                if consumption == .ended { bell.hasRead(in: now - readSince, at: now) }
            case .drained, .blocked: try wait(isBlocked: consumption == .blocked)
            }
        }
        return .stopped
    }

    // MARK: Batches

    /// Between two batches: deletes what is durable, and begins the next one if there is anything new.
    private mutating func goOn() throws(StreamFailure) {
        try deleteDurable()
        try coverPartitions(at: .now)
        if unread.isEmpty { try look() }
        guard let next = unread.popFirst() else { return }
        try stream.read(next, after: last)
        undeleted.append(next)
        last = next
    }

    private mutating func look() throws(StreamFailure) {
        // Also somebody who was not asked to can.
        let isRung = stream.hasRung() && bell.isArmed
        guard bell.isDue(isRung: isRung, at: .now) else { return }
        readSince = .now
        // Before the look: who is not in it rings again, or is seen by the next one.
        if isRung { try stream.disarm() }
        if let batch = try stream.nextBatch(after: last, evenEmptyAt: stopLSN) {
            if bell.isArmed, !isRung { try stream.disarm() }
            bell.foundBatch()
            unread.append(batch)
        } else if bell.foundNothing(isRung: isRung, at: .now) {
            bell.triedToArm(try stream.tryToArm(), at: .now)
        }
    }

    private mutating func deleteDurable() throws(StreamFailure) {
        let confirmed = consumer.progress().confirmed
        guard let durable = undeleted.last(where: { $0.end <= confirmed }) else { return }
        try stream.delete(durable)
        undeleted.removeAll { $0.number <= durable.number }
    }

    /// Has triggers put on partitions that were made since, and says where that is not possible.
    private mutating func coverPartitions(at now: Instant) throws(StreamFailure) {
        catalog.closeIfIdle(at: now)
        guard now >= nextPartitions || stream.hasLearned else { return }
        nextPartitions = now + Self.partitionInterval
        stream.hasLearned = false
        for row in try stream.query("SELECT walbrook.cover_partitions()", columns: 1) {
            guard let partition = row[0], saidUncovered.insert(partition).inserted else { continue }
            logger.warning(
                """
                TRUNCATE of a new partition is not captured yet, because it is in use or has another owner; \
                it is tried again every minute
                """,
                metadata: [
                    "partition": "\(partition)", "remedy": "SELECT walbrook.capture('\(partition)')",
                ])
        }
    }

    // MARK: Waiting

    private mutating func wait(isBlocked: Bool) throws(StreamFailure) {
        consumer.handOver()
        // What is durable already woke nobody. A sink that is behind wakes us, and so does one that has finished a batch.
        if !stream.isReading { try deleteDurable() }
        let ready = stream.wait(
            readable: !isBlocked, until: isBlocked || stream.isReading ? nil : bell.nextLook)
        if ready.isReadable { try stream.read() }
    }

    // MARK: Ending

    /// Lets the sinks drain, and deletes what they hold. A batch that was read in part stays, with a note how far.
    private mutating func finish() throws(StreamFailure) {
        consumer.finish()
        while !consumer.progress().hasEnded { _ = stream.wait(readable: false, until: nil) }
        do throws(StreamFailure) {
            try stream.abandon(until: .now + Self.endPatience)
            try stream.lastly { () throws(StreamFailure) in
                try deleteDurable()
                let progress = consumer.progress()
                guard !progress.hasLostSink, let batch = undeleted.last,
                    batch.lsn == progress.emitted.lsn
                else { return }
                try stream.note(progress.emitted.ordinal, in: batch)
            }
        } catch {
            logger.warning(
                "the changelog may still hold events that are written; they will come again",
                metadata: ["reason": "\(error)"])
        }
    }
}
