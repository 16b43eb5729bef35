internal import Dispatch
internal import Synchronization
internal import Walbrook

/// Runs a stream on a thread of its own, while the main thread waits and shows how it gets on.
struct StreamThread {
    private let stream: Stream

    init(_ stream: Stream) {
        self.stream = stream
    }

    /// - Parameter tick: called on this thread twice a second.
    func run(_ tick: () -> Void) throws(WalbrookError) {
        let stream = stream
        let done = DispatchSemaphore(value: 0)
        let outcome = Outcome()
        DispatchQueue(label: "walbrook.reader").async {
            do throws(WalbrookError) {
                try stream.run()
            } catch {
                outcome.set(error)
            }
            done.signal()
        }
        while done.wait(timeout: .now() + .milliseconds(500)) == .timedOut { tick() }
        if let error = outcome.error { throw error }
    }

    private final class Outcome: Sendable {
        private let stored = Mutex<WalbrookError?>(nil)

        var error: WalbrookError? { stored.withLock(\.self) }

        func set(_ error: WalbrookError) {
            stored.withLock { $0 = error }
        }
    }
}

/// True the first time it is asked.
final class FirstTime: Sendable {
    private let hasPassed = Atomic(false)

    func pass() -> Bool {
        !hasPassed.exchange(true, ordering: .relaxed)
    }
}
