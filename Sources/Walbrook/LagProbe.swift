internal import Reader
internal import Replication

/// Asks the server now and then how far its log is, over a connection of its own, to tell how far we are behind.
package final class LagProbe {
    private let catalog: Catalog

    /// - Throws: `WalbrookError` when the process is out of descriptors.
    package init(connectionString: String) throws(WalbrookError) {
        do {
            catalog = Catalog(connectionString: connectionString, stop: try StopSignal())
        } catch {
            throw WalbrookError(error)
        }
    }

    /// The end of the server's log in bytes from its start; nil when the server does not tell.
    package func serverPosition() -> UInt64? {
        // A session that stays would hold up a smart shutdown of the server.
        defer { catalog.close() }
        return (try? catalog.currentPosition())?.value
    }
}
