internal import Dispatch
internal import Glibc

/// SIGTERM and SIGINT ask for an orderly end, a second one ends at once. SIGHUP asks to open files anew. A closed pipe and
/// a file that may not grow any more are seen by whoever writes to them.
struct Signals {
    private let sources: [any DispatchSourceSignal]

    init(stop: @escaping @Sendable () -> Void, reopen: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "walbrook.signals")
        let first = FirstTime()
        signal(SIGPIPE, SIG_IGN)
        signal(SIGXFSZ, SIG_IGN)
        sources =
            [SIGTERM, SIGINT].map { number in
                Self.source(number, queue) { if first.pass() { stop() } else { _exit(128 + number) } }
            } + [Self.source(SIGHUP, queue, reopen)]
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
