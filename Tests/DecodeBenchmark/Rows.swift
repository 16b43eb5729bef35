import Replication
import Transformer

/// The tables of `scripts/bench` whose rows are recorded.
enum Rows: String, CaseIterable {
    /// Three small columns.
    case narrow
    /// Thirty columns of many types.
    case mixed
    /// Five columns, updated with REPLICA IDENTITY FULL.
    case full

    private static let mood: UInt32 = 16_400

    var relation: Relation {
        switch self {
        case .narrow:
            Relation(
                oid: OID(16_384), schema: "public", name: "narrow",
                columns: [
                    RelationColumn(name: "id", type: OID(20), isKey: true),
                    RelationColumn(name: "a", type: OID(23)), RelationColumn(name: "b", type: OID(25)),
                ])
        case .mixed:
            Relation(
                oid: OID(16_407), schema: "public", name: "mixed",
                columns: Self.mixedColumns.map { name, type in
                    RelationColumn(name: name, type: OID(type), isKey: name == "id")
                })
        case .full:
            Relation(
                oid: OID(16_420), schema: "public", name: "account", replicaIdentity: .full,
                columns: [
                    RelationColumn(name: "id", type: OID(20), isKey: true),
                    RelationColumn(name: "owner", type: OID(25), isKey: true),
                    RelationColumn(name: "balance", type: OID(1700), typeModifier: 917_510, isKey: true),
                    RelationColumn(name: "state", type: OID(25), isKey: true),
                    RelationColumn(name: "updated", type: OID(1184), isKey: true),
                ])
        }
    }

    /// Type messages that come in front of the relation.
    var types: [[UInt8]] {
        switch self {
        case .narrow, .full: []
        case .mixed: [MessageBuilder.type(Self.mood, schema: "public", "mood")]
        }
    }

    /// What the catalog says of the relation.
    var facts: CatalogFacts {
        switch self {
        case .narrow: CatalogFacts()
        case .mixed:
            CatalogFacts(types: [OID(Self.mood): TypeDescription(name: "mood", structure: .base)])
        case .full: CatalogFacts(primaryKey: ["id"])
        }
    }

    /// The change of row number `n`, from 1.
    func change(_ n: Int) -> [UInt8] {
        let oid = relation.oid.value
        return switch self {
        case .narrow: MessageBuilder.insert(oid, [text(n), text(n % 1000), text("row \(n)")])
        case .mixed: MessageBuilder.insert(oid, Self.mixedValues(n))
        case .full:
            MessageBuilder.update(
                oid, old: Self.account(n, balance: n, "2026-01-01 00:00:00+00"),
                Self.account(n, balance: n + 100, "2026-11-29 13:30:00.\(123_456 + n)+00"))
        }
    }

    private static func account(_ n: Int, balance: Int, _ updated: String) -> [WireValue] {
        [
            text(n), text("owner \(n)"), text("\(balance / 100).\(padded(balance % 100))"), "open",
            text(updated),
        ]
    }

    private static let mixedColumns: [(name: String, type: UInt32)] = [
        ("id", 20), ("small", 21), ("medium", 23), ("large", 20), ("fraction", 700), ("ratio", 701),
        ("price", 1700), ("rate", 1700), ("active", 16), ("deleted", 16), ("name", 25), ("email", 1043),
        ("code", 1042), ("note", 25), ("mood", mood), ("uid", 2950), ("born", 1082), ("opens", 1083),
        ("created", 1184), ("updated", 1184), ("planned", 1114), ("lasted", 1186), ("address", 869),
        ("profile", 3802), ("settings", 3802), ("tags", 1009), ("scores", 1007), ("amounts", 1231),
        ("span", 3904), ("raw", 17),
    ]

    /// As PostgreSQL prints what `scripts/bench.d/mixed.py` inserts.
    private static func mixedValues(_ n: Int) -> [WireValue] {
        let (minute, second) = (padded(n / 60 % 60), padded(n % 60))
        let digits = String(n, radix: 16)
        let digest = String((0..<32).map { Array("0123456789abcdef")[(n + 7 * $0) % 16] })
        let uuid = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(Array(digest)[$0]) }
        return [
            text(n), text(n % 30_000), text(n * 7), text(n * 1_000_000_007), text(Float(n) / 7),
            text(Double(n) / 3), text("\(n / 100).\(padded(n % 100))"), text("0.\(1_234_567_890 + n)"),
            text(n % 2 == 0 ? "t" : "f"), n % 3 > 0 ? "f" : nil, text("Customer \(n)"),
            text("customer.\(n)@mail.example"),
            text(String(repeating: "0", count: 8 - digits.count) + digits),
            n % 4 == 0 ? text("said \"no\"\nand left, at turn \(n)") : nil,
            text(["sad", "ok", "happy"][n % 3]),
            text(uuid.joined(separator: "-")), text("1990-\(padded(n % 12 + 1))-\(padded(n % 28 + 1))"),
            text("08:\(minute):\(second).37"), text("2026-01-01 00:\(minute):\(second).234567+00"),
            n % 2 == 0 ? "2026-06-01 12:00:00+00" : nil, text("2026-02-03 04:\(minute):06"),
            text("PT\(n / 60 % 60)M\(n % 60).5S"), text("10.0.\(n / 256).\(n % 256)"),
            text(#"{"plan": "basic", "tags": ["a", "b", \#(n % 10)], "visits": \#(n)}"#),
            n % 5 > 0 ? #"{"mail": false, "theme": "dark"}"# : nil,
            text("{red,\"light blue\",\"tag \(n % 100)\"}"),
            text("{\(n),\(n + 1),\(n % 10)}"), text("{\(n).2500000000000000,NULL,0.5}"),
            text("[\(n),\(n + 10))"), text("\\x" + digest),
        ]
    }

    private static func padded(_ number: Int) -> String {
        number < 10 ? "0\(number)" : String(number)
    }
}

private func text(_ value: some CustomStringConvertible) -> WireValue {
    .text(Array(value.description.utf8))
}
