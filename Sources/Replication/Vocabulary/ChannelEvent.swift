/// What a listening connection has to tell of a channel.
///
/// PostgreSQL manual, "NOTIFY" and "Asynchronous Notification" (libpq).
package struct ChannelEvent: Hashable, Sendable {
    package enum Content: Hashable, Sendable {
        /// A notification: what it carries, and the server process that sent it.
        case notification(payload: [UInt8], pid: Int32)
        /// Notifications are missing here: so many, or nobody knows how many.
        case gap(count: UInt64?)
    }

    /// The channel's name, in the encoding of the connection.
    package var channel: [UInt8]
    package var content: Content
    package var receivedAt: Timestamp
    /// How far the server's log was then; only asked for where there is no replication.
    package var lsn: LSN?

    package init(channel: [UInt8], content: Content, receivedAt: Timestamp, lsn: LSN? = nil) {
        self.channel = channel
        self.content = content
        self.receivedAt = receivedAt
        self.lsn = lsn
    }

    /// About how much memory it takes.
    package var footprint: Int {
        let own = MemoryLayout<ChannelEvent>.stride + 64 + channel.count
        if case .notification(let payload, _) = content { return own + payload.count }
        return own
    }
}
