import Replication

/// One CopyData message of every kind and every shape that the decoder tells apart.
struct SampleMessage: Sendable {
    let name: String
    let bytes: [UInt8]

    private init(_ name: String, _ bytes: [UInt8]) {
        self.name = name
        self.bytes = bytes
    }

    /// A message of pgoutput, wrapped in XLogData.
    private init(_ name: String, payload: [UInt8]) {
        self.init(name, MessageBuilder.xLogData(payload, lsn: LSN(0x16_B374_D848)))
    }

    static let relation = Relation(
        oid: OID(16_393), schema: "public", name: "person",
        columns: [
            RelationColumn(name: "id", type: OID(23), isKey: true),
            RelationColumn(name: "name", type: OID(1043), typeModifier: 24),
            RelationColumn(name: "document", type: OID(3802)),
            RelationColumn(name: "scores", type: OID(1007)),
        ])

    private static let row: [WireValue] = ["42", "Ada", nil, "{1,2,NULL}"]
    private static let key: [WireValue] = ["41", nil, nil, nil]

    static let all: [SampleMessage] = [
        SampleMessage("keepalive", MessageBuilder.keepalive(walEnd: LSN(0x16_B374_D848))),
        SampleMessage(
            "keepalive with reply", MessageBuilder.keepalive(walEnd: LSN(7), isReplyRequested: true)),
        SampleMessage("begin", payload: MessageBuilder.begin(commit: LSN(0x16_B374_D848))),
        SampleMessage("commit", payload: MessageBuilder.commit(LSN(0x16_B374_D848))),
        SampleMessage("origin", payload: MessageBuilder.origin(commit: LSN(0xABCDEF), "upstream")),
        SampleMessage("relation", payload: MessageBuilder.relation(relation)),
        SampleMessage(
            "relation without columns",
            payload: MessageBuilder.relation(
                Relation(
                    oid: OID(9), schema: "pg_catalog", name: "none", replicaIdentity: .nothing, columns: []))),
        SampleMessage("type", payload: MessageBuilder.type(16_384, schema: "public", "mood")),
        SampleMessage("insert", payload: MessageBuilder.insert(16_393, row)),
        SampleMessage("insert without columns", payload: MessageBuilder.insert(9, [])),
        SampleMessage(
            "insert with empty text", payload: MessageBuilder.insert(16_393, ["1", "", nil, "{}"])),
        SampleMessage(
            "update",
            payload: MessageBuilder.update(16_393, ["42", "Ada L.", .unchanged, .binary([0, 1, 0xFF])])),
        SampleMessage("update with key", payload: MessageBuilder.update(16_393, key: key, row)),
        SampleMessage(
            "update with old row",
            payload: MessageBuilder.update(16_393, old: ["41", "Old", .unchanged, nil], row)),
        SampleMessage("delete by key", payload: MessageBuilder.delete(16_393, key: key)),
        SampleMessage("delete of a row", payload: MessageBuilder.delete(16_393, old: row)),
        SampleMessage("truncate", payload: MessageBuilder.truncate([16_393])),
        SampleMessage(
            "truncate of three",
            payload: MessageBuilder.truncate([16_393, 9, 7], cascade: true, restartIdentity: true)),
        SampleMessage(
            "transactional message",
            payload: MessageBuilder.message(
                "audit", "{\"user\": \"ada\"}", isTransactional: true, lsn: LSN(0x16_B374_D800))),
        SampleMessage(
            "message of its own",
            payload: MessageBuilder.message("", [0, 0xFF], isTransactional: false, lsn: LSN(8))),
    ]
}

extension SampleMessage: CustomStringConvertible {
    var description: String { name }
}
