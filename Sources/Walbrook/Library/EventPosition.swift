package import Replication

/// The name of an event for ever: the commit LSN of its transaction and its place in that. Positions grow along the
/// stream, so a program that keeps the last one with its own data can skip what it has seen already.
///
/// See "WAL Internals" and "pg_lsn Type" in the PostgreSQL manual.
public struct EventPosition: Hashable, Sendable {
    package var position: Position

    package init(_ position: Position) {
        self.position = position
    }
}

extension EventPosition: Comparable {
    /// Whether an event comes before another one.
    public static func < (left: EventPosition, right: EventPosition) -> Bool {
        left.position < right.position
    }
}

extension EventPosition: LosslessStringConvertible {
    /// Reads `0000000A/016B3748-00000003`.
    public init?(_ text: String) {
        guard let position = Position(text) else { return nil }
        self.init(position)
    }

    /// `0000000A/016B3748-00000003`: of fixed width, so that the strings compare as the positions do.
    public var description: String { position.description }
}
