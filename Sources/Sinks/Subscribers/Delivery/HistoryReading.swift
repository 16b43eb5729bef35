internal import NIOCore
internal import NIOPosix
internal import Replication
internal import Synchronization

/// Reads a history for one subscriber, on threads that may block.
final class HistoryReading: Sendable {
    /// Lines that were read, those left out that the subscriber does not want.
    struct Lines: Sendable {
        var slices: [ByteBuffer]
        /// The last event among them, or a filtered one behind it.
        var last: Position
    }

    private let history: any EventHistory
    private let start: Position
    private let filter: EventFilter?
    private let pool: NIOThreadPool
    private let reader = Mutex<(any HistoryReader)?>(nil)

    /// What one subscriber of many may have in memory while it catches up.
    private static let chunk = 32 * 1024

    init(_ history: any EventHistory, after start: Position, filter: EventFilter?, pool: NIOThreadPool) {
        self.history = history
        self.start = start
        self.filter = filter
        self.pool = pool
    }

    /// The next lines; nil at the head. Fails with a `HistoryError`. One call at a time.
    func next(on loop: any EventLoop) -> EventLoopFuture<Lines?> {
        pool.runIfActive(eventLoop: loop) { try self.read() }
    }

    private func read() throws(HistoryError) -> Lines? {
        let reader = try reader.withLock { reader throws(HistoryError) in
            if let reader { return reader }
            let new = try history.reader(after: start)
            reader = new
            return new
        }
        guard let chunk = try reader.next(bytes: Self.chunk) else { return nil }
        let bytes = ByteBuffer(bytes: chunk.bytes)
        return Lines(slices: filter?.slices(of: bytes) ?? [bytes], last: chunk.last)
    }

    /// To be called when no call of `next` is under way.
    func close() {
        pool.submit { _ in
            self.reader.withLock {
                $0?.close()
                $0 = nil
            }
        }
    }
}
