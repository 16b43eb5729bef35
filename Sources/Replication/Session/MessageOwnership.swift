/// Whether the logical messages of a transaction in progress may be of a subtransaction that was rolled back.
///
/// Inside of a block a row carries the xid of its subtransaction, a logical message only that of the whole transaction. What
/// helps is that a subtransaction is one stretch of the log, up to where it is rolled back, and that the server tells of
/// those inside of it first. So a message is outside of it if a row of another one stands behind the message.
package struct MessageOwnership: Sendable {
    /// Whose rows stand behind the last message, those left out that were rolled back; nil before the first message.
    private var followers: Set<TransactionID>?
    private var lastFollower: TransactionID?

    package init() {}

    /// A message came.
    package mutating func message() {
        followers = []
        lastFollower = nil
    }

    /// A row of this subtransaction came, or a truncate.
    @inline(__always)
    package mutating func change(of subtransaction: TransactionID) {
        guard followers != nil, subtransaction != lastFollower else { return }
        followers?.insert(subtransaction)
        lastFollower = subtransaction
    }

    /// A subtransaction was rolled back. Returns whether a message may have been of it.
    package mutating func rolledBack(_ subtransaction: TransactionID) -> Bool {
        if lastFollower == subtransaction { lastFollower = nil }
        followers?.remove(subtransaction)
        return followers?.isEmpty ?? false
    }
}
