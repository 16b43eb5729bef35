import Foundation
import Replication
import Testing
import Transformer

@Suite("CloudEvents are the native events with attributes around them")
struct CloudEventsTests {
    private static let person = Relation.table(name: "person", [.key("id"), .plain("name")])
    private static let source = #""source":"postgresql:7301/shop","type":"walbrook"#
    private static let time = #""time":"2026-11-23T13:30:00.123456Z","datacontenttype":"application/json""#

    private static func options(_ format: FormatName) -> TransformerOptions {
        var options = TransformerOptions(includesTransactions: true)
        options.format = format
        options.includesSchemas = true
        return options
    }

    private func lines(
        _ format: FormatName, database: String = "shop", _ messages: [[UInt8]]
    ) throws -> [String] {
        var stream = EventStream(options: Self.options(format))
        stream.starts(
            from: StreamSource(systemIdentifier: "7301", timeline: 1, database: database, slot: "s"))
        for message in messages { try stream.receive(message) }
        return stream.buffer.text.split(separator: "\n").map(String.init)
    }

    private static let everything = [
        MessageBuilder.message("audit", #"{"a":1}"#, isTransactional: false, lsn: LSN(0xF8)),
        MessageBuilder.begin(commit: LSN(0x100)), MessageBuilder.origin(commit: LSN(7), "up\"stream"),
        MessageBuilder.relation(person), MessageBuilder.insert(1, ["1", "A\"da"]),
        MessageBuilder.update(1, key: ["1", nil], ["2", .unchanged]),
        MessageBuilder.delete(1, key: ["2", nil]),
        MessageBuilder.truncate([1], cascade: true),
        MessageBuilder.message("audit", "text", isTransactional: true, lsn: LSN(0xF0)),
        MessageBuilder.commit(LSN(0x100)),
    ]

    @Test("one line for each event, with the event as it is")
    func data() throws {
        let native = try lines(.json, Self.everything)
        let events = try lines(.cloudevents, Self.everything)
        #expect(events.count == native.count && native.count == 9)
        for (event, native) in zip(events, native) {
            #expect(event.hasSuffix(#","datacontenttype":"application/json","data":\#(native)}"#))
        }
    }

    @Test("the attributes of a row, of its table's definition and of its transaction")
    func attributes() throws {
        let events = try lines(.cloudevents, Self.everything)
        let start = #"{"specversion":"1.0","id":"00000000/00000100-0000000"#
        let subject = #""subject":"public.person""#
        let expected = [
            // Outside of transactions, so without a time and under a position of its own.
            #"{"specversion":"1.0","id":"00000000/000000F8-00000000",\#(Self.source).message","datacontenttype""#,
            #"\#(start)1",\#(Self.source).begin",\#(Self.time)"#,
            #"\#(start)2-schema",\#(Self.source).schema",\#(subject),\#(Self.time)"#,
            #"\#(start)2",\#(Self.source).insert",\#(subject),\#(Self.time)"#,
            #"\#(start)3",\#(Self.source).update",\#(subject),\#(Self.time)"#,
            #"\#(start)4",\#(Self.source).delete",\#(subject),\#(Self.time)"#,
            #"\#(start)5",\#(Self.source).truncate",\#(subject),\#(Self.time)"#,
            #"\#(start)6",\#(Self.source).message",\#(Self.time)"#,
            #"\#(start)7",\#(Self.source).commit",\#(Self.time)"#,
        ]
        for (event, expected) in zip(events, expected) { #expect(event.hasPrefix(expected), "\(event)") }
    }

    @Test("source and id name one event")
    func identity() throws {
        let ids = try lines(.cloudevents, Self.everything).map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
            return try #require(object?["id"] as? String)
        }
        #expect(Set(ids).count == ids.count)
    }

    @Test(
        "the source is a URI, whatever the database is called",
        arguments: [
            ("a b/c?d#e%", "a%20b%2Fc%3Fd%23e%25"), ("Größe", "Gr%C3%B6%C3%9Fe"), ("x-1._~", "x-1._~"),
            ("\"\\\u{1}", "%22%5C%01"),
        ])
    func sources(database: String, path: String) throws {
        let line = try lines(.cloudevents, database: database, [MessageBuilder.begin(commit: LSN(1))])[0]
        #expect(line.contains(#""source":"postgresql:7301/\#(path)","type""#), "\(line)")
        #expect(URL(string: "postgresql:7301/" + path)?.scheme == "postgresql")
    }

    @Test("the subject is escaped")
    func subject() throws {
        let odd = Relation(
            oid: OID(1), schema: "Sché\"ma", name: "a.b\n",
            columns: [RelationColumn(name: "v", type: OID(23))])
        let events = try lines(
            .cloudevents,
            [
                MessageBuilder.begin(commit: LSN(1)), MessageBuilder.relation(odd),
                MessageBuilder.insert(1, ["1"]),
            ])
        #expect(events.last?.contains(#","subject":"Sché\"ma.a.b\n","time""#) == true)
    }

    @Test(
        "a recorded stream is the same in both formats, after a reconnect to another name of the source too")
    func recording() throws {
        func text(_ format: FormatName) throws -> String {
            var stream = EventStream(options: Self.options(format))
            stream.starts(from: StreamSource(systemIdentifier: "1", timeline: 1, database: "a", slot: "s"))
            stream.connectionLost()
            stream.starts(
                from: StreamSource(systemIdentifier: "7301", timeline: 2, database: "shop", slot: "s"))
            for message in RecordedMessage.changes { try stream.receive(copyData: message.copyData) }
            return stream.buffer.text
        }
        let native = try text(.json).split(separator: "\n")
        let events = try text(.cloudevents).split(separator: "\n")
        #expect(events.count == native.count)
        for (event, native) in zip(events, native) {
            #expect(JSONGrammar.isValue(Array(event.utf8)))
            #expect(event.contains(Self.source) && event.hasSuffix("\"data\":\(native)}"))
        }
    }
}
