internal import NIOCore
internal import NIOPosix
internal import Replication

/// What all deliveries share. Belongs to the event loop.
final class EventSource {
    let loop: any EventLoop
    /// Nil without a journal.
    let history: (any EventHistory)?
    /// Where histories are read.
    let pool: NIOThreadPool
    private(set) var window: LiveWindow
    /// The last event that came here.
    private(set) var head: Position
    /// Every transaction before it has come here.
    private(set) var boundary = LSN.zero
    /// Nothing more comes.
    var isFinishing = false

    init(loop: any EventLoop, history: (any EventHistory)?, pool: NIOThreadPool, windowSize: Int) {
        self.loop = loop
        self.history = history
        self.pool = pool
        window = LiveWindow(limit: windowSize)
        head = history?.extent.head ?? .start
    }

    /// Puts a batch into the window; what has been there before, or is in the history since the run before, does not come
    /// again. The pieces stay until `trim`.
    ///
    /// - Returns: whether there is anything new to send.
    func take(_ batch: Batch, hasHeads: Bool) -> Bool {
        boundary = max(boundary, batch.boundary)
        let start = batch.offset(after: head)
        head = max(head, batch.last)
        let pieces = LivePiece.pieces(of: batch, from: start, hasHeads: hasHeads)
        for piece in pieces { window.append(piece) }
        return !pieces.isEmpty
    }

    func trim() {
        window.trim()
    }

    /// Where a subscription begins: behind this event, or nil for what comes from now on.
    ///
    /// - Throws: `Refusal` for what is not kept, or was never reached.
    func start(of requested: SubscriptionRequest.Start?) throws(Refusal) -> Position? {
        guard let requested, requested != .now else { return nil }
        guard let history else {
            throw Refusal(.noJournal, "without --journal, only from=now is possible", head: head)
        }
        let extent = history.extent
        let start: Position
        switch requested {
        case .now: return nil
        case .oldest: return extent.floor
        case .after(let position): start = position
        case .from(let lsn):
            let before = lsn == .zero ? .start : Position(lsn: LSN(lsn.value - 1), ordinal: .max)
            // Behind the last event, and the stream has got so far without another one.
            start = lsn <= max(boundary, extent.head.lsn) ? min(before, extent.head) : before
        }
        guard start >= extent.floor, start <= extent.head else { throw .gone(extent) }
        return start
    }
}
