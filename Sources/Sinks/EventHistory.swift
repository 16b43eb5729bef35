package import Replication

/// Events that are kept, from which subscribers go on who are behind or come back.
///
/// Only what is durable counts. Positions are those of events in the format the history is kept in.
package protocol EventHistory: AnyObject, Sendable {
    /// How far back it reaches and how far it goes, at this moment.
    var extent: HistoryExtent { get }

    /// Calls `body` with each batch once it is durable here, in order, from one thread. Whoever has asked for the extent
    /// inside of `body` finds the batch in it. Called once, before the first batch is written.
    func follow(_ body: @escaping @Sendable (Batch) -> Void)

    /// Begins to read behind a position. Until the reader is closed, retention leaves alone what it has not read yet, for
    /// as long as it gets on.
    ///
    /// - Throws: `HistoryError` for a position that is outside of the extent. Does not block; only the reader does.
    func reader(after position: Position) throws(HistoryError) -> any HistoryReader
}

/// What a history holds: the events behind `floor`, up to and with `head`.
package struct HistoryExtent: Hashable, Sendable {
    /// The last event that was cut away, or a position before which the stream did not begin.
    package var floor: Position
    /// The last event that is durable; the floor as long as there is none behind it.
    package var head: Position

    package init(floor: Position, head: Position) {
        self.floor = floor
        self.head = max(floor, head)
    }

    /// Behind which event every transaction comes that commits at or past an LSN.
    ///
    /// - Parameter boundary: the stream has got so far, whether there was an event or not.
    package func start(from lsn: LSN, passed boundary: LSN) -> Position {
        guard lsn > .zero else { return .start }
        let before = Position(lsn: LSN(lsn.value - 1), ordinal: .max)
        return lsn <= max(boundary, head.lsn) ? min(before, head) : before
    }
}

/// Reads a history from one position on, in order. Used by one thread at a time; every call blocks.
package protocol HistoryReader: AnyObject, Sendable {
    /// The next whole lines, about so many bytes of them, or one line if that is longer. Nil at the head: there is nothing
    /// more at this moment.
    func next(bytes: Int) throws(HistoryError) -> HistoryChunk?

    /// Lets retention go on without this reader.
    func close()
}

/// Lines out of a history.
package struct HistoryChunk: Sendable {
    /// Whole lines.
    package var bytes: [UInt8]
    /// The last event in them.
    package var last: Position

    package init(bytes: [UInt8], last: Position) {
        self.bytes = bytes
        self.last = last
    }
}

/// Why a history cannot be read from a position.
package enum HistoryError: Error, Hashable, Sendable {
    /// The position is below the floor or above the head, or retention went past a reader that did not get on.
    case gone(HistoryExtent)
    /// Something was taken away that would have to be there.
    case incomplete(String)
    /// The operating system did not do what was asked.
    case failed(String)
}
