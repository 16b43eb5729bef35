internal import Libpq
package import Replication

extension Timestamp {
    /// The time of day by the system's clock.
    package static var now: Timestamp {
        let (seconds, attoseconds) = SystemTime.sinceUnixEpoch.components
        return Timestamp(unixMicroseconds: seconds * 1_000_000 + attoseconds / 1_000_000_000_000)
    }
}
