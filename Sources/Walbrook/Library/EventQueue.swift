internal import Replication
internal import Sinks
internal import Synchronization

/// Between the thread that reads the stream and the task that takes events one by one: the sink of a program.
///
/// One batch is being taken, one waits, and the pipeline fills the next: a program that is slow stops the reading, not
/// the connection. Durable is what the program acknowledges.
final class EventQueue: Sink {
    let name = "program"
    let reportsEvents = true

    private struct State {
        var report: SinkReport?
        var waiting: Batch?
        /// The last event that was given to the program.
        var delivered = Position.start
        var acknowledged = Position.start
        /// Nothing more comes.
        var isFinishing = false
        var hasSaidFinished = false
        /// Nobody takes events any more.
        var isAbandoned = false
        var outcome: Result<Void, WalbrookError>?
        var waiter: CheckedContinuation<Void, Never>?

        var hasNews: Bool {
            waiting != nil || outcome != nil || (isFinishing && !hasSaidFinished)
        }
    }

    private let state = Mutex(State())

    /// Changes the state, and wakes the program if that is news to it.
    private func change(_ body: (inout State) -> Void) {
        let waiter = state.withLock { state -> CheckedContinuation<Void, Never>? in
            body(&state)
            guard state.hasNews else { return nil }
            defer { state.waiter = nil }
            return state.waiter
        }
        waiter?.resume()
    }

    // MARK: Sink

    func start(reportingTo report: SinkReport) {
        state.withLock { $0.report = report }
    }

    func write(_ batch: Batch) {
        change { state in
            if state.isAbandoned {
                state.report?.accepted(through: batch.sequence)
            } else {
                state.waiting = batch
            }
        }
    }

    func finish() {
        change { state in
            state.isFinishing = true
            if state.isAbandoned { state.report?.ended(.finished) }
        }
    }

    // MARK: The run

    /// The reader is done.
    func ended(_ outcome: Result<Void, WalbrookError>) {
        change { $0.outcome = outcome }
    }

    // MARK: The program

    enum Next {
        case batch(Batch)
        case ended(Result<Void, WalbrookError>)
    }

    /// The next batch, or the end. By asking, the program has done with everything it was given.
    func next() async -> Next {
        while true {
            if let next = poll() { return next }
            await withCheckedContinuation { continuation in
                let isNow = state.withLock { state in
                    if !state.hasNews { state.waiter = continuation }
                    return state.hasNews
                }
                if isNow { continuation.resume() }
            }
        }
    }

    private func poll() -> Next? {
        state.withLock { state in
            if let batch = state.waiting {
                state.waiting = nil
                state.report?.accepted(through: batch.sequence)
                return .batch(batch)
            }
            if let outcome = state.outcome { return .ended(outcome) }
            if state.isFinishing, !state.hasSaidFinished {
                state.hasSaidFinished = true
                state.report?.ended(.finished)
            }
            return nil
        }
    }

    func delivered(_ position: Position) {
        state.withLock { $0.delivered = position }
    }

    /// This event and all before it are done. One that was never given out, or was acknowledged before, changes nothing.
    func acknowledge(_ position: Position) {
        state.withLock { state in
            let position = min(position, state.delivered)
            guard position > state.acknowledged else { return }
            state.acknowledged = position
            state.report?.durable(through: position)
        }
    }

    /// Nobody takes events any more; what was acknowledged still counts.
    func abandon() {
        change { state in
            state.isAbandoned = true
            if let batch = state.waiting {
                state.waiting = nil
                state.report?.accepted(through: batch.sequence)
            }
            if state.isFinishing { state.report?.ended(.finished) }
        }
    }
}
