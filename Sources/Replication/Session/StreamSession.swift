/// Where in the stream we are: which transaction is open, the position of each event, which events were already
/// emitted before a reconnect, how far the server may forget, and whether the stream has reached its end.
///
/// Facts go in as messages are decoded; the answer says what to do with the event. There is no socket here.
///
/// - Between transactions: `begin`, a non-transactional `message` and `keepalive` may come.
/// - In a transaction: `change`, a transactional `message` and finally its `commit` (a keepalive tells nothing).
package struct StreamSession: Sendable {
    /// What to do with the event at `position`.
    package enum Disposition: Hashable, Sendable {
        /// It is new.
        case emit
        /// It was emitted before the connection was lost.
        case skip
        /// It lies past the stop point: read no more.
        case stop
    }

    /// The event that the last fact was about.
    package private(set) var position = Position.start
    /// The last event emitted by this process; what the server resends up to here is skipped.
    package private(set) var emitted: Position
    /// Up to here everything was emitted and no transaction is cut in two: what may be confirmed once that is durable.
    package private(set) var boundary = LSN.zero
    /// How far the server is known to have sent.
    package private(set) var received = LSN.zero
    /// Whether every event up to the stop point has been emitted.
    package private(set) var hasReachedStop = false
    package private(set) var isInTransaction = false
    /// Whether several transactions have the same commit LSN, as those of a changelog's batch do.
    package var transactionsShareLSNs = false
    /// The last change of the transaction at `position`.
    private var place = RecordPlace.start
    /// Where `emitted` stands, if that was before the connection and its transaction has not come again.
    private var placeBefore: RecordPlace?
    /// The last change of the open transaction that was emitted before it was sent again.
    private var resumed: RecordPlace?
    /// The last event that the server did not number.
    private var lastUnnumbered = Position.start
    /// The last transaction of which something was emitted, as long as the server has to send it again.
    private var expected: LSN?
    /// What the server had been told when the connection began.
    private var started = LSN.zero
    /// The last commit since the connection stands.
    private var lastCommit: Position?

    package let stopPoint: StopPoint?
    /// The highest event that any sink holds from a run before.
    let held: Position
    /// The last position to emit; no limit for a stop point given as LSN, which `begin` checks once a transaction.
    private let lastPosition: Position

    /// - Parameters:
    ///   - emitted: what every sink holds already.
    ///   - place: where that stands in the log, if it is known.
    ///   - held: the last event of the sink that holds most.
    package init(
        resumingAfter emitted: Position = .start, at place: RecordPlace? = nil, held: Position = .start,
        stopPoint: StopPoint? = nil
    ) {
        self.emitted = emitted
        placeBefore = place
        self.held = held
        self.stopPoint = stopPoint
        lastPosition =
            switch stopPoint {
            case .position(let last): last
            case .lsn, nil: Position(lsn: LSN(.max), ordinal: .max)
            }
    }

    /// A connection stands, and the server sends what has committed at this LSN or later.
    package mutating func streamStarts(at confirmed: LSN) {
        // Only of what stands in the log is it known that it comes again.
        expected = emittedPlace != nil && confirmed <= emitted.lsn ? emitted.lsn : nil
        started = confirmed
    }

    /// How much of what all sinks have may be confirmed: nothing new before it is sure that the server has the same events.
    package func confirmable(_ durable: LSN) -> LSN {
        expected == nil ? durable : min(durable, started)
    }

    /// The server closed or cut the connection: it will send the open transaction again from its begin.
    package mutating func connectionLost() {
        placeBefore = emittedPlace
        position = .start
        isInTransaction = false
        resumed = nil
        lastCommit = nil
    }

    package mutating func begin(_ begin: Begin) throws(SessionError) -> Disposition {
        guard !isInTransaction else { throw .beginInTransaction(position) }
        if let stopPoint, stopPoint.excludes(begin.commitLSN) {
            hasReachedStop = true
            return .stop
        }
        try compare(with: begin.commitLSN)
        if begin.commitLSN == expected { expected = nil }
        // While it is known whether the last one was inside of a transaction.
        resumed = begin.commitLSN == emitted.lsn ? emittedPlace : nil
        if begin.commitLSN >= emitted.lsn { placeBefore = nil }
        isInTransaction = true
        // The transactions of one batch of a changelog share an LSN; those of a log never do.
        let follows = lastCommit.map { $0.lsn == begin.commitLSN } ?? false
        guard !follows || position.ordinal < .max - 1 else { throw .tooManyChanges(position) }
        place = .start
        position = Position(lsn: begin.commitLSN, ordinal: follows ? position.ordinal + 1 : 1)
        return disposition()
    }

    /// One row, one truncated table or one transactional message.
    ///
    /// - Parameter record: the LSN of its record in the log.
    @inline(__always)
    package mutating func change(at record: LSN) throws(SessionError) -> Disposition {
        guard isInTransaction else { throw .changeOutsideTransaction(after: position) }
        // The commit needs one ordinal more.
        guard position.ordinal < .max - 1 else { throw .tooManyChanges(position) }
        position.ordinal += 1
        place.advance(to: record)
        if let resumed { return disposition(after: resumed) }
        return disposition()
    }

    package mutating func commit(_ commit: Commit) throws(SessionError) -> Disposition {
        guard isInTransaction else { throw .commitOutsideTransaction(commit.commitLSN) }
        guard commit.commitLSN == position.lsn else {
            throw .commitMismatch(begin: position.lsn, commit: commit.commitLSN)
        }
        isInTransaction = false
        position.ordinal += 1
        if let resumed { position.ordinal = resumed == .end ? emitted.ordinal : emitted.ordinal + 1 }
        resumed = nil
        lastCommit = position
        let disposition = disposition()
        guard disposition != .stop else { return .stop }
        passed(commit.endLSN)
        return disposition
    }

    /// A logical message. A non-transactional one comes between transactions, at an LSN of its own.
    ///
    /// - Parameter record: the LSN of its record in the log.
    package mutating func message(
        _ message: LogicalMessage, at record: LSN
    ) throws(SessionError) -> Disposition {
        guard !message.isTransactional else { return try change(at: record) }
        guard !isInTransaction else { throw .messageInTransaction(message.lsn) }
        if let stopPoint, stopPoint.excludes(messageAt: message.lsn) {
            hasReachedStop = true
            return .stop
        }
        position = Position(lsn: message.lsn, ordinal: 0)
        let disposition = disposition()
        guard disposition != .stop else { return .stop }
        passed(message.lsn)
        return disposition
    }

    /// The server has sent everything below `walEnd`. That may be confirmed only between transactions.
    package mutating func keepalive(walEnd: LSN) throws(SessionError) {
        if !isInTransaction { try compare(with: walEnd) }
        received = max(received, walEnd)
        if !isInTransaction { passed(walEnd) }
    }

    /// A transaction whose every change was rolled back, which the server does not send when it has committed.
    package mutating func passedEmpty(_ commit: Commit) throws(SessionError) {
        guard !isInTransaction else { throw .beginInTransaction(position) }
        passed(commit.endLSN)
    }

    /// A server that was put back to an earlier point and has gone on since has other transactions at the LSNs that we know,
    /// and they would be skipped.
    private func compare(with lsn: LSN) throws(SessionError) {
        if let expected, lsn > expected { throw .otherHistory(expected: expected, found: lsn) }
    }

    /// An event that the server did not number.
    mutating func emit(at position: Position) {
        self.position = position
        emitted = position
        lastUnnumbered = position
    }

    /// Where the last event that was emitted stands; nil where that is not known, or does not tell where to go on.
    package var emittedPlace: RecordPlace? {
        guard !transactionsShareLSNs, emitted.ordinal > 0, emitted != lastUnnumbered else { return nil }
        if let resumed { return resumed }
        guard emitted == position else { return placeBefore }
        return isInTransaction ? place : .end
    }

    /// What to do with a change of a transaction that is sent again. That goes by what its record is: the ordinals can be
    /// others now. The first new change has the one behind that of the last emitted one, so that they go on.
    private mutating func disposition(after resumed: RecordPlace) -> Disposition {
        if place <= resumed { return position <= emitted ? disposition() : .skip }
        self.resumed = nil
        position.ordinal = emitted.ordinal + 1
        return disposition()
    }

    private mutating func passed(_ lsn: LSN) {
        boundary = max(boundary, lsn)
        received = max(received, lsn)
        if let stopPoint, stopPoint.isReached(at: lsn) { hasReachedStop = true }
    }

    @inline(__always)
    private mutating func disposition() -> Disposition {
        if position > lastPosition {
            hasReachedStop = true
            return .stop
        }
        if position == lastPosition { hasReachedStop = true }
        guard position > emitted else { return .skip }
        emitted = position
        return .emit
    }
}
