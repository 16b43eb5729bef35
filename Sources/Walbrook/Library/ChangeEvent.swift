public import FoundationEssentials
internal import Replication

/// One thing that happened in the database, as `walbrook stream` writes it to a line.
///
/// See "Logical Replication" in the PostgreSQL manual.
public struct ChangeEvent: Sendable {
    /// What happened. More kinds may come.
    public struct Kind: RawRepresentable, Hashable, Sendable {
        /// The word in the events' lines.
        public let rawValue: String

        /// A kind by its word.
        public init(rawValue: String) {
            self.rawValue = rawValue
        }

        /// A new row.
        public static let insert = Kind(rawValue: "insert")
        /// A changed row.
        public static let update = Kind(rawValue: "update")
        /// A row that is gone.
        public static let delete = Kind(rawValue: "delete")
        /// A table was emptied; one event for each table.
        public static let truncate = Kind(rawValue: "truncate")
        /// An application wrote a logical message, with `pg_logical_emit_message`.
        public static let message = Kind(rawValue: "message")
        /// DDL, if `sql/ddl_events.sql` is installed.
        public static let ddl = Kind(rawValue: "ddl")
        /// The first event of a transaction.
        public static let begin = Kind(rawValue: "begin")
        /// The last event of a transaction.
        public static let commit = Kind(rawValue: "commit")
        /// What a table looks like from here on.
        public static let schema = Kind(rawValue: "schema")
    }

    /// What an application wrote to the log with `pg_logical_emit_message`.
    public struct Message: Hashable, Sendable {
        /// Whom it is for, as the application says.
        public var prefix: String
        /// Whether it belongs to a transaction, and came because that committed.
        public var isTransactional: Bool
        /// Any bytes; a JSON object or array as the application wrote it, with line breaks as blanks.
        public var content: [UInt8]
    }

    /// Names this event for ever.
    public let position: EventPosition
    /// What happened.
    public let kind: Kind
    /// The transaction, in 32 bits without the epoch; nil outside of one.
    public let transactionID: UInt32?
    /// When the transaction committed, in microseconds of the server's clock; nil outside of one.
    public let time: Date?
    /// The table; nil for an event of none.
    public let table: TableDefinition?
    /// The columns of the replica identity (under REPLICA IDENTITY FULL, of the primary key) after the change, of a
    /// deleted row before it.
    public let key: Row?
    /// What the server sent of the row before the change: all of it under REPLICA IDENTITY FULL, else the key of a
    /// deleted row, or of one whose key changed.
    public let before: Row?
    /// The row after the change.
    public let after: Row?
    /// Columns that are not in `after`, because their TOASTed value did not change and was not sent.
    public let unchangedColumns: [String]
    /// The replication origin that the change came from; nil for this server.
    public let origin: String?
    /// Of a `message`.
    public let message: Message?
    /// The event as a line of JSON, without the line feed: everything that is known of it.
    public let json: String

    private let queue: EventQueue

    /// Says that this event and all before it are done: the server need not send them again. It learns of it within a
    /// second; what it has not learned by the end of the program comes again.
    public func acknowledge() {
        queue.acknowledge(position.position)
    }

    /// - Parameter tables: the latest definition of each table.
    /// - Returns: nil for a line that has no position.
    init?(line: [UInt8], tables: [TableName: TableDefinition], queue: EventQueue) {
        let slice = JSONSlice(line)
        let members = slice.membersByName
        guard let position = members["pos"]?.string.flatMap({ EventPosition($0) }),
            let kind = members["op"]?.string
        else { return nil }
        self.position = position
        self.kind = Kind(rawValue: kind)
        self.queue = queue
        json = slice.text
        transactionID = members["xid"].flatMap { UInt32($0.text) }
        time = members["ts"]?.string.flatMap { Date(walbrook: $0) }
        origin = members["origin"]?.string
        unchangedColumns = (members["unchanged"]?.elements ?? []).compactMap(\.string)
        let table = TableName(members).map {
            tables[$0] ?? TableDefinition(schema: $0.schema, name: $0.table)
        }
        self.table = table
        key = Row(members["key"], of: table)
        before = Row(members["before"], of: table, jsonNulls: members["json_null_before"])
        after = Row(members["after"], of: table, jsonNulls: members["json_null"])
        message = kind == "message" ? Message(members) : nil
    }
}

extension ChangeEvent: CustomStringConvertible {
    /// Kind, table and position; no values, which do not belong in logs.
    public var description: String {
        let name = table.map { " \($0.schema).\($0.name)" } ?? ""
        return "\(kind.rawValue)\(name) at \(position)"
    }
}

/// A table's name, to find its definition by; compared as PostgreSQL does, byte by byte.
struct TableName: Hashable {
    let schema: String
    let table: String

    /// Nil for an event of no table.
    init?(_ event: [String: JSONSlice]) {
        guard let schema = event["schema"]?.string, let table = event["table"]?.string else { return nil }
        self.schema = schema
        self.table = table
    }

    static func == (left: TableName, right: TableName) -> Bool {
        left.schema.isSameName(as: right.schema) && left.table.isSameName(as: right.table)
    }
}

extension ChangeEvent.Message {
    fileprivate init(_ event: [String: JSONSlice]) {
        prefix = event["prefix"]?.string ?? ""
        isTransactional = event["transactional"]?.boolean ?? false
        if let bytes = event["content_base64"]?.string.flatMap({ Data(base64Encoded: $0) }) {
            content = Array(bytes)
        } else {
            let value = event["content"]
            content = Array((value?.string ?? value?.text ?? "").utf8)
        }
    }
}

extension Row {
    fileprivate init?(_ object: JSONSlice?, of table: TableDefinition?, jsonNulls: JSONSlice? = nil) {
        guard let object, let table else { return nil }
        self.init(object, of: table, jsonNulls: (jsonNulls?.elements ?? []).compactMap(\.string))
    }
}
