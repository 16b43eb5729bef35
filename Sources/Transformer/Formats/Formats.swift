import Replication

/// The names by which formats are chosen.
package enum FormatName: String, CaseIterable, Sendable {
    case json
    case cloudevents
    case debezium
    case wal2json

    /// Whether it can write tables' definitions.
    package var hasSchemas: Bool {
        switch self {
        case .json, .cloudevents: true
        case .debezium, .wal2json: false
        }
    }

    /// Whether it has a form for what belongs to no transaction.
    package var hasChannels: Bool {
        switch self {
        case .json, .cloudevents: true
        case .debezium, .wal2json: false
        }
    }

    /// Whether the user chooses how some types are written.
    package var hasValueOptions: Bool {
        switch self {
        case .json, .cloudevents: true
        case .debezium, .wal2json: false
        }
    }

    func style(_ options: TransformerOptions) -> any FormatStyle {
        switch self {
        case .json, .cloudevents: JSONStyle(options: options)
        case .debezium: DebeziumStyle(options: options)
        case .wal2json: Wal2JSONStyle()
        }
    }
}

/// The format in use. A row costs a jump here, no look-up in a table of functions.
enum Format: ~Copyable {
    case json(JSONFormat)
    case cloudevents(CloudEventsFormat)
    case debezium(DebeziumFormat)
    case wal2json(Wal2JSONFormat)

    init(options: TransformerOptions) {
        switch options.format {
        case .json: self = .json(JSONFormat(options: options))
        case .cloudevents: self = .cloudevents(CloudEventsFormat(options: options))
        case .debezium: self = .debezium(DebeziumFormat(options: options))
        case .wal2json: self = .wal2json(Wal2JSONFormat(options: options))
        }
    }

    mutating func prepare(_ source: StreamSource) {
        switch consume self {
        case .json(var format):
            format.prepare(source)
            self = .json(format)
        case .cloudevents(var format):
            format.prepare(source)
            self = .cloudevents(format)
        case .debezium(var format):
            format.prepare(source)
            self = .debezium(format)
        case .wal2json(var format):
            format.prepare(source)
            self = .wal2json(format)
        }
    }

    mutating func prepare(_ transaction: OpenTransaction) {
        switch consume self {
        case .json(var format):
            format.prepare(transaction)
            self = .json(format)
        case .cloudevents(var format):
            format.prepare(transaction)
            self = .cloudevents(format)
        case .debezium(var format):
            format.prepare(transaction)
            self = .debezium(format)
        case .wal2json(var format):
            format.prepare(transaction)
            self = .wal2json(format)
        }
    }

    mutating func passed(_ commit: Commit) {
        switch consume self {
        case .json(var format):
            format.passed(commit)
            self = .json(format)
        case .cloudevents(var format):
            format.passed(commit)
            self = .cloudevents(format)
        case .debezium(var format):
            format.passed(commit)
            self = .debezium(format)
        case .wal2json(var format):
            format.passed(commit)
            self = .wal2json(format)
        }
    }

    @inline(__always)
    func append(_ row: borrowing RowView, at position: Position, to buffer: inout OutputBuffer) -> Int {
        switch self {
        case .json(let format): format.append(row, at: position, to: &buffer)
        case .cloudevents(let format): format.append(row, at: position, to: &buffer)
        case .debezium(let format): format.append(row, at: position, to: &buffer)
        case .wal2json(let format): format.append(row, at: position, to: &buffer)
        }
    }

    func append(
        _ truncate: Truncate, of table: borrowing TableView, _ bytes: Span<UInt8>, at position: Position,
        to buffer: inout OutputBuffer
    ) -> Int {
        switch self {
        case .json(let format): format.append(truncate, of: table, bytes, at: position, to: &buffer)
        case .cloudevents(let format): format.append(truncate, of: table, bytes, at: position, to: &buffer)
        case .debezium(let format): format.append(truncate, of: table, bytes, at: position, to: &buffer)
        case .wal2json(let format): format.append(truncate, of: table, bytes, at: position, to: &buffer)
        }
    }

    func append(
        _ message: LogicalMessage, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        switch self {
        case .json(let format): format.append(message, bytes, at: position, to: &buffer)
        case .cloudevents(let format): format.append(message, bytes, at: position, to: &buffer)
        case .debezium(let format): format.append(message, bytes, at: position, to: &buffer)
        case .wal2json(let format): format.append(message, bytes, at: position, to: &buffer)
        }
    }

    func append(
        _ change: DefinitionChange, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        switch self {
        case .json(let format): format.append(change, bytes, at: position, to: &buffer)
        case .cloudevents(let format): format.append(change, bytes, at: position, to: &buffer)
        case .debezium(let format): format.append(change, bytes, at: position, to: &buffer)
        case .wal2json(let format): format.append(change, bytes, at: position, to: &buffer)
        }
    }

    func append(_ event: ChannelEvent, at position: Position, to buffer: inout OutputBuffer) -> Int {
        switch self {
        case .json(let format): format.append(event, at: position, to: &buffer)
        case .cloudevents(let format): format.append(event, at: position, to: &buffer)
        case .debezium(let format): format.append(event, at: position, to: &buffer)
        case .wal2json(let format): format.append(event, at: position, to: &buffer)
        }
    }

    func appendBegin(at position: Position, to buffer: inout OutputBuffer) -> Int {
        switch self {
        case .json(let format): format.appendBegin(at: position, to: &buffer)
        case .cloudevents(let format): format.appendBegin(at: position, to: &buffer)
        case .debezium(let format): format.appendBegin(at: position, to: &buffer)
        case .wal2json(let format): format.appendBegin(at: position, to: &buffer)
        }
    }

    func appendCommit(at position: Position, to buffer: inout OutputBuffer) -> Int {
        switch self {
        case .json(let format): format.appendCommit(at: position, to: &buffer)
        case .cloudevents(let format): format.appendCommit(at: position, to: &buffer)
        case .debezium(let format): format.appendCommit(at: position, to: &buffer)
        case .wal2json(let format): format.appendCommit(at: position, to: &buffer)
        }
    }

    func appendSchema(
        of table: borrowing TableView, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        switch self {
        case .json(let format): format.appendSchema(of: table, at: position, to: &buffer)
        case .cloudevents(let format): format.appendSchema(of: table, at: position, to: &buffer)
        case .debezium(let format): format.appendSchema(of: table, at: position, to: &buffer)
        case .wal2json(let format): format.appendSchema(of: table, at: position, to: &buffer)
        }
    }
}
