import Replication
import Testing

@Suite("What a real server sent is understood, and the builder builds the same")
struct RecordedMessageTests {
    private func decoded(_ recording: [RecordedMessage]) throws -> [Decoded] {
        try recording.map { try Decoded(copyData: $0.copyData) }
    }

    @Test func everythingDecodes() throws {
        let kinds = RecordedMessage.changes.map { String(decoding: $0.payload.prefix(1), as: UTF8.self) }
        #expect(kinds.joined() == "BYYRIUUDCBRIUDCBRIUCMBMCBOICBYYRRTC")
        #expect(try decoded(RecordedMessage.changes).count == 35)
        #expect(try decoded(RecordedMessage.everyType).count == 5)
    }

    @Test("the builder's bytes are the server's")
    func builder() throws {
        let recorded = RecordedMessage.changes.map(\.payload)
        let person = Relation(
            oid: OID(0x4037), schema: "public", name: "person",
            columns: [
                RelationColumn(name: "id", type: OID(23), isKey: true),
                RelationColumn(name: "name", type: OID(25)),
                RelationColumn(name: "score", type: OID(0x4030)),
                RelationColumn(name: "mood", type: OID(0x4033)),
                RelationColumn(name: "doc", type: OID(3802)),
                RelationColumn(name: "note", type: OID(25)),
            ])
        let time = Timestamp(microseconds: 0x0003_03F6_9953_C4C2)
        let (commit, end) = (LSN(0x0197_4390), LSN(0x0197_43C0))
        let filler = [WireValue](repeating: nil, count: 5)
        let built: [[UInt8]] = [
            MessageBuilder.begin(commit: commit, at: time, xid: 757),
            MessageBuilder.type(0x4030, schema: "pg_catalog", "int4"),
            MessageBuilder.type(0x4033, schema: "public", "mood"),
            MessageBuilder.relation(person),
            MessageBuilder.insert(0x4037, ["2", nil, nil, nil, "null", "short"]),
            MessageBuilder.update(
                0x4037, ["1", "Ada L.", "7", "ok", "{\"a\": [1, null]}", .unchanged]),
            MessageBuilder.update(
                0x4037, key: ["2"] + filler, ["3", nil, nil, nil, "null", "short"]),
            MessageBuilder.delete(0x4037, key: ["3"] + filler),
            MessageBuilder.commit(commit, end: end, at: time),
        ]
        #expect(built == Array(recorded.prefix(built.count)))
        #expect(recorded.contains(MessageBuilder.update(0x403E, old: ["1", "line\nbreak"], ["1", nil])))
        #expect(recorded.contains(MessageBuilder.delete(0x403E, old: ["1", nil])))
        #expect(recorded.contains(MessageBuilder.origin(commit: LSN(0xABCDEF), "upstream")))
        #expect(
            recorded.contains(
                MessageBuilder.truncate([0x4037, 0x4043], cascade: true, restartIdentity: true)))
        #expect(
            recorded.contains(
                MessageBuilder.message("note", "{\"b\":1}", isTransactional: false, lsn: LSN(0x0197_4728))))
        #expect(
            recorded.contains(
                MessageBuilder.message("note", [0, 0xFF], isTransactional: true, lsn: LSN(0x0197_4768))))
    }

    @Test("identifiers come through whole")
    func identifiers() throws {
        let relation = try #require(
            try decoded(RecordedMessage.changes).compactMap { $0.value as? Relation }.first {
                $0.schema == "Schéma"
            })
        #expect(relation.name == "we\"ird.\u{1F4E6}")
        #expect(relation.replicaIdentity == .index)
        #expect(relation.columns.map(\.name) == ["Clé", "x y"])
        #expect(relation.columns.map(\.isKey) == [true, false])
        #expect(relation.columns[1].typeModifier == 14)
    }

    @Test("a transaction's commit time is what the server says it is")
    func commitTime() throws {
        let begins = try decoded(RecordedMessage.changes).compactMap { $0.value as? Begin }
        // pg_replication_origin_xact_setup stated this one.
        #expect(begins.contains { $0.committedAt.description == "2026-01-02T03:04:05.000000Z" })
    }
}
