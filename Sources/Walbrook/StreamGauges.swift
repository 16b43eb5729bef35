internal import Reader
internal import Replication
internal import Sinks
internal import Synchronization

/// Where the reader's thread notes how far it is, once for each gulp and each batch, so that any thread can read it at any
/// time: also while the reader waits for a sink, or for a server that does not answer.
final class StreamGauges: Sendable {
    /// Where a batch ends.
    fileprivate struct End {
        var sequence: UInt64
        var last: Position
    }

    fileprivate struct Output {
        let sink: any Sink
        let report: SinkReport
        /// The last event it has for good: from a run before, or of a batch that `ends` has not any more.
        var settled: Position
    }

    fileprivate struct Readings {
        var state = StreamState()
        var outputs: [Output] = []
        /// Of the batches that a sink may still ask for, ascending.
        var ends: [End] = []
    }

    private let readings = Mutex(Readings())

    // MARK: On the reader's thread

    func begin(_ outputs: [(sink: any Sink, report: SinkReport)]) {
        readings.withLock {
            $0.outputs = outputs.map {
                Output(sink: $0.sink, report: $0.report, settled: $0.sink.held?.last ?? .start)
            }
        }
    }

    var isConnected: Bool {
        get { readings.withLock(\.state.isConnected) }
        set { readings.withLock { $0.state.isConnected = newValue } }
    }

    func update(_ progress: StreamProgress) {
        readings.withLock {
            $0.state.received = progress.received
            $0.state.read = progress.emitted
            $0.state.confirmed = progress.confirmed
        }
    }

    func handedOver(_ batch: Batch) {
        readings.withLock { readings in
            readings.state.handedOver = batch.last
            readings.ends.append(End(sequence: batch.sequence, last: batch.last))
            readings.settle()
        }
    }

    // MARK: On any thread

    var state: StreamState {
        readings.withLock { readings in
            var state = readings.state
            state.outputs = readings.outputs.map { output in
                let progress = output.report.current
                return StreamState.Output(
                    name: output.sink.name, written: readings.last(of: output, through: progress.accepted),
                    durable: max(
                        readings.last(of: output, through: progress.durable), progress.durableEvent),
                    ending: progress.ending, subscribers: output.sink.subscribers)
            }
            return state
        }
    }
}

extension StreamGauges.Readings {
    /// The last event of a sink when it has all batches up to one.
    fileprivate func last(of output: StreamGauges.Output, through sequence: UInt64) -> Position {
        max(output.settled, ends.last { $0.sequence <= sequence }?.last ?? .start)
    }

    /// Forgets the batches that every sink has for good.
    fileprivate mutating func settle() {
        let durable = outputs.map(\.report.current.durable).min() ?? 0
        guard let end = ends.last(where: { $0.sequence <= durable }) else { return }
        for index in outputs.indices { outputs[index].settled = max(outputs[index].settled, end.last) }
        ends.removeAll { $0.sequence <= end.sequence }
    }
}
