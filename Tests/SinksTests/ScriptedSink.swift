import Dispatch
import Replication
import Sinks
import Synchronization

/// A sink that misbehaves on request: test equipment for whatever stands in front of sinks.
///
/// Each batch takes the next step of its script; when that has run out, batches are simply taken.
final class ScriptedSink: Sink {
    enum Step: Sendable {
        /// Stored, accepted and durable at once.
        case take
        /// Stored and accepted; durable together with the next one that is, or at the end.
        case accept
        /// As `take`, after this many milliseconds.
        case slow(milliseconds: Int)
        /// As `take`, after `release()`.
        case hold
        /// Nothing is stored, and the sink ends.
        case reject(String)
        /// Stored, but the sink ends before it can say so.
        case failAfterWrite(String)
        /// Nothing is stored: whoever read it has gone.
        case leave
    }

    private struct State {
        var script: ArraySlice<Step>
        var report: SinkReport?
        var stored: [UInt8] = []
        /// The last batch that was stored.
        var last: UInt64 = 0
        /// A batch that was handed over and is neither stored nor refused.
        var pending: Batch?
        var isHolding = false
        var isFinishing = false
        var hasEnded = false
    }

    let name: String
    private let state: Mutex<State>
    private let queue = DispatchQueue(label: "walbrook.scripted")

    init(name: String = "scripted", _ script: [Step] = []) {
        self.name = name
        state = Mutex(State(script: script[...]))
    }

    /// What arrived, in the order of its arrival.
    var stored: [UInt8] {
        state.withLock(\.stored)
    }

    /// Takes the batch that is held.
    func release() {
        queue.async {
            self.state.withLock { $0.isHolding = false }
            self.take()
        }
    }

    func start(reportingTo report: SinkReport) {
        state.withLock { $0.report = report }
    }

    func write(_ batch: Batch) {
        let step = state.withLock { state in
            precondition(state.pending == nil, "\(name) was given a batch before it accepted the last one")
            state.pending = batch
            return state.script.popFirst() ?? .take
        }
        queue.async { self.play(step) }
    }

    func finish() {
        queue.async {
            self.state.withLock { $0.isFinishing = true }
            self.endIfDrained()
        }
    }

    private func play(_ step: Step) {
        switch step {
        case .take: take()
        case .accept: take(isDurable: false)
        case .slow(let milliseconds):
            queue.asyncAfter(deadline: .now() + .milliseconds(milliseconds)) { self.take() }
        case .hold: state.withLock { $0.isHolding = true }
        case .reject(let reason): end(.failed(SinkError(sink: name, reason: reason)))
        case .failAfterWrite(let reason):
            _ = store()
            end(.failed(SinkError(sink: name, reason: reason)))
        case .leave: end(.readerGone)
        }
    }

    private func take(isDurable: Bool = true) {
        guard let (sequence, report) = store() else { return }
        if isDurable { report.durable(through: sequence) } else { report.accepted(through: sequence) }
        endIfDrained()
    }

    /// Stores the batch that is pending, if the sink still works.
    private func store() -> (sequence: UInt64, report: SinkReport)? {
        state.withLock { state in
            guard !state.hasEnded, !state.isHolding, let batch = state.pending, let report = state.report
            else { return nil }
            state.stored += batch.bytes.contents
            state.last = batch.sequence
            state.pending = nil
            return (batch.sequence, report)
        }
    }

    private func endIfDrained() {
        let drained = state.withLock { state in
            state.isFinishing && state.pending == nil && !state.hasEnded ? state.last : nil
        }
        guard let drained else { return }
        if drained > 0 { state.withLock(\.report)?.durable(through: drained) }
        end(.finished)
    }

    private func end(_ ending: SinkEnding) {
        let report = state.withLock { state in
            defer { state.hasEnded = true }
            return state.hasEnded ? nil : state.report
        }
        report?.ended(ending)
    }
}

extension OutputBuffer {
    fileprivate var contents: [UInt8] {
        (0..<count).map { span[$0] }
    }
}
