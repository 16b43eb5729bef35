package import Replication

/// Where events come from and how they are written: what must be the same for a sink to go on after a restart.
package struct StreamOrigin: Hashable, Sendable {
    package var identity: ServerIdentity
    package var slot: String
    /// Positions count the events of these publications.
    package var publications: [String]
    package var format: String

    package init(identity: ServerIdentity, slot: String, publications: [String], format: String) {
        self.identity = identity
        self.slot = slot
        self.publications = publications
        self.format = format
    }
}

/// What a sink holds from the run before.
package struct HeldEvents: Hashable, Sendable {
    package var origin: StreamOrigin
    /// The last event it holds.
    package var last: Position
    /// Where that stands in the log; nil if it is not known.
    package var place: RecordPlace?
    /// How far the server may have been told that it holds everything.
    package var confirmed: LSN

    package init(origin: StreamOrigin, last: Position, at place: RecordPlace? = nil, confirmed: LSN) {
        self.origin = origin
        self.last = last
        self.place = place
        self.confirmed = confirmed
    }
}
