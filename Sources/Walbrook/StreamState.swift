package import Replication
package import Sinks

/// How far a stream and its sinks are at one moment, for a person who asks.
package struct StreamState: Sendable {
    /// How far one sink is.
    package struct Output: Sendable {
        package var name: String
        /// The last event that it has taken.
        package var written: Position
        /// The last event that it holds durably.
        package var durable: Position
        package var ending: SinkEnding?
        package var subscribers: [SubscriberState]
    }

    package var isConnected = false
    /// How far the server is known to have sent.
    package var received = LSN.zero
    /// The last event that was read and encoded.
    package var read = Position.start
    /// The last event that was handed to the sinks.
    package var handedOver = Position.start
    /// How far the server may forget.
    package var confirmed = LSN.zero
    package var outputs: [Output] = []
}
