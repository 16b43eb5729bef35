package import NIOCore

/// How subscribers are served.
package struct SubscriberOptions: Sendable {
    /// What a subscriber must know; nil lets in everybody who can connect.
    package var tokens: Tokens?
    /// Makes what a connection begins with that shall be TLS; nil for plain text.
    package var security: (@Sendable () throws -> any ChannelHandler)?
    /// Subscribers at a time.
    package var maximum = 500
    /// Bytes of events that are kept in memory for those who are slower than others.
    package var windowSize = 4 << 20
    /// From the connection to the subscription.
    package var handshakeTime = Duration.seconds(30)
    /// What a wrong token costs.
    package var penalty = Duration.seconds(1)
    /// What one gets who does not get on, at its own end or the stream's, to read what is left.
    package var patience = Duration.seconds(5)
    /// Where durable subscriptions are; nil without a journal. Several servers may share them.
    package var names: SubscriberNames?

    package init() {}
}

/// Something about subscribers that somebody should know of.
package struct SubscriberNotice: Sendable {
    package enum Level: Sendable {
        case info, notice, warning
    }

    package var level: Level
    package var message: String
    package var metadata: [String: String]
}
