/// Bytes from the server that do not form the message they claim to be.
package struct DecodingError: Error, Hashable, Sendable {
    /// What was wrong.
    package enum Reason: Hashable, Sendable {
        /// The message ended in the middle of a field.
        case truncated
        /// Bytes were left after the last field.
        case trailingBytes(Int)
        /// No message of this protocol version starts with this byte.
        case unknownMessage
        /// A length or count below zero, or longer than the message.
        case invalidLength(Int)
        /// A tuple announced by another byte than K, O or N.
        case unexpectedTuple(UInt8)
        /// A column of another kind than n, u, t or b.
        case unknownColumnKind(UInt8)
        /// A replica identity other than d, n, f or i.
        case unknownReplicaIdentity(UInt8)
        /// A flag byte with bits that this protocol version does not define.
        case unknownFlags(UInt8)
    }

    /// The message's first byte; 0 for an empty message.
    package var tag: UInt8
    /// Where in the CopyData message the bytes stopped making sense.
    package var offset: Int
    package var reason: Reason

    package init(tag: UInt8, offset: Int, reason: Reason) {
        self.tag = tag
        self.offset = offset
        self.reason = reason
    }
}

extension DecodingError: CustomStringConvertible {
    package var description: String {
        let name = (0x21...0x7E).contains(tag) ? "'\(Character(Unicode.Scalar(tag)))'" : "0x" + hex(tag)
        return "message \(name): \(sentence) at byte \(offset)"
    }

    private var sentence: String {
        switch reason {
        case .truncated: "ends in the middle of a field"
        case .trailingBytes(let count): "has \(count) bytes too many"
        case .unknownMessage: "is none of this protocol version"
        case .invalidLength(let length): "has the impossible length \(length)"
        case .unexpectedTuple(let byte): "announces a tuple by 0x\(hex(byte))"
        case .unknownColumnKind(let byte): "has a column of kind 0x\(hex(byte))"
        case .unknownReplicaIdentity(let byte): "has the replica identity 0x\(hex(byte))"
        case .unknownFlags(let byte): "has the flags 0x\(hex(byte))"
        }
    }

    private func hex(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16, uppercase: true)
        return byte < 16 ? "0" + digits : digits
    }
}
