package import Replication

/// Where to read from and how far, as the user said it.
package struct ReaderOptions: Sendable {
    /// Where the stream ends by itself.
    package enum Stop: Hashable, Sendable {
        /// At the end of the log as it is when the program starts.
        case now
        case at(StopPoint)
    }

    /// Who takes the changes down.
    package enum Capture: String, CaseIterable, Sendable {
        /// The server itself, in its log.
        case replication
        /// Triggers, in a changelog (`sql/capture.sql`).
        case triggers
    }

    /// A URI, a keyword/value string or a database's name; empty for libpq's defaults.
    package var connectionString = ""
    package var slot = "walbrook"
    package var publications = ["walbrook"]
    /// A slot of a name of its own that lives as long as the connection.
    package var isTemporary = false
    /// Whether a missing publication and slot may be made.
    package var mayCreate = true
    /// Makes a publication of inserts and truncates only, which needs no replica identity.
    package var publishesWithoutIdentity = false
    /// Tables by `schema.table` to make a publication for; nil for all.
    package var plainTables: [String]?
    /// Whether large transactions are sent before they commit, by servers that can.
    package var streamsInProgress = true
    package var stop: Stop?
    package var capture = Capture.replication
    /// How often to look at a changelog although no bell rang.
    package var pollInterval = Duration.seconds(1)
    /// The server that sinks hold events of from a run before: no other may take its place, and the slot must be there.
    package var continuing: ServerIdentity?
    /// Channels whose notifications join the stream.
    package var channels: [String] = []
    /// False to read nothing but channels.
    package var usesReplication = true
    package var statusInterval = Duration.seconds(1)
    /// Failed attempts in a row before giving up; nil for never, but at once if the server was never there.
    package var retryLimit: Int?

    package init() {}
}
