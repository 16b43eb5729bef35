internal import Dispatch
internal import Reader
internal import Replication
internal import Sinks
internal import Transformer

/// Between the reader and the sinks: fills batches, hands them over one at a time, and works out from what the sinks
/// report how far the server may forget.
///
/// One batch is with the sinks, one is filling; when both are full the stream is not read.
final class StreamPipeline: StreamConsumer {
    private struct Output {
        let sink: any Sink
        let report: SinkReport
    }

    private var processor: StreamProcessor
    private let outputs: [Output]
    private let channels: ChannelInbox?
    private let statistics: StreamStatistics
    private let gauges: StreamGauges
    private var ledger = AcknowledgementLedger()
    /// The last batch handed over.
    private var sequence: UInt64 = 0
    /// The boundary of that.
    private var handedOver = LSN.zero
    private let origin: OriginOptions
    /// Whether a sink's own state must be ahead of what is confirmed, also while nothing happens.
    private let keepsState: Bool
    private var idleBatchAfter = ContinuousClock.now
    /// The highest LSN that a sink holds from a run before, or noted as confirmed.
    private let held: LSN
    /// What every sink with a state noted before that it was confirmed.
    private let noted: LSN
    private var fillingSince: ContinuousClock.Instant?
    private var isFinishing = false
    private var toldToFinish = false
    /// How long the others have after a sink was lost.
    private var othersUntil: ContinuousClock.Instant?
    private let wake: @Sendable () -> Void

    /// What an origin is made of that no server tells.
    struct OriginOptions {
        var publications: [String]
        var format: String
    }

    /// While nothing happens but that the log grows, sinks with a state are told no more often than this.
    private static let idleInterval = Duration.seconds(1)
    /// What sinks have to finish a batch after another one was lost.
    private static let patience = Duration.seconds(2)

    /// - Parameter wake: wakes the reader after a sink has reported.
    init(
        processor: consuming StreamProcessor, channels: ChannelInbox?, sinks: [any Sink],
        origin: OriginOptions, statistics: StreamStatistics, gauges: StreamGauges,
        wake: @escaping @Sendable () -> Void
    ) {
        self.processor = processor
        self.channels = channels
        self.origin = origin
        self.wake = wake
        keepsState = sinks.contains(where: \.keepsState)
        let states = sinks.compactMap(\.held)
        held = states.map { max($0.last.lsn, $0.confirmed) }.max() ?? .zero
        noted = states.map(\.confirmed).min() ?? .zero
        // One that holds nothing begins where the slot stands, which can be before that: not confirmed for its sake.
        if states.count == sinks.count { ledger.passed(noted) }
        self.statistics = statistics
        self.gauges = gauges
        self.processor.filling.collectsBoundaries = sinks.contains(where: \.reportsEvents)
        outputs = sinks.map { Output(sink: $0, report: SinkReport(wake: wake)) }
        gauges.begin(outputs.map { ($0.sink, $0.report) })
        for output in outputs { output.sink.start(reportingTo: output.report) }
    }

    /// Texts that were not UTF-8 and were repaired.
    var repairedTexts: Int { processor.transformer.repairedTexts }

    /// How each sink ended so far.
    var endings: [SinkEnding] { outputs.compactMap(\.report.current.ending) }

    // MARK: StreamConsumer

    func streamStarts(_ facts: StreamFacts) {
        ledger.passed(facts.confirmed)
        let origin = StreamOrigin(
            identity: facts.identity, slot: facts.slot, publications: origin.publications,
            format: origin.format)
        for output in outputs { output.sink.streamStarts(origin, confirmed: facts.confirmed) }
        processor.streamStarts(facts)
        gauges.isConnected = true
    }

    func connectionLost() {
        gauges.isConnected = false
        processor.connectionLost()
    }

    func consume(_ stream: ReplicationStream) throws(StreamFailure) -> Consumption {
        try consume { () throws(StreamFailure) in try processor.drain(stream) }
    }

    func consume(_ changelog: ChangelogStream) throws(StreamFailure) -> Consumption {
        try consume { () throws(StreamFailure) in try processor.drain(changelog) }
    }

