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

    /// The history knows now where it begins.
    func streamStarts() {
        head = max(head, history?.extent.head ?? .start)
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

    /// Where a subscription begins.
    enum Start {
        /// With what comes from now on.
        case now
        /// Behind an event of the history.
        case after(Position, any HistoryReader)
    }

    /// - Throws: `Refusal` for what is not kept, or was never reached.
    func start(of requested: SubscriptionRequest.Start?) throws(Refusal) -> Start {
        guard let requested, requested != .now else { return .now }
        guard let history else {
            throw Refusal(.noJournal, "without --journal, only from=now is possible", head: head)
        }
        switch requested {
        case .now: return .now
        case .oldest: return try oldest(of: history)
        case .after(let position): return .after(position, try reader(of: history, after: position))
        case .from(let lsn):
            let start = history.extent.start(from: lsn, passed: boundary)
            return .after(start, try reader(of: history, after: start))
        }
    }

    /// Reads behind an event; from here on retention leaves alone what is still to be read.
    func reader(
        of history: any EventHistory, after position: Position
    ) throws(Refusal) -> any HistoryReader {
        do throws(HistoryError) {
            return try history.reader(after: position)
        } catch {
            throw Refusal(error)
        }
    }

    /// What is oldest may be cut just when it is about to be read; then something else is.
    private func oldest(of history: any EventHistory) throws(Refusal) -> Start {
        while true {
            let floor = history.extent.floor
            do throws(HistoryError) {
                return .after(floor, try history.reader(after: floor))
            } catch {
                guard case .gone = error else { throw Refusal(error) }
            }
        }
    }
}
