import Foundation
import Replication
import Transformer

/// What `--format debezium` writes of one transaction, record by record.
struct DebeziumStream {
    var options = TransformerOptions()
    var catalog: [OID: CatalogFacts] = [:]

    init(isStrict: Bool = false, includesTransactions: Bool = false) {
        options.format = .debezium
        options.debezium.name = "shop"
        options.debezium.isStrict = isStrict
        options.includesTransactions = includesTransactions
    }

    /// Sends the messages between a Begin and a Commit at 0/100, each at an LSN of its own, and returns every line.
    func lines(_ messages: [[UInt8]]) throws -> [String] {
        var stream = start()
        try stream.receive(MessageBuilder.begin(commit: LSN(0x100)))
        try Self.send(messages, to: &stream)
        try stream.receive(MessageBuilder.commit(LSN(0x100)))
        return stream.buffer.text.split(separator: "\n").map { String($0) }
    }

    /// A stream from a database named db.
    func start() -> EventStream {
        var stream = EventStream(options: options, catalog: catalog)
        stream.streamStarts(
            StreamSource(systemIdentifier: "7", timeline: 1, database: "db", slot: "walbrook"))
        return stream
    }

    /// The first of them is at LSN 10, the second at 20.
    static func send(_ messages: [[UInt8]], to stream: inout EventStream) throws {
        for (index, message) in messages.enumerated() {
            try stream.receive(
                copyData: MessageBuilder.xLogData(
                    message, lsn: LSN(UInt64(10 * (index + 1))), sentAt: Timestamp(microseconds: 1_000_000)))
        }
    }

    /// The records without what follows their rows, but for `op`: `c null {"id":1}`.
    func rows(_ messages: [[UInt8]]) throws -> [String] {
        let record = /\{"before":(.*),"after":(.*),"source":\{.*\},"transaction":null,"op":"(.)",.*/
        return try lines(messages).map { line in
            guard let found = line.wholeMatch(of: record) else { return line }
            return "\(found.3) \(found.1) \(found.2)"
        }
    }

    /// What a value becomes, as PostgreSQL prints it, in a column of a type with a modifier.
    func value(_ text: String, _ type: UInt32, modifier: Int32 = -1) throws -> String {
        try value(WireValue.text(Array(text.utf8)), type, modifier: modifier)
    }

    func value(_ value: WireValue, _ type: UInt32, modifier: Int32 = -1) throws -> String {
        let column = RelationColumn(name: "v", type: OID(type), typeModifier: modifier)
        let rows = try rows([
            MessageBuilder.relation(.table([column])), MessageBuilder.insert(1, [value]),
        ])
        let label = "c null {\"v\":"
        guard rows.count == 1, rows[0].hasPrefix(label) else { return rows.joined(separator: "\n") }
        return String(rows[0].dropFirst(label.count).dropLast())
    }
}
