import Replication
import Testing
import Transformer

@Suite("Every Relation message replaces what was known of that relation")
struct RelationTests {
    @Test("repeated without a change, nothing changes")
    func repeated() throws {
        let relation = MessageBuilder.relation(.table([.key("id")]))
        let lines = try Transaction().rows([
            relation, MessageBuilder.insert(1, ["1"]), relation, relation, MessageBuilder.insert(1, ["2"]),
        ])
        #expect(
            lines == """
                2 insert,"key":{"id":1},"after":{"id":1}}
                3 insert,"key":{"id":2},"after":{"id":2}}
                """)
    }

    @Test("columns come, go, are renamed and change their type; identity and name change")
    func changed() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table([.key("id"), .plain("a")])),
            MessageBuilder.insert(1, ["1", "7"]),
            MessageBuilder.relation(.table([.key("id"), .plain("b", 23)])),
            MessageBuilder.insert(1, ["1", "7"]),
            MessageBuilder.relation(.table([.plain("id", 23), .key("b", 23), .plain("c", 16)])),
            MessageBuilder.update(1, key: [nil, "7", nil], ["1", "8", "t"]),
            MessageBuilder.relation(.table(identity: .full, [.key("c", 16)])),
            MessageBuilder.update(1, old: ["t"], ["f"]),
            MessageBuilder.relation(.table(identity: .nothing, name: "u", [.plain("c", 16)])),
            MessageBuilder.insert(1, ["t"]),
        ])
        #expect(
            lines == #"""
                2 insert,"key":{"id":1},"after":{"id":1,"a":"7"}}
                3 insert,"key":{"id":1},"after":{"id":1,"b":7}}
                4 update,"key":{"b":8},"before":{"b":7},"after":{"id":1,"b":8,"c":true}}
                5 update,"before":{"c":true},"after":{"c":false}}
                {"pos":"00000000/00000100-00000006","op":"insert","xid":741,\#
                "ts":"2026-11-23T13:30:00.123456Z","schema":"public","table":"u","after":{"c":true}}
                """#)
    }

    @Test("a domain's base type is what its last Type message says")
    func changedDomain() throws {
        let relation = MessageBuilder.relation(.table([.plain("v", 90_000)]))
        let lines = try Transaction().rows([
            MessageBuilder.type(90_000, schema: "pg_catalog", "int4"), relation,
            MessageBuilder.insert(1, ["1"]),
            MessageBuilder.type(90_000, schema: "pg_catalog", "text"), relation,
            MessageBuilder.insert(1, ["1"]),
            MessageBuilder.type(90_000, schema: "public", "int4"), relation,
            MessageBuilder.insert(1, ["1"]),
        ])
        #expect(
            lines == """
                2 insert,"after":{"v":1}}
                3 insert,"after":{"v":"1"}}
                4 insert,"after":{"v":"1"}}
                """)
    }

    @Test("rows of many relations, in any order, find their own")
    func interleaved() throws {
        var stream = EventStream()
        try stream.receive(MessageBuilder.begin(commit: LSN(0x100)))
        var random = SplitMix64(seed: 9)
        let oids = (0..<200).map { _ in UInt32(truncatingIfNeeded: random.next()) }
        var described: [UInt32] = []
        for oid in oids {
            try stream.receive(
                MessageBuilder.relation(.table(oid: oid, name: "t\(oid)", [.key("c\(oid)", 25)])))
            described.append(oid)
            let other = described[random.below(described.count)]
            for relation in [oid, other, other, oid] {
                try stream.receive(MessageBuilder.insert(relation, ["x"]))
                let expected =
                    #","table":"t\#(relation)","key":{"c\#(relation)":"x"},"after":{"c\#(relation)":"x"}}"#
                #expect(stream.buffer.text.hasSuffix(expected + "\n"))
                stream.forgetLines()
            }
        }
    }

    /// Migrations add and drop columns all day long on a stream that runs for months.
    @Test("relations that change for ever do not grow for ever, and stay right")
    func changingForEver() throws {
        var stream = EventStream()
        try stream.receive(MessageBuilder.begin(commit: LSN(0x100)))
        try stream.receive(MessageBuilder.relation(.table(oid: 500, name: "still", [.key("still")])))
        for round in 0..<2000 {
            let oid = UInt32(round % 7)
            let columns = (0...3).map { RelationColumn.plain("c\(round)_\($0)") }
            try stream.receive(MessageBuilder.relation(.table(oid: oid, name: "t", columns)))
            for (relation, row, after) in [
                (
                    oid, ["a", "b", nil, "d"],
                    #"{"c\#(round)_0":"a","c\#(round)_1":"b","c\#(round)_2":null,"c\#(round)_3":"d"}"#
                ),
                (500, ["1"], #"{"still":1}"#),
            ] as [(UInt32, [WireValue], String)] {
                try stream.receive(MessageBuilder.insert(relation, row))
                #expect(stream.buffer.text.hasSuffix("\"after\":\(after)}\n"))
                stream.forgetLines()
            }
        }
    }

    @Test("a row of a relation that was never described, or that does not fit, stops the stream")
    func errors() throws {
        var stream = EventStream()
        try stream.receive(MessageBuilder.begin(commit: LSN(0x100)))
        try stream.receive(MessageBuilder.relation(.table(identity: .full, [.key("a"), .key("b")])))
        let unknown = SessionError.unknownRelation(OID(2), Position(lsn: LSN(0x100), ordinal: 2))
        expect(unknown, from: MessageBuilder.insert(2, ["1"]), in: &stream)
        expect(
            .unknownRelation(OID(2), Position(lsn: LSN(0x100), ordinal: 3)),
            from: MessageBuilder.truncate([2]), in: &stream)
        for row: [WireValue] in [[], ["1"], ["1", "2", "3"]] {
            var stream = EventStream()
            try stream.receive(MessageBuilder.begin(commit: LSN(0x100)))
            try stream.receive(MessageBuilder.relation(.table(identity: .full, [.key("a"), .key("b")])))
            let at = Position(lsn: LSN(0x100), ordinal: 2)
            let error = SessionError.columnCount(row.count, expected: 2, at)
            expect(error, from: MessageBuilder.insert(1, row), in: &stream)
        }
        let at = Position(lsn: LSN(0x100), ordinal: 4)
        expect(
            .columnCount(1, expected: 2, at), from: MessageBuilder.update(1, old: ["1"], ["1", "2"]),
            in: &stream)
        for message in [
            MessageBuilder.insert(1, ["1", .binary([0])]),
            MessageBuilder.update(1, old: [.binary([0]), "2"], ["1", "2"]),
            MessageBuilder.delete(1, old: ["1", .binary([])]),
        ] {
            let at = Position(lsn: LSN(0x100), ordinal: stream.session.position.ordinal + 1)
            expect(.binaryValue(at), from: message, in: &stream)
        }
        #expect(stream.buffer.text == "")
    }

    private func expect(_ error: SessionError, from message: [UInt8], in stream: inout EventStream) {
        do {
            try stream.receive(message)
            Issue.record("nothing was wrong with \(message)")
        } catch let found as SessionError {
            #expect(found == error)
        } catch {
            Issue.record("\(error)")
        }
    }
}
