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
