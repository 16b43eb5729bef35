internal import NIOCore
internal import NIOPosix
internal import Replication

/// Reads a history for one subscriber, on threads that may block.
final class HistoryReading: Sendable {
    /// Lines that were read, those left out that the subscriber does not want.
    struct Lines: Sendable {
        var slices: [ByteBuffer]
        /// The last event among them, or a filtered one behind it.
        var last: Position
    }

    private let reader: any HistoryReader
    private let filter: LineFilter?
    private let pool: NIOThreadPool

    /// What one subscriber of many may have in memory while it catches up.
    private static let chunk = 32 * 1024

    init(_ reader: any HistoryReader, filter: LineFilter?, pool: NIOThreadPool) {
        self.reader = reader
        self.filter = filter
        self.pool = pool
    }

    /// The next lines; nil at the head. Fails with a `HistoryError`. One call at a time.
    func next(on loop: any EventLoop) -> EventLoopFuture<Lines?> {
        pool.runIfActive(eventLoop: loop) { try self.read() }
    }

    private func read() throws(HistoryError) -> Lines? {
        guard let chunk = try reader.next(bytes: Self.chunk) else { return nil }
        let bytes = ByteBuffer(bytes: chunk.bytes)
        return Lines(slices: filter?.slices(of: bytes, chunk.bytes.span.runs) ?? [bytes], last: chunk.last)
    }

    /// To be called when no call of `next` is under way.
    func close() {
        pool.submit { _ in self.reader.close() }
    }
}
