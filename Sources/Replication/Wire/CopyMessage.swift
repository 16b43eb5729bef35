/// What a CopyData message of a replication connection holds.
///
/// PostgreSQL manual, "Streaming Replication Protocol", START_REPLICATION.
package enum CopyMessage: Hashable, Sendable {
    /// A pgoutput message, which begins at byte `payload`. The LSNs in the header are the change's own (0/0 for
    /// a Relation message) and say nothing about what may be confirmed.
    case xLogData(payload: Int)
    /// The server has sent everything up to `walEnd`, and may want an answer at once.
    case keepalive(walEnd: LSN, isReplyRequested: Bool)

    /// The LSN in the header of an XLogData message: of a row the start of its log record, which several rows can share.
    /// Zero for bytes that have no header.
    package static func recordLSN(of bytes: Span<UInt8>) -> LSN {
        guard bytes.count >= headerSize else { return .zero }
        return LSN((1...8).reduce(0) { $0 << 8 | UInt64(bytes[$1]) })
    }

    /// The server's clock when it sent an XLogData message. The epoch for bytes that have no header.
    package static func sentAt(of bytes: Span<UInt8>) -> Timestamp {
        guard bytes.count >= headerSize else { return Timestamp(microseconds: 0) }
        return Timestamp(
            microseconds: (17...24).reduce(0) { $0 << 8 | Int64(bytes[$1]) })
    }

    /// Bytes before the payload of an XLogData message: the tag, two LSNs and the server's clock.
    static let headerSize = 25

    package init(decoding bytes: Span<UInt8>) throws(DecodingError) {
        var cursor = try WireCursor(bytes, messageAt: 0)
        switch cursor.tag {
        case UInt8(ascii: "w"):
            _ = try cursor.skip(Self.headerSize - 1)
            self = .xLogData(payload: Self.headerSize)
        case UInt8(ascii: "k"):
            let walEnd = LSN(try cursor.uint64())
            _ = try cursor.uint64()
            let flag = try cursor.uint8()
            guard flag <= 1 else { throw cursor.error(.unknownFlags(flag)) }
            try cursor.expectEnd()
            self = .keepalive(walEnd: walEnd, isReplyRequested: flag == 1)
        default:
            throw DecodingError(tag: cursor.tag, offset: 0, reason: .unknownMessage)
        }
    }
}

/// What is told to the server: how far the stream was received, and how far everything is safe.
///
/// PostgreSQL manual, "Streaming Replication Protocol", "Standby status update".
package struct StandbyStatus: Hashable, Sendable {
    /// Reported as written.
    package var received: LSN
    /// Reported as flushed and applied: what lies below is never sent again.
    package var confirmed: LSN
    /// The sender's clock.
    package var sentAt: Timestamp
    /// Whether the server shall answer with a keepalive at once.
    package var requestsReply: Bool

    package init(received: LSN, confirmed: LSN, sentAt: Timestamp, requestsReply: Bool) {
        self.received = received
        self.confirmed = confirmed
        self.sentAt = sentAt
        self.requestsReply = requestsReply
    }

    /// Appends the 34 bytes of the message.
    package func encode(into buffer: inout OutputBuffer) {
        buffer.append(UInt8(ascii: "r"))
        for value in [
            max(received, confirmed).value, confirmed.value, confirmed.value,
            UInt64(bitPattern: sentAt.microseconds),
        ] {
            for shift in stride(from: 56, through: 0, by: -8) {
                buffer.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
            }
        }
        buffer.append(requestsReply ? 1 : 0)
    }
}
