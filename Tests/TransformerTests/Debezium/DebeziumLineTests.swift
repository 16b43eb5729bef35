import Replication
import Testing
import Transformer

@Suite("Debezium's records, key by key")
struct DebeziumLineTests {
    private static let person = Relation.table(name: "person", [.key("id"), .plain("name")])

    @Test("every kind of record, with the ends of transactions that came before in its sequence")
    func records() throws {
        var stream = DebeziumStream().start()
        try stream.receive(MessageBuilder.begin(commit: LSN(0x100), xid: 5))
        try stream.receive(MessageBuilder.relation(Self.person))
        try DebeziumStream.send([MessageBuilder.insert(1, ["1", "Ada"])], to: &stream)
        try stream.receive(MessageBuilder.commit(LSN(0x100), end: LSN(300)))
        try stream.receive(MessageBuilder.begin(commit: LSN(0x200), xid: 6))
        try stream.receive(MessageBuilder.origin(commit: LSN(7), "up\"stream"))
        try DebeziumStream.send(
            [
                MessageBuilder.update(1, ["1", "Eve"]), MessageBuilder.delete(1, key: ["1", nil]),
                MessageBuilder.truncate([1], cascade: true),
                MessageBuilder.message("a \"b\"", [0xFF, 0], isTransactional: true, lsn: LSN(41)),
            ], to: &stream)
        try stream.receive(MessageBuilder.commit(LSN(0x200), end: LSN(600)))
        try DebeziumStream.send(
            [MessageBuilder.message("m", "", isTransactional: false, lsn: LSN(700))], to: &stream)
        try stream.receive(MessageBuilder.begin(commit: LSN(0x300), xid: 7))
        try DebeziumStream.send([MessageBuilder.insert(1, ["2", nil])], to: &stream)

        let head = #""source":{"version":"0.1.0","connector":"postgresql","name":"shop""#
        let commit = #""ts_ms":1795440600123,"snapshot":"false","db":"db""#
        let times = #""ts_us":1795440600123456,"ts_ns":1795440600123456000"#
        let table = #""schema":"public","table":"person""#
        let sent = #""ts_ms":946684801000,"ts_us":946684801000000,"ts_ns":946684801000000000}"#
        let none = #""xmin":null,"origin":null,"origin_lsn":null}"#
        let origin = #""xmin":null,"origin":"up\"stream","origin_lsn":7}"#
        #expect(
            stream.buffer.text == #"""
                {"before":null,"after":{"id":1,"name":"Ada"},\#
                \#(head),\#(commit),"sequence":"[null,\"10\"]",\#(times),\#
                \#(table),"txId":5,"lsn":10,\#(none),"transaction":null,"op":"c",\#(sent)
                {"before":null,"after":{"id":1,"name":"Eve"},\#
                \#(head),\#(commit),"sequence":"[\"300\",\"10\"]",\#(times),\#
                \#(table),"txId":6,"lsn":10,\#(origin),"transaction":null,"op":"u",\#(sent)
                {"before":{"id":1,"name":null},"after":null,\#
                \#(head),\#(commit),"sequence":"[\"300\",\"20\"]",\#(times),\#
                \#(table),"txId":6,"lsn":20,\#(origin),"transaction":null,"op":"d",\#(sent)
                {"before":null,"after":null,\#
                \#(head),\#(commit),"sequence":"[\"300\",\"30\"]",\#(times),\#
                \#(table),"txId":6,"lsn":30,\#(origin),"transaction":null,"op":"t",\#(sent)
                {"op":"m","ts_ms":946684801000,\#
                \#(head),\#(commit),"sequence":"[\"300\",\"41\"]",\#(times),\#
                "schema":"","table":"","txId":6,"lsn":41,\#(origin),"transaction":null,\#
                "message":{"prefix":"a \"b\"","content":"/wA="}}
                {"op":"m","ts_ms":946684801000,\#
                \#(head),"ts_ms":946684801000,"snapshot":"false","db":"db","sequence":"[\"700\",\"700\"]",\#
                "ts_us":946684801000000,"ts_ns":946684801000000000,\#
                "schema":"","table":"","txId":null,"lsn":700,\#(none),"transaction":null,\#
                "message":{"prefix":"m","content":""}}
                {"before":null,"after":{"id":2,"name":null},\#
                \#(head),\#(commit),"sequence":"[\"700\",\"10\"]",\#(times),\#
                \#(table),"txId":7,"lsn":10,\#(none),"transaction":null,"op":"c",\#(sent)

                """#)
        #expect(stream.events == 7)
    }

    @Test("transactions have a begin and an end, and each record its place in them")
    func transactions() throws {
        let lines = try DebeziumStream(includesTransactions: true).lines([
            MessageBuilder.relation(Self.person),
            MessageBuilder.relation(
                Relation(oid: OID(2), schema: "My \"Schema\"", name: "o.t", columns: [.key("id")])),
            MessageBuilder.insert(1, ["1", "Ada"]), MessageBuilder.insert(2, ["1"]),
            // Another key: two records.
            MessageBuilder.update(1, key: ["1", nil], ["2", "Ada"]),
            MessageBuilder.message("m", "", isTransactional: true, lsn: LSN(41)),
            MessageBuilder.truncate([2, 1]),
        ])
        let place = /.*"transaction":\{"id":"741:256","total_order":(\d+),"data_collection_order":(\d+)\}.*/
        #expect(
            lines.dropFirst().dropLast().map { line in
                line.wholeMatch(of: place).map { "\($0.1) \($0.2)" } ?? line
            } == ["1 1", "2 1", "3 2", "4 3", "5 1", "6 2", "7 4"])
        #expect(
            lines.first == #"""
                {"status":"BEGIN","id":"741:256","event_count":null,"data_collections":null,"ts_ms":1795440600123}
                """#)
        #expect(
            lines.last == #"""
                {"status":"END","id":"741:256","event_count":7,"data_collections":[\#
                {"data_collection":"public.person","event_count":4},\#
                {"data_collection":"My \"Schema\".o.t","event_count":2},\#
                {"data_collection":"message","event_count":1}],"ts_ms":1795440600123}
                """#)
    }

    @Test("a transaction without records has a begin and an end as well")
    func emptyTransaction() throws {
        let lines = try DebeziumStream(includesTransactions: true).lines([])
        #expect(lines.count == 2)
        #expect(lines.last?.contains(#""event_count":0,"data_collections":[],"#) == true)
    }

    @Test("what was counted before a lost connection counts on")
    func resumedTransaction() throws {
        var stream = DebeziumStream(includesTransactions: true).start()
        let begin = MessageBuilder.begin(commit: LSN(0x100))
        let (first, second) = (MessageBuilder.insert(1, ["1", nil]), MessageBuilder.insert(1, ["2", nil]))
        try stream.receive(begin)
        try stream.receive(MessageBuilder.relation(Self.person))
        try stream.receive(first)
        stream.connectionLost()
        stream.forgetLines()
        for message in [begin, first, second, MessageBuilder.commit(LSN(0x100))] {
            try stream.receive(message)
        }
        let lines = stream.buffer.text.split(separator: "\n")
        #expect(lines.count == 2)
        #expect(lines.first?.contains(#""total_order":2,"data_collection_order":2"#) == true)
        #expect(lines.last?.contains(#""event_count":2"#) == true)
    }

    @Test("without a connection there is no database, and the line is JSON all the same")
    func withoutSource() throws {
        var options = TransformerOptions()
        options.format = .debezium
        let line = try Transaction(options: options).lines([
            MessageBuilder.relation(Self.person), MessageBuilder.insert(1, ["1", nil]),
        ])
        #expect(line.contains(#""name":"walbrook","ts_ms":1795440600123,"snapshot":"false","db":null,"#))
    }

    @Test("times far outside of any calendar end the line like all others")
    func times() throws {
        for time in [Int64.min, -1, 0, .max] {
            var stream = DebeziumStream().start()
            try stream.receive(
                MessageBuilder.begin(commit: LSN(0x100), at: Timestamp(microseconds: time), xid: .max))
            try stream.receive(MessageBuilder.relation(Self.person))
            try stream.receive(
                copyData: MessageBuilder.xLogData(
                    MessageBuilder.insert(1, ["1", nil]), lsn: LSN(.max),
                    sentAt: Timestamp(microseconds: time)))
            #expect(stream.buffer.text.hasSuffix("}\n"))
            #expect(stream.buffer.text.contains(#""txId":4294967295,"lsn":18446744073709551615,"#))
        }
    }
}
