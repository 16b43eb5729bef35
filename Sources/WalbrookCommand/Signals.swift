internal import Dispatch
internal import Glibc

/// SIGTERM and SIGINT ask for an orderly end, a second one ends at once. SIGHUP asks to open files anew, SIGUSR1 how far
/// everything is. A closed pipe and a file that may not grow any more are seen by whoever writes to them.
struct Signals {
    private let sources: [any DispatchSourceSignal]

    init(
        stop: @escaping @Sendable () -> Void, reopen: @escaping @Sendable () -> Void,
        sayState: @escaping @Sendable () -> Void
    ) {
        let queue = DispatchQueue(label: "walbrook.signals")
        let first = FirstTime()
        sources =
            [SIGTERM, SIGINT].map { number in
                Self.source(number, queue) { if first.pass() { stop() } else { _exit(128 + number) } }
            } + [
                Self.source(SIGHUP, queue, reopen),
                // Nobody may read standard error, and then it waits; the others must not.
                Self.source(SIGUSR1, DispatchQueue(label: "walbrook.state"), sayState),
            ]
    }

    /// Has writes fail instead, which says what they were. From before the first file is opened.
    static func ignoreFailedWrites() {
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
    }

    private static func source(
        _ number: Int32, _ queue: DispatchQueue, _ handler: @escaping @Sendable () -> Void
    ) -> any DispatchSourceSignal {
        signal(number, SIG_IGN)
        let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
        source.setEventHandler { @Sendable in handler() }
        source.resume()
        return source
    }

    func cancel() {
        for source in sources { source.cancel() }
    }
}
