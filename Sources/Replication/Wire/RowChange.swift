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

    /// The kind and relation of a row message without decoding the rest, so that a row nobody asked for costs no more
    /// than this; nil for every other message.
    package static func peek(_ bytes: Span<UInt8>, at start: Int) -> (kind: Kind, relation: OID)? {
        guard bytes.count - start >= 5 else { return nil }
        let kind: Kind
        switch bytes[start] {
        case UInt8(ascii: "I"): kind = .insert
        case UInt8(ascii: "U"): kind = .update
        case UInt8(ascii: "D"): kind = .delete
        default: return nil
        }
        return (kind, OID(bytes.uint32(at: start + 1)))
    }
}
