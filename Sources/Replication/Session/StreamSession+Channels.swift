/// Positions of what comes from a channel and belongs to no transaction.
extension StreamSession {
    /// Where the next event of a channel stands: right behind the last event, in the transaction of that. Nil where it
    /// has no place yet.
    ///
    /// It has one only between transactions, and only when nothing can come any more at or below the LSN of the last
    /// event, also not again: otherwise a row could stand at the same position. After a commit that is so at once; after a
    /// restart, and after a non-transactional message, whose LSN the next transaction can have, once the server says that
    /// it has sent what lies behind.
    private var channelPlace: Position? {
        guard !isInTransaction else { return nil }
        let last = max(emitted, held)
        guard boundary > last.lsn else { return nil }
        if last > .start, last.ordinal < .max { return Position(lsn: last.lsn, ordinal: last.ordinal + 1) }
        // Without an event to stand behind: below all that comes. The log's records are aligned to eight bytes, so that
        // none begins or ends there.
        let below = LSN(boundary.value - 1)
        return below > last.lsn ? Position(lsn: below, ordinal: 1) : nil
    }

    /// Whether an event of a channel can be placed here.
    package var admitsChannels: Bool { channelPlace != nil }

    /// Whether the server could make a place by saying how far it is.
    package var waitsForBoundary: Bool { !isInTransaction && channelPlace == nil }

    /// An event of a channel, at `position` from then on. `admitsChannels` must hold.
    package mutating func channelEvent() {
        guard let place = channelPlace else {
            preconditionFailure("no place for a channel's event at \(position)")
        }
        emit(at: place)
    }

    /// An event of a channel where there is no replication, and the server told how far its log was. The log may seem to
    /// go back, after a failover, and positions may not.
    package mutating func channelEvent(at lsn: LSN) {
        let last = max(emitted, held)
        emit(
            at: lsn > last.lsn
                ? Position(lsn: lsn, ordinal: 1) : Position(lsn: last.lsn, ordinal: last.ordinal + 1))
    }
}
