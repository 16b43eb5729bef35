import TestSupport
import Testing

/// Compares records in pairs, and finds for each difference the departure that explains it.
struct DebeziumComparison {
    let columns: DebeziumColumns
    let isStrict: Bool
    /// The departures that were seen.
    private(set) var departures: Set<DebeziumDepartures> = []

    init(columns: DebeziumColumns, isStrict: Bool) {
        self.columns = columns
        self.isStrict = isStrict
    }

    /// Where two records differ; nil for what one of them does not have.
    struct Difference {
        var record: DebeziumRecord
        var path: [String]
        var golden: JSONValue?
        var own: JSONValue?
        var column: DebeziumColumns.Column?

        var side: String? { path.first }
        var isWhole: Bool { path.count == 2 }
    }

    mutating func compare(golden: [DebeziumRecord], own: [DebeziumRecord]) throws {
        var (golden, own) = (golden[...], own[...])
        var (goldenNames, ownNames) = (DebeziumNames(), DebeziumNames())
        while var left = golden.popFirst(), var right = own.popFirst() {
            // The connector does not see a change of a key that it leaves out.
            if left.op == "u", right.op == "d", !isStrict, let table = left.table,
                columns.hasKey(ofType: ["pg_lsn"], table), let created = own.popFirst()
            {
                departures.insert(.droppedTypes)
                right.value["after"] = created.value["after"]
                right.value["op"] = left.value["op"]
            }
            try goldenNames.rename(&left)
            try ownNames.rename(&right)
            compare(left.value, right.value, path: [], of: left)
        }
        #expect(golden.isEmpty, "records that are missing")
        #expect(own.isEmpty, "records that are too many")
    }

    private mutating func compare(
        _ golden: JSONValue?, _ own: JSONValue?, path: [String], of record: DebeziumRecord
    ) {
        if golden == own { return }
        var difference = Difference(record: record, path: path, golden: golden, own: own)
        if path.count >= 2, let table = record.table { difference.column = columns[table, path[1]] }
        if let departure = DebeziumDepartures.explaining(difference, isStrict: isStrict) {
            departures.insert(departure)
        } else if case .object(let left)? = golden, case .object(let right)? = own {
            let names = left.map(\.name)
            // Of the columns that both have, the order counts as well.
            if names != right.map(\.name).filter({ names.contains($0) }) { fail(difference) }
            for name in names + right.map(\.name).filter({ !names.contains($0) }) {
                compare(golden?[name], own?[name], path: path + [name], of: record)
            }
        } else if case .array(let left)? = golden, case .array(let right)? = own, left.count == right.count {
            for (index, pair) in zip(left, right).enumerated() {
                compare(pair.0, pair.1, path: path + ["\(index)"], of: record)
            }
        } else {
            fail(difference)
        }
    }

    private func fail(_ difference: Difference) {
        func text(_ value: JSONValue?) -> String {
            value.map { String($0.description.prefix(300)) } ?? "nothing"
        }
        Issue.record(
            """
            \(difference.record.table ?? "") \(difference.record.op ?? "") \(difference.path.joined(separator: ".")) \
            (\(difference.column?.type ?? "")), strict: \(isStrict)
            Debezium \(text(difference.golden))
            Walbrook \(text(difference.own))
            """)
    }
}

/// The departures that show in the golden files; `DebeziumDeparture` tells of each.
enum DebeziumDepartures: String {
    case innerArrays, droppedTypes, names, vectors
    case arrayElements, inventedValues, defaultsForNull, longTimes, intervalDigits, hstoreOrder
    case transactionIDs, collections

