import TestSupport
import Testing

/// One record's value.
struct DebeziumRecord: Sendable {
    var value: JSONValue

    /// - Parameter key: where in a line the value is; by default it is the line.
    static func all(_ lines: [String], in key: String? = nil) throws -> [DebeziumRecord] {
        try lines.compactMap { line in
            let whole = try JSONValue(line)
            let value = key.map { whole[$0] ?? .null } ?? whole
            return value == .null ? nil : DebeziumRecord(value: value)
        }
    }

    var table: String? { value["source"]?["table"]?.text }
    var op: String? { value["op"]?.text }

    /// Without what is another in every run, after it was checked as far as it can be.
    func normalised(database: String) throws -> DebeziumRecord {
        var value = value
        try Self.checkTimes(value)
        for key in ["ts_ms", "ts_us", "ts_ns"] { value[key] = .number("0") }
        guard var source = value["source"] else { return DebeziumRecord(value: value) }
        try Self.checkTimes(source)
        #expect(source["db"] == .string(database))
        for key in ["ts_ms", "ts_us", "ts_ns"] { source[key] = .number("0") }
        for key in ["version", "db"] { source[key] = .string("") }
        value["source"] = source
        return DebeziumRecord(value: value)
    }

    /// The three times of a record are one, cut off; of a message before all transactions it has nanoseconds.
    private static func checkTimes(_ value: JSONValue) throws {
        guard let coarse = value["ts_ms"]?.text, let fine = value["ts_us"]?.text,
            let finest = value["ts_ns"]?.text
        else { return }
        #expect(fine.dropLast(3) == coarse)
        #expect(finest.dropLast(3) == fine)
        #expect(coarse.count == 13)
    }
}

/// Gives log positions and transaction ids names in the order of their first appearance, so that it still counts which
/// of them are equal. Starts of records, their ends, which a message has, and ends of commits are named apart: whether
/// the server writes a record of its own in between is its own business.
struct DebeziumNames {
    private var names: [String: String] = [:]

    mutating func rename(_ record: inout DebeziumRecord) throws {
        try renameTransaction(&record.value)
        guard var source = record.value["source"] else { return }
        let kind = record.op == "m" ? "end" : "start"
        if let lsn = source["lsn"]?.text { source["lsn"] = .string(name(lsn, kind)) }
        if case .number(let xid)? = source["txId"] { source["txId"] = .string(name(xid, "xid")) }
        guard let sequence = source["sequence"]?.text, case .array(let pair) = try JSONValue(sequence),
            pair.count == 2, let own = pair[1].text
        else { throw TestFailure("no sequence in \(source)") }
        // A message outside of transactions is its own predecessor.
        let last = pair[0].text.map { name($0, $0 == own && kind == "end" ? kind : "commit") } ?? "null"
        source["sequence"] = .string("\(last) \(name(own, kind))")
        record.value["source"] = source
    }

    /// Of a transaction's `id` only the part in front of the colon is the same in all records of Debezium.
    private mutating func renameTransaction(_ value: inout JSONValue) throws {
        if var transaction = value["transaction"], transaction["id"] != nil {
            try renameTransaction(&transaction)
            value["transaction"] = transaction
        }
        guard let id = value["id"]?.text else { return }
        guard let colon = id.firstIndex(of: ":") else { throw TestFailure("the transaction's id is \(id)") }
        value["id"] = .string(name(String(id[..<colon]), "xid") + id[colon...])
    }

    private mutating func name(_ number: String, _ kind: String) -> String {
        let key = "\(kind) \(number)"
        if let name = names[key] { return name }
        let name = "\(kind) \(names.keys.count { $0.hasPrefix(kind) })"
        names[key] = name
        return name
    }
}

/// What the catalog says of columns.
struct DebeziumColumns {
    struct Column {
        /// As `format_type` prints it, without modifiers.
        var type: String
        var isRequired: Bool
        var hasDefault: Bool
        var isKey: Bool
    }

    private var columns: [String: Column] = [:]

    init(_ database: TestDatabase) throws {
        let rows = try database.psql(
            """
            SET quote_all_identifiers = off;
            SELECT concat_ws(E'\\x1f', relname, attname, format_type(atttypid, NULL), attnotnull, atthasdef,
                             coalesce(attnum = ANY (indkey), false)) || E'\\x1e'
              FROM pg_catalog.pg_attribute JOIN pg_catalog.pg_class c ON c.oid = attrelid
              LEFT JOIN pg_catalog.pg_index ON indrelid = c.oid AND indisprimary
             WHERE attnum > 0 AND relkind IN ('r', 'p') AND c.oid >= 16384
            """)
        for row in rows.split(separator: "\u{1E}") {
            let fields = row.drop { $0 == "\n" }.split(separator: "\u{1F}", omittingEmptySubsequences: false)
            guard fields.count == 6 else { continue }
            columns["\(fields[0])\u{1F}\(fields[1])"] = Column(
                type: String(fields[2]), isRequired: fields[3] == "t", hasDefault: fields[4] == "t",
                isKey: fields[5] == "t")
        }
    }

    subscript(table: String, column: String) -> Column? {
        columns["\(table)\u{1F}\(column)"]
    }

    func hasKey(ofType types: Set<String>, _ table: String) -> Bool {
        columns.contains {
            $0.key.hasPrefix("\(table)\u{1F}") && $0.value.isKey && types.contains($0.value.type)
        }
    }
}
