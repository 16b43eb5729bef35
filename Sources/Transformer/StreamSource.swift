package import Replication

/// Where the events come from, known once a connection stands.
package struct StreamSource: Hashable, Sendable {
    /// Made by initdb, shared by a cluster and its physical copies.
    package var systemIdentifier: String
    package var timeline: UInt32
    package var database: String
    package var slot: String

    package init(systemIdentifier: String, timeline: UInt32, database: String, slot: String) {
        self.systemIdentifier = systemIdentifier
        self.timeline = timeline
        self.database = database
        self.slot = slot
    }

    package init(_ identity: ServerIdentity, slot: String) {
        self.init(
            systemIdentifier: identity.systemIdentifier, timeline: identity.timeline,
            database: identity.database, slot: slot)
    }
}
