internal import Dispatch
internal import Logging
internal import Replication
internal import Synchronization

/// The one run of a `ChangeStream`: the thread that reads, and the queue that events come through.
final class ChangeStreamRun: Sendable {
    let options: ChangeStream.Options
    let queue = EventQueue()
    private let logger: Logger

    private struct State {
        var hasIterator = false
        var stream: Stream?
        var isStopped = false
        var isOver = false
        var waiters: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())

    init(options: ChangeStream.Options, logger: Logger) {
        self.options = options
        self.logger = logger
    }

    /// Whether this caller is the first to iterate.
    func claim() -> Bool {
        state.withLock { state in
            defer { state.hasIterator = true }
            return !state.hasIterator
        }
    }

    /// Starts to read on a thread of its own, which libpq may block.
    func start() throws(WalbrookError) {
        let stream = try Stream(options: options.stream, sinks: [queue], logger: logger)
        let isStopped = state.withLock { state in
            state.stream = stream
            return state.isStopped
        }
        if isStopped { stream.requestStop() }
        DispatchQueue(label: "walbrook.reader").async { [self] in
            let outcome: Result<Void, WalbrookError>
            do throws(WalbrookError) {
                try stream.run()
                outcome = .success(())
            } catch {
                outcome = .failure(error)
            }
            over(outcome)
        }
    }

    private func over(_ outcome: Result<Void, WalbrookError>) {
        queue.ended(outcome)
        let waiters = state.withLock { state in
            state.isOver = true
            defer { state.waiters = [] }
            return state.waiters
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Nobody takes events any more.
    func abandon() {
        queue.abandon()
        let stream = state.withLock { state in
            state.isStopped = true
            return state.stream
        }
        stream?.requestStop()
    }

    /// Abandons, and waits for the end of the reader, if it was ever started.
    func stop() async {
        abandon()
        await withCheckedContinuation { continuation in
            let isOver = state.withLock { state in
                let isOver = state.isOver || state.stream == nil
                if !isOver { state.waiters.append(continuation) }
                return isOver
            }
            if isOver { continuation.resume() }
        }
    }
}
