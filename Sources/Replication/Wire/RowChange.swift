/// An insert, update or delete of one row. Its tuples are in the decoder that returned it, until the next message.
package struct RowChange: Hashable, Sendable {
    package enum Kind: Hashable, Sendable {
        case insert
        case update
        case delete
    }

    /// What came of the row before the change.
    package enum OldTuple: Hashable, Sendable {
        case none
        /// K: the columns of the replica identity; the other columns are filler.
        case key
        /// O: the whole row.
        case row
    }

    package var kind: Kind
    package var relation: OID
    package var old: OldTuple

    /// The relation of a row message without decoding the rest, so that a table nobody asked for costs no more than
    /// this; nil for every other message.
    package static func peekRelation(_ bytes: Span<UInt8>, at start: Int) -> OID? {
        guard bytes.count - start >= 5 else { return nil }
        switch bytes[start] {
        case UInt8(ascii: "I"), UInt8(ascii: "U"), UInt8(ascii: "D"):
            return OID(
                UInt32(bytes[start + 1]) << 24 | UInt32(bytes[start + 2]) << 16
                    | UInt32(bytes[start + 3]) << 8 | UInt32(bytes[start + 4]))
        default:
            return nil
        }
    }
}
