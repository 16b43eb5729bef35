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
    /// The last commit since the connection stands.
    private var lastCommit: Position?

    package let stopPoint: StopPoint?
    /// The highest event that any sink holds from a run before.
    let held: Position
    /// The last position to emit; no limit for a stop point given as LSN, which `begin` checks once a transaction.
    private let lastPosition: Position

    /// - Parameters:
    ///   - emitted: what every sink holds already.
    ///   - held: the last event of the sink that holds most.
    package init(
        resumingAfter emitted: Position = .start, held: Position = .start, stopPoint: StopPoint? = nil
    ) {
        self.emitted = emitted
        self.held = held
        self.stopPoint = stopPoint
        lastPosition =
            switch stopPoint {
            case .position(let last): last
            case .lsn, nil: Position(lsn: LSN(.max), ordinal: .max)
            }
    }

    /// The server closed or cut the connection: it will send the open transaction again from its begin.
    package mutating func connectionLost() {
        isInTransaction = false
        lastCommit = nil
    }

    package mutating func begin(_ begin: Begin) throws(SessionError) -> Disposition {
        guard !isInTransaction else { throw .beginInTransaction(position) }
        if let stopPoint, stopPoint.excludes(begin.commitLSN) {
            hasReachedStop = true
            return .stop
        }
        isInTransaction = true
        // The transactions of one batch of a changelog share an LSN; those of a log never do.
        let follows = lastCommit.map { $0.lsn == begin.commitLSN } ?? false
        guard !follows || position.ordinal < .max - 1 else { throw .tooManyChanges(position) }
        position = Position(lsn: begin.commitLSN, ordinal: follows ? position.ordinal + 1 : 1)
        return disposition()
    }

    /// One row, one truncated table or one transactional message.
    @inline(__always)
    package mutating func change() throws(SessionError) -> Disposition {
        guard isInTransaction else { throw .changeOutsideTransaction(after: position) }
        // The commit needs one ordinal more.
        guard position.ordinal < .max - 1 else { throw .tooManyChanges(position) }
        position.ordinal += 1
        return disposition()
    }

    package mutating func commit(_ commit: Commit) throws(SessionError) -> Disposition {
        guard isInTransaction else { throw .commitOutsideTransaction(commit.commitLSN) }
        guard commit.commitLSN == position.lsn else {
            throw .commitMismatch(begin: position.lsn, commit: commit.commitLSN)
        }
        isInTransaction = false
        position.ordinal += 1
        lastCommit = position
        let disposition = disposition()
        guard disposition != .stop else { return .stop }
        passed(commit.endLSN)
        return disposition
    }

    /// A logical message. A non-transactional one comes between transactions, at an LSN of its own.
    package mutating func message(_ message: LogicalMessage) throws(SessionError) -> Disposition {
        guard !message.isTransactional else { return try change() }
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
    package mutating func keepalive(walEnd: LSN) {
        received = max(received, walEnd)
        if !isInTransaction { passed(walEnd) }
    }

    /// A transaction whose every change was rolled back, which the server does not send when it has committed.
    package mutating func passedEmpty(_ commit: Commit) throws(SessionError) {
        guard !isInTransaction else { throw .beginInTransaction(position) }
        passed(commit.endLSN)
    }

    /// An event that the server did not number.
    mutating func emit(at position: Position) {
        self.position = position
        emitted = position
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

/// Where a stream shall end by itself.
package enum StopPoint: Hashable, Sendable {
    /// Once every transaction with a commit LSN below this one is out.
    case lsn(LSN)
    /// Once the event at this position is out.
    case position(Position)

    /// Whether a transaction with this commit LSN lies wholly past the stop point.
    func excludes(_ commitLSN: LSN) -> Bool {
        switch self {
        case .lsn(let stop): commitLSN >= stop
        case .position(let last): commitLSN > last.lsn
        }
    }

    /// Whether a non-transactional message lies past the stop point. Its LSN is where its record ends, so that the end of
    /// the log, right after it was written, is that very LSN.
    func excludes(messageAt lsn: LSN) -> Bool {
        switch self {
        case .lsn(let stop): lsn > stop
        case .position(let last): lsn > last.lsn
        }
    }

    /// Whether nothing before the stop point can come any more once everything below `lsn` has been sent.
    func isReached(at lsn: LSN) -> Bool {
        switch self {
        case .lsn(let stop): lsn >= stop
        case .position(let last): lsn > last.lsn
        }
    }
}

/// Messages in an order that the protocol does not allow.
package enum SessionError: Error, Hashable, Sendable {
    case beginInTransaction(Position)
    case changeOutsideTransaction(after: Position)
    case commitOutsideTransaction(LSN)
    case commitMismatch(begin: LSN, commit: LSN)
    case messageInTransaction(LSN)
    /// A transaction with more changes than a position can number (2^32 - 3).
    case tooManyChanges(Position)
    /// A change of a relation that no Relation message has described.
    case unknownRelation(OID, Position)
    /// A tuple with another number of columns than its relation.
    case columnCount(Int, expected: Int, Position)
    /// A value in binary form, although text was asked for.
    case binaryValue(Position)
    /// Something of this transaction in progress inside of a block of messages.
    case blockInBlock(TransactionID)
    /// The end of a block that did not begin.
    case blockNotOpen
    /// The end of a transaction in progress of which nothing came.
    case unknownInProgress(TransactionID)
}

extension SessionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .beginInTransaction(let position):
            "a transaction begins inside the one at \(position.lsn)"
        case .changeOutsideTransaction(let position):
            "a change came outside of a transaction, after \(position)"
        case .commitOutsideTransaction(let lsn):
            "a commit at \(lsn) came without its begin"
        case .commitMismatch(let begin, let commit):
            "the transaction that began with commit LSN \(begin) ends with \(commit)"
        case .messageInTransaction(let lsn):
            "a non-transactional message at \(lsn) came inside a transaction"
        case .tooManyChanges(let position):
            "the transaction at \(position.lsn) has more changes than positions can number"
        case .unknownRelation(let oid, let position):
            "the change at \(position) is of relation \(oid), which was never described"
        case .columnCount(let count, let expected, let position):
            "the row at \(position) has \(count) columns where its relation has \(expected)"
        case .binaryValue(let position):
            "the row at \(position) has a value in binary form, which was not asked for"
        case .blockInBlock(let xid):
            "a message of the transaction \(xid), which is in progress, came inside a block of one"
        case .blockNotOpen:
            "a block of a transaction in progress ends that did not begin"
        case .unknownInProgress(let xid):
            "the transaction \(xid) ends as one in progress, but nothing of it came"
        }
    }
}
