internal import Dispatch
internal import Libpq
internal import Logging
internal import Reader
internal import Synchronization

/// Runs a `NotificationReader` on a thread of its own, beside the stream.
final class Listener: Sendable {
    let inbox: ChannelInbox
    private let reader: NotificationReader
    /// Ends the listening; that of the stream ends what feeds on it.
    private let ownStop: StopSignal
    private let stop: StopSignal
    private let logger: Logger
    private let ended = DispatchSemaphore(value: 0)
    private let failure = Mutex<ReaderError?>(nil)

    /// How long the thread gets to see that it shall end: the look-up of a host's name cannot be interrupted.
    private static let endPatience = 2.0

    /// Nil when there is nothing to listen to.
    ///
    /// - Parameter stop: the stream's.
    init?(_ options: ReaderOptions, stop: StopSignal, logger: Logger) throws(WalbrookError) {
        guard !options.channels.isEmpty else { return nil }
        do { ownStop = try StopSignal() } catch { throw WalbrookError(error) }
        self.stop = stop
        self.logger = logger
        let wakeUp = stop.wakeUp
        inbox = ChannelInbox { wakeUp.signal() }
        reader = NotificationReader(
            options: .init(options), inbox: inbox, stop: ownStop, logger: logger,
            onListening: { wakeUp.signal() })
    }

    func start() {
        DispatchQueue(label: "walbrook.listener").async { [self] in
            do throws(ReaderError) {
                try reader.run()
            } catch {
                failure.withLock { $0 = error }
                // Without this half the stream is not what was asked for.
                stop.request()
            }
            ended.signal()
        }
    }

    /// The server, once it is listened to.
    var facts: StreamFacts? { reader.facts }

    /// Waits until all channels are listened to; false when the stream shall end before that.
    func waitUntilListening() -> Bool {
        let poller = Poller(wakeUp: stop.wakeUp)
        while facts == nil {
            if stop.isRequested { return false }
            _ = poller.wait(socket: nil, until: nil)
        }
        return true
    }

    /// Listens no more. Returns why it ended before, if it did.
    func end() -> ReaderError? {
        ownStop.request()
        _ = ended.wait(timeout: .now() + Self.endPatience)
        if inbox.remaining > 0 {
            logger.notice(
                "notifications were received that have no place in what was streamed",
                metadata: ["count": "\(inbox.remaining)"])
        }
        return failure.withLock(\.self)
    }
}
