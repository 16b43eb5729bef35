/// A message of pgoutput, protocol version 1.
///
/// PostgreSQL manual, "Logical Replication Message Formats".
package enum Message: Sendable {
    case begin(Begin)
    case commit(Commit)
    case origin(Origin)
    case relation(Relation)
    case type(TypeName)
    case row(RowChange)
    case truncate(Truncate)
    case message(LogicalMessage)
}

/// Turns the bytes of one message into a value. Bytes are pushed in; nothing is read, kept or guessed.
///
/// The tuples of a row message stay in the decoder, as places in the bytes that were passed in, because copying
/// them for each row would cost more than everything else.
package struct MessageDecoder: Sendable {
    /// The new row of the last insert or update.
    package private(set) var newTuple = Tuple()
    /// The old row or key of the last update or delete that had one.
    package private(set) var oldTuple = Tuple()

    package init() {}

    /// Decodes the message that starts at `start` and ends with `bytes`.
    package mutating func decode(_ bytes: Span<UInt8>, at start: Int = 0) throws(DecodingError) -> Message {
        var cursor = try WireCursor(bytes, messageAt: start)
        let message: Message
        switch cursor.tag {
        case UInt8(ascii: "I"): message = .row(try insert(&cursor))
        case UInt8(ascii: "U"): message = .row(try update(&cursor))
        case UInt8(ascii: "D"): message = .row(try delete(&cursor))
        case UInt8(ascii: "B"): message = .begin(try Begin(decoding: &cursor))
        case UInt8(ascii: "C"): message = .commit(try Commit(decoding: &cursor))
        case UInt8(ascii: "R"): message = .relation(try Relation(decoding: &cursor))
        case UInt8(ascii: "Y"): message = .type(try TypeName(decoding: &cursor))
        case UInt8(ascii: "T"): message = .truncate(try Truncate(decoding: &cursor))
        case UInt8(ascii: "M"): message = .message(try LogicalMessage(decoding: &cursor))
        case UInt8(ascii: "O"): message = .origin(try Origin(decoding: &cursor))
        default: throw DecodingError(tag: cursor.tag, offset: start, reason: .unknownMessage)
        }
        try cursor.expectEnd()
        return message
    }

    @_lifetime(cursor: copy cursor)
    private mutating func insert(_ cursor: inout WireCursor) throws(DecodingError) -> RowChange {
        let relation = OID(try cursor.uint32())
        let announced = try cursor.uint8()
        guard announced == UInt8(ascii: "N") else { throw cursor.error(.unexpectedTuple(announced)) }
        try newTuple.decode(&cursor)
        return RowChange(kind: .insert, relation: relation, old: .none)
    }

    @_lifetime(cursor: copy cursor)
    private mutating func update(_ cursor: inout WireCursor) throws(DecodingError) -> RowChange {
        let relation = OID(try cursor.uint32())
        var announced = try cursor.uint8()
        var old = RowChange.OldTuple.none
        if announced != UInt8(ascii: "N") {
            old = try oldTuple(announced, &cursor)
            announced = try cursor.uint8()
        }
        guard announced == UInt8(ascii: "N") else { throw cursor.error(.unexpectedTuple(announced)) }
        try newTuple.decode(&cursor)
        return RowChange(kind: .update, relation: relation, old: old)
    }

    @_lifetime(cursor: copy cursor)
    private mutating func delete(_ cursor: inout WireCursor) throws(DecodingError) -> RowChange {
        let relation = OID(try cursor.uint32())
        let announced = try cursor.uint8()
        return RowChange(kind: .delete, relation: relation, old: try oldTuple(announced, &cursor))
    }

    @_lifetime(cursor: copy cursor)
    private mutating func oldTuple(
        _ announced: UInt8, _ cursor: inout WireCursor
    ) throws(DecodingError) -> RowChange.OldTuple {
        switch announced {
        case UInt8(ascii: "K"):
            try oldTuple.decode(&cursor)
            return .key
        case UInt8(ascii: "O"):
            try oldTuple.decode(&cursor)
            return .row
        default:
            throw cursor.error(.unexpectedTuple(announced))
        }
    }
}
