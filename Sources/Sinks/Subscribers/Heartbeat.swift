internal import NIOCore

/// Says something again and again to one who has heard nothing for a time. Belongs to the event loop.
final class Heartbeat {
    private let loop: NIOIsolatedEventLoop
    private let interval: TimeAmount
    private let beat: () -> Void
    private var isQuiet = true
    private var timer: Scheduled<Void>?
    private var isCancelled = false

    init(on loop: any EventLoop, every interval: TimeAmount, _ beat: @escaping () -> Void) {
        self.loop = loop.assumeIsolated()
        self.interval = interval
        self.beat = beat
        schedule()
    }

    /// Something else was said.
    func postpone() {
        isQuiet = false
    }

    func cancel() {
        isCancelled = true
        timer?.cancel()
    }

    private func schedule() {
        timer = loop.scheduleTask(in: interval) {
            if self.isQuiet { self.beat() }
            self.isQuiet = true
            // The beat itself can be the end of the one it is for.
            if !self.isCancelled { self.schedule() }
        }
    }
}
