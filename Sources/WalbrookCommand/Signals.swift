internal import Dispatch
internal import Glibc

/// SIGTERM and SIGINT ask for an orderly end, a second one ends at once. SIGHUP asks to reopen files, of which standard
/// output is none. A closed pipe is seen by whoever writes to it.
struct Signals {
    private let sources: [any DispatchSourceSignal]

    init(stop: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "walbrook.signals")
        let first = FirstTime()
        signal(SIGPIPE, SIG_IGN)
        signal(SIGHUP, SIG_IGN)
        sources = [SIGTERM, SIGINT].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
            source.setEventHandler { @Sendable in
                if first.pass() { stop() } else { _exit(128 + number) }
            }
            source.resume()
            return source
        }
    }

    func cancel() {
        for source in sources { source.cancel() }
    }
}
