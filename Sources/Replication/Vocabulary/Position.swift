/// The name of one event for ever: the commit LSN of its transaction and its ordinal in that transaction.
///
/// Ordinal 0 is a non-transactional logical message (at its own LSN), 1 the begin, the changes count from 2 in the
/// order the server sends them, the commit is the last + 1. Changes count before any filter of ours, so a resent
/// transaction gets the same positions whatever the flags.
package struct Position: Hashable, Sendable {
    /// The commit LSN of the transaction, or the LSN of a non-transactional message.
    package var lsn: LSN
    /// The place in the transaction.
    package var ordinal: UInt32

    package init(lsn: LSN, ordinal: UInt32) {
        self.lsn = lsn
        self.ordinal = ordinal
    }

    /// Before every event.
    package static let start = Position(lsn: .zero, ordinal: 0)
}

extension Position: Comparable {
    @inlinable
    package static func < (left: Position, right: Position) -> Bool {
        left.lsn.value == right.lsn.value ? left.ordinal < right.ordinal : left.lsn.value < right.lsn.value
    }
}

extension Position: LosslessStringConvertible {
    /// Reads `0000000A/016B3748-00000003`, with or without leading zeros.
    package init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let lsn = LSN(String(parts[0])),
            let ordinal = UInt32(hexadecimal: parts[1].utf8)
        else { return nil }
        self.init(lsn: lsn, ordinal: ordinal)
    }

    /// The written form: hexadecimal and of fixed width, so that comparing strings compares positions.
    package var description: String {
        Self.padded(lsn.value >> 32) + "/" + Self.padded(lsn.value & 0xFFFF_FFFF) + "-"
            + Self.padded(UInt64(ordinal))
    }

    private static func padded(_ value: UInt64) -> String {
        let digits = String(value, radix: 16, uppercase: true)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }
}
