import Replication

/// A form in which events are written.
///
/// A new one is a file with a type of this protocol and a name in `Formats.swift`.
protocol EventFormat: ~Copyable {
    init(options: TransformerOptions)

    /// Prepares what all events share. Told whenever a connection stands, before its first event.
    mutating func prepare(_ source: StreamSource)

    /// Prepares what the events of a transaction share. Told again when the transaction's origin becomes known.
    mutating func prepare(_ transaction: OpenTransaction)

    /// A transaction has been passed.
    mutating func passed(_ commit: Commit)

    // Each of these appends whole lines and returns how many.

    func append(_ row: borrowing RowView, at position: Position, to buffer: inout OutputBuffer) -> Int

    func append(
        _ truncate: Truncate, of table: borrowing TableView, _ bytes: Span<UInt8>, at position: Position,
        to buffer: inout OutputBuffer
    ) -> Int

    func append(
        _ message: LogicalMessage, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int

    /// A change of definitions, which came as a message.
    func append(
        _ change: DefinitionChange, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int

    /// What belongs to a channel and to no transaction.
    func append(_ event: ChannelEvent, at position: Position, to buffer: inout OutputBuffer) -> Int

    func appendBegin(at position: Position, to buffer: inout OutputBuffer) -> Int

    func appendCommit(at position: Position, to buffer: inout OutputBuffer) -> Int

    /// A table's definition, in front of the first event that needs it.
    func appendSchema(
        of table: borrowing TableView, at position: Position, to buffer: inout OutputBuffer
    ) -> Int
}

/// Formats have different events; what one does not know, it leaves to these.
extension EventFormat where Self: ~Copyable {
    mutating func prepare(_ source: StreamSource) {}

    mutating func passed(_ commit: Commit) {}

    func append(
        _ change: DefinitionChange, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        append(change.message, bytes, at: position, to: &buffer)
    }

    func append(_ event: ChannelEvent, at position: Position, to buffer: inout OutputBuffer) -> Int { 0 }

    func appendSchema(
        of table: borrowing TableView, at position: Position, to buffer: inout OutputBuffer
    ) -> Int { 0 }
}

/// What the events of a transaction share.
struct OpenTransaction: Sendable {
    var begin: Begin
    /// Where it was made, if another replication brought it here.
    var origin: Origin?
}
