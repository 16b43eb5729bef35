@testable import Replication
import Testing

@Suite("Every message decodes to exactly what it says")
struct MessageDecoderTests {
    private let lsn = LSN(0x16_B374_D848)

    @Test func begin() throws {
        let time = Timestamp(microseconds: -1)
        let decoded = try Decoded(MessageBuilder.begin(commit: lsn, at: time, xid: .max))
        #expect(
            decoded.value as? Begin
                == Begin(commitLSN: lsn, committedAt: time, xid: TransactionID(.max)))
    }

    @Test func commit() throws {
        let end = LSN(.max)
        let decoded = try Decoded(MessageBuilder.commit(lsn, end: end))
        #expect(
            decoded.value as? Commit
                == Commit(commitLSN: lsn, endLSN: end, committedAt: MessageBuilder.sampleTime))
    }

    @Test(arguments: ["upstream", "", "naïve \u{1F4E6}"])
    func origin(name: String) throws {
        let decoded = try Decoded(MessageBuilder.origin(commit: LSN(0xABCDEF), name))
        #expect(decoded.value as? Origin == Origin(commitLSN: LSN(0xABCDEF), name: name))
    }

    @Test(arguments: [ReplicaIdentity.default, .nothing, .full, .index])
    func relation(identity: ReplicaIdentity) throws {
        let relation = Relation(
            oid: OID(.max), schema: "Sché\"ma", name: "a.b", replicaIdentity: identity,
            columns: [
                RelationColumn(name: "Clé", type: OID(25), isKey: true),
                RelationColumn(name: "x y", type: OID(1043), typeModifier: 14),
            ])
        #expect(try Decoded(MessageBuilder.relation(relation)).value as? Relation == relation)
    }

    @Test("a schema that the wire leaves empty is pg_catalog")
    func emptySchema() throws {
        let type = try Decoded(MessageBuilder.type(16_384, schema: "pg_catalog", "int4"))
        #expect(type.value as? TypeName == TypeName(oid: OID(16_384), schema: "pg_catalog", name: "int4"))
        let relation = Relation(oid: OID(1), schema: "pg_catalog", name: "t", columns: [])
        #expect(try Decoded(MessageBuilder.relation(relation)).value as? Relation == relation)
    }

    @Test func type() throws {
        let decoded = try Decoded(MessageBuilder.type(16_384, schema: "public", "mood"))
        #expect(decoded.value as? TypeName == TypeName(oid: OID(16_384), schema: "public", name: "mood"))
    }

    @Test("a name that is not UTF-8 is repaired")
    func damagedName() throws {
        var message = MessageBuilder("Y")
        message.uint32(7)
        message.uint8(0xFF)
        message.string("")
        message.string("t")
        #expect(
            try Decoded(message.bytes).value as? TypeName
                == TypeName(oid: OID(7), schema: "\u{FFFD}", name: "t"))
    }

    @Test("an insert has columns of all four kinds, and text may be empty or hold any byte")
    func insert() throws {
        let row: [WireValue] = [nil, .unchanged, "42", .binary([0, 0xFF]), "", .text([0, 0x0A, 0xC3])]
        let decoded = try Decoded(MessageBuilder.insert(16_393, row))
        #expect(
            decoded.value as? RowChange == RowChange(kind: .insert, relation: OID(16_393), old: .none))
        #expect(decoded.newRow == row)
    }

    @Test("an update comes alone, with its old key, or with its old row")
    func update() throws {
        let (old, new): ([WireValue], [WireValue]) = (["1", nil, .unchanged], ["2", .unchanged, "é"])
        let plain = try Decoded(MessageBuilder.update(7, new))
        #expect(plain.value as? RowChange == RowChange(kind: .update, relation: OID(7), old: .none))
        #expect(plain.newRow == new)
        let keyed = try Decoded(MessageBuilder.update(7, key: old, new))
        #expect(keyed.value as? RowChange == RowChange(kind: .update, relation: OID(7), old: .key))
        #expect(keyed.oldRow == old)
        #expect(keyed.newRow == new)
        let full = try Decoded(MessageBuilder.update(7, old: old, new))
        #expect(full.value as? RowChange == RowChange(kind: .update, relation: OID(7), old: .row))
        #expect(full.oldRow == old)
        #expect(full.newRow == new)
    }

    @Test("a delete brings the old key or the old row")
    func delete() throws {
        let keyed = try Decoded(MessageBuilder.delete(7, key: ["1", nil]))
        #expect(keyed.value as? RowChange == RowChange(kind: .delete, relation: OID(7), old: .key))
        #expect(keyed.oldRow == ["1", nil])
        let full = try Decoded(MessageBuilder.delete(7, old: ["1", "x"]))
        #expect(full.value as? RowChange == RowChange(kind: .delete, relation: OID(7), old: .row))
        #expect(full.oldRow == ["1", "x"])
    }

    @Test("a decoder is used for many rows: nothing of one is left in the next")
    func reuse() throws {
        var decoder = MessageDecoder()
        let wide = MessageBuilder.update(7, old: ["1", .binary([1]), nil], ["1", .binary([1]), "x"])
        _ = try decoder.decode(wide.span)
        #expect(decoder.newTuple.hasBinaryValue && decoder.oldTuple.hasBinaryValue)
        _ = try decoder.decode(MessageBuilder.update(7, old: ["2"], ["3"]).span)
        #expect(decoder.newTuple.columns.map(\.kind) == [.text])
        #expect(decoder.oldTuple.columns.map(\.kind) == [.text])
        #expect(!decoder.newTuple.hasBinaryValue && !decoder.oldTuple.hasBinaryValue)
    }

    @Test(arguments: [false, true], [false, true])
    func truncate(cascade: Bool, restartIdentity: Bool) throws {
        for relations: [UInt32] in [[], [1], [3, .max, 2]] {
            let decoded = try Decoded(
                MessageBuilder.truncate(relations, cascade: cascade, restartIdentity: restartIdentity))
            #expect(
                decoded.value as? Truncate
                    == Truncate(
                        relations: relations.map { OID($0) }, isCascade: cascade,
                        restartsIdentity: restartIdentity))
        }
    }

    @Test("the content of a logical message is any bytes at all", arguments: [false, true])
    func message(isTransactional: Bool) throws {
        for content: [UInt8] in [[], [0, 0xFF, 0], Array("{}".utf8)] {
            let bytes = MessageBuilder.xLogData(
                MessageBuilder.message("pré", content, isTransactional: isTransactional, lsn: lsn))
            let message = try #require(try Decoded(copyData: bytes).value as? LogicalMessage)
            #expect(message.isTransactional == isTransactional)
            #expect(message.lsn == lsn)
            #expect(Array(bytes[message.prefix]) == Array("pré".utf8))
            #expect(Array(bytes[message.content]) == content)
        }
    }

    @Test("a row's kind and relation can be told without decoding it, and nothing else has one")
    func peek() {
        for (message, kind, relation): ([UInt8], RowChange.Kind?, OID?) in [
            (MessageBuilder.insert(7, []), .insert, OID(7)),
            (MessageBuilder.update(0xFFFE_FDFC, ["1"]), .update, OID(0xFFFE_FDFC)),
            (MessageBuilder.delete(9, key: ["1"]), .delete, OID(9)),
            (MessageBuilder.truncate([7]), nil, nil),
            (MessageBuilder.begin(commit: lsn), nil, nil),
            (Array(MessageBuilder.insert(7, []).prefix(4)), nil, nil),
        ] {
            let bytes = MessageBuilder.xLogData(message)
            let peeked = RowChange.peek(bytes.span, at: 25)
            #expect(peeked?.kind == kind)
            #expect(peeked?.relation == relation)
        }
        let headerOnly = MessageBuilder.xLogData([])
        let peeked = RowChange.peek(headerOnly.span, at: 25)
        #expect(peeked == nil)
    }
}
