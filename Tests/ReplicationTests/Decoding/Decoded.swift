import Replication

/// A message after decoding, with its tuples as values that a test can compare.
struct Decoded {
    /// What the message carries: a `Begin`, a `Relation`, a `RowChange`, …
    let value: AnyHashable
    let newRow: [WireValue]
    let oldRow: [WireValue]

    /// - Parameter bytes: a CopyData message that holds XLogData.
    init(copyData bytes: [UInt8]) throws {
        guard case .xLogData(let payload) = try CopyMessage(decoding: bytes.span) else {
            throw NotXLogData()
        }
        var decoder = MessageDecoder()
        value =
            switch try decoder.decode(bytes.span, at: payload) {
            case .begin(let begin): begin
            case .commit(let commit): commit
            case .origin(let origin): origin
            case .relation(let relation): relation
            case .type(let type): type
            case .row(let change): change
            case .truncate(let truncate): truncate
            case .message(let message): message
            }
        newRow = Self.values(decoder.newTuple, bytes)
        oldRow = Self.values(decoder.oldTuple, bytes)
    }

    /// - Parameter payload: a message of pgoutput.
    init(_ payload: [UInt8]) throws {
        try self.init(copyData: MessageBuilder.xLogData(payload))
    }

    struct NotXLogData: Error {}

    private static func values(_ tuple: Tuple, _ bytes: [UInt8]) -> [WireValue] {
        tuple.columns.map { column in
            switch column.kind {
            case .null: .null
            case .unchanged: .unchanged
            case .text: .text(Array(bytes[column.range]))
            case .binary: .binary(Array(bytes[column.range]))
            }
        }
    }
}