    /// Which of them each file has, and which of those are left in strict output.
    static let expected: [String: [Set<DebeziumDepartures>]] = [
        "arrays": [
            [.innerArrays, .vectors, .arrayElements, .inventedValues], [.arrayElements, .inventedValues],
        ],
        "changes": [[.inventedValues], [.inventedValues]],
        "defaults": [[.names, .inventedValues, .defaultsForNull], [.inventedValues, .defaultsForNull]],
        "dropped": [[.droppedTypes], []],
        "messages": [[], []],
        "names": [[], []],
        "partitions": [[], []],
        "partitions_root": [[], []],
        "scalars": [
            [.names, .longTimes, .intervalDigits, .hstoreOrder], [.longTimes, .intervalDigits, .hstoreOrder],
        ],
        "toast": [[.inventedValues], [.inventedValues]],
        "transactions": [[.transactionIDs, .collections], [.transactionIDs, .collections]],
        "truncate": [[], []],
    ]

    static func explaining(_ difference: DebeziumComparison.Difference, isStrict: Bool) -> Self? {
        switch difference.side {
        case "before" where difference.path.count > 1, "after" where difference.path.count > 1:
            isStrict ? lost(difference) : lost(difference) ?? mended(difference)
        case "id" where difference.path == ["id"], "transaction" where difference.path.last == "id":
            hasEqualXID(difference) ? .transactionIDs : nil
        case "data_collections" where difference.path.count == 1:
            sorted(difference.golden) == sorted(difference.own) ? .collections : nil
        default: nil
        }
    }

    /// What strict output has in Debezium's form.
    private static func mended(_ difference: DebeziumComparison.Difference) -> Self? {
        let type = difference.column?.type ?? ""
        return switch (difference.golden, difference.own) {
        case (nil, .string?), (nil, .array?), (nil, .null?): difference.isWhole ? .droppedTypes : nil
        case (.null?, .array?): type.hasSuffix("[]") && !difference.isWhole ? .innerArrays : nil
        case (.null?, .string?), (.string("")?, .string?): type == "name" ? .names : nil
        case (.array([])?, .array?): type == "int2vector" || type == "oidvector" ? .vectors : nil
        default: nil
        }
    }

    /// What is in no output as Debezium has it.
    private static func lost(_ difference: DebeziumComparison.Difference) -> Self? {
        guard let column = difference.column, let golden = difference.golden else { return nil }
        switch (difference.own, golden) {
        case (.null?, _) where difference.isWhole:
            if difference.side == "before", column.isRequired || column.hasDefault { return .inventedValues }
            // A name that cannot be null is empty.
            if column.type == "name", column.isRequired { return .inventedValues }
            return column.hasDefault ? .defaultsForNull : nil
        case (.number(let own)?, .number(let other)):
            if column.type.hasPrefix("time") || column.type == "date[]" {
                if !difference.isWhole { return .arrayElements }
                return Int64(own) == nil ? .longTimes : nil
            }
            guard column.type == "interval", let exact = Int128(own), let nearly = Int128(other) else {
                return nil
            }
            if Int64(own) == nil { return .longTimes }
            return (exact - nearly).magnitude <= 1024 ? .intervalDigits : nil
        case (.string(let own)?, .string(let other)):
            if !difference.isWhole, column.type.hasPrefix("time") { return .arrayElements }
            guard column.type.hasSuffix("hstore") else { return nil }
            return members(own) == members(other) ? .hstoreOrder : nil
        default: return nil
        }
    }

    private static func members(_ object: String) -> Set<JSONValue.Member>? {
        guard case .object(let members)? = try? JSONValue(object) else { return nil }
        return Set(members)
    }

    private static func hasEqualXID(_ difference: DebeziumComparison.Difference) -> Bool {
        let ids = [difference.golden, difference.own].map { $0?.text?.split(separator: ":").first }
        return ids[0] == ids[1]
    }

    /// Without the addresses of objects.
    private static func sorted(_ collections: JSONValue?) -> [String]? {
        guard case .array(let counts)? = collections else { return nil }
        return counts.map { $0.description.replacing(/io\.debezium[^"]*/, with: "message") }.sorted()
    }
}