    /// - Parameter drain: takes what is there into the processor; called again and again while there is room.
    private func consume(
        _ drain: () throws(StreamFailure) -> StreamProcessor.Drained
    ) throws(StreamFailure) -> Consumption {
        defer { statistics.update(processor.lastCommit) }
        while true {
            if processor.filling.isFull, !handOverBatch() { return .blocked }
            let drained = try drain()
            if fillingSince == nil, !processor.filling.isEmpty { fillingSince = .now }
            switch drained {
            case .full: continue
            case .drained: return .drained
            case .unfinished: return .unfinished
            case .reachedStop: return .reachedStop
            case .ended: return .ended
            }
        }
    }

    func handOver() {
        _ = handOverBoundary() && handOverBatch()
    }

    func finish() {
        isFinishing = true
        // What has been heard until now is still written.
        channels?.close()
    }

    func progress() -> StreamProgress {
        let reports = outputs.map(\.report.current)
        ledger.durable(reports.map { .init(batch: $0.durable, event: $0.durableEvent) })
        if processor.filling.isEmpty, !keepsState { ledger.passed(processor.session.boundary) }
        if isFinishing, !toldToFinish, handOverBoundary(), handOverBatch() {
            toldToFinish = true
            for output in outputs { output.sink.finish() }
        }
        var progress = StreamProgress()
        progress.received = processor.session.received
        progress.confirmed = processor.session.confirmable(ledger.confirmed)
        progress.noted = max(ledger.confirmed, noted)
        progress.emitted = processor.session.emitted
        progress.highest = max(processor.session.emitted.lsn, ledger.confirmed, held)
        progress.fillingSince = fillingSince
        progress.lastCommit = processor.lastCommit
        progress.isPending = !ledger.isEmpty || !processor.filling.isEmpty
        progress.waitsForBoundary = processor.waitsForBoundary
        progress.isReplyRequested = processor.isReplyRequested
        processor.isReplyRequested = false
        // One that takes no more ends all of them; those that were told to finish end together.
        progress.hasLostSink = reports.contains(where: \.isLost)
        progress.hasEnded =
            progress.hasLostSink ? othersAreDone(reports) : reports.allSatisfy { $0.ending != nil }
        statistics.update(progress)
        gauges.update(progress)
        return progress
    }

    /// After a sink was lost: the others finish the batch that they have, so that they end with a whole line. One that is
    /// stuck is not waited for.
    private func othersAreDone(_ reports: [SinkReport.Progress]) -> Bool {
        if reports.allSatisfy({ $0.ending != nil || $0.accepted == sequence }) { return true }
        if let othersUntil { return .now >= othersUntil }
        othersUntil = .now + Self.patience
        DispatchQueue.global().asyncAfter(deadline: .now() + Self.patience / .seconds(1), execute: wake)
        return false
    }

    /// The connection is gone for good.
    func failed() {
        for output in outputs { output.sink.streamFailed() }
    }

    // MARK: Batches

    /// Hands over what is encoded. Returns whether nothing is left to hand over.
    private func handOverBatch() -> Bool {
        while true {
            processor.takeChannels()
            if processor.filling.isEmpty { return true }
            guard handOverAll() else { return false }
        }
    }

    /// Lets sinks note how far the stream is although there are no events: what is confirmed must be in their states.
    /// Returns whether nothing is left to note.
    private func handOverBoundary() -> Bool {
        guard keepsState, processor.filling.isEmpty, processor.session.boundary > handedOver else {
            return true
        }
        return isFinishing || .now >= idleBatchAfter ? handOverAll() : true
    }

    private func handOverAll() -> Bool {
        guard outputs.allSatisfy({ $0.report.current.accepted == sequence }) else { return false }
        sequence += 1
        handedOver = processor.session.boundary
        idleBatchAfter = .now + Self.idleInterval
        let batch = processor.takeBatch(sequence: sequence)
        fillingSince = nil
        ledger.handedOver(batch)
        statistics.handedOver(batch)
        gauges.handedOver(batch)
        for output in outputs { output.sink.write(batch) }
        return true
    }
}
