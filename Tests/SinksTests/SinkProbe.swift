import Replication
import Sinks
import Synchronization

/// Drives a sink as the reader thread does, and keeps what was true whenever it reported something.
final class SinkProbe: Sendable {
    struct Observation: Sendable {
        var progress: SinkReport.Progress
        /// Bytes that were where they belong.
        var arrived: Int
    }

    private final class Witness: Sendable {
        let observations = Mutex<[Observation]>([])
        let look = Mutex<(@Sendable () -> Observation)?>(nil)

        func reported() {
            guard let look = look.withLock(\.self) else { return }
            // Sinks report on more than one thread: one observation after the other.
            observations.withLock { $0.append(look()) }
        }
    }

    private let bench: any SinkBench
    private let report: SinkReport
    private let witness = Witness()
    private let reports: AsyncStream<Void>

    /// Starts the sink of `bench`.
    init(_ bench: any SinkBench) {
        self.bench = bench
        let (reports, continuation) = AsyncStream<Void>.makeStream()
        self.reports = reports
        let witness = witness
        let report = SinkReport {
            witness.reported()
            continuation.yield()
        }
        self.report = report
        witness.look.withLock {
            // The progress first: what it calls durable has to be there by now.
            $0 = { Observation(progress: report.current, arrived: bench.arrived().count) }
        }
        bench.sink.start(reportingTo: report)
        bench.sink.streamStarts(.sample, confirmed: LSN(0))
    }

    deinit {
        witness.look.withLock { $0 = nil }
    }

    var progress: SinkReport.Progress {
        report.current
    }

    var observations: [Observation] {
        witness.observations.withLock(\.self)
    }

    /// Waits for a report after which `condition` holds, or for the end of the sink.
    @discardableResult
    func wait(until condition: @Sendable (SinkReport.Progress) -> Bool) async -> SinkReport.Progress {
        func isOver(_ progress: SinkReport.Progress) -> Bool {
            condition(progress) || progress.ending != nil
        }
        if isOver(report.current) { return report.current }
        for await _ in reports where isOver(report.current) { break }
        return report.current
    }

    /// Hands over a batch and waits until the sink takes the next one.
    @discardableResult
    func write(_ bytes: [UInt8], sequence: UInt64) async -> SinkReport.Progress {
        bench.sink.write(Batch(bytes, sequence: sequence))
        // What is durable already woke nobody.
        witness.reported()
        return await wait { $0.accepted >= sequence }
    }

    /// Tells the sink to finish and waits for its end.
    func finish() async -> SinkEnding? {
        bench.sink.finish()
        return await end()
    }

    /// Waits for its end.
    func end() async -> SinkEnding? {
        await wait { _ in false }.ending
    }
}

extension Batch {
    convenience init(_ bytes: [UInt8], sequence: UInt64) {
        var buffer = OutputBuffer(capacity: bytes.count)
        buffer.append(bytes.span, from: 0, count: bytes.count)
        self.init(
            sequence: sequence, bytes: buffer, events: 1,
            last: Position(lsn: LSN(sequence), ordinal: 1), boundary: LSN(sequence))
    }
}

extension SinkEnding? {
    /// For comparing: `finished`, `reader gone`, or `failed: ` and why.
    var text: String {
        switch self {
        case nil: "running"
        case .finished: "finished"
        case .readerGone: "reader gone"
        case .failed(let error): "failed: \(error)"
        }
    }
}
