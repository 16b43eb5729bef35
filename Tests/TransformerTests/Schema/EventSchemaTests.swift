import Replication
import Testing
import Transformer

@Suite("The schema of all events takes every event and no other line")
struct EventSchemaTests {
    private let matcher: SchemaMatcher

    init() throws {
        matcher = try SchemaMatcher(EventSchema.general())
    }

    private static let head = #"{"pos":"00000000/00000100-00000002","op":"#
    private static let time = #""ts":"2026-11-23T13:30:00.123456Z""#
    private static let transaction = #""xid":741,\#(time)"#
    private static let table = #""schema":"public","table":"t""#

    @Test("as they are written")
    func written() throws {
        var options = TransformerOptions(includesTransactions: true)
        options.includesSchemas = true
        for recording in [RecordedMessage.changes, RecordedMessage.everyType] {
            var stream = EventStream(options: options)
            for message in recording { try stream.receive(copyData: message.copyData) }
            // Half a surrogate pair, and a number that no double holds: Foundation reads neither.
            let lines = stream.buffer.text.replacing("\\ud800", with: "").replacing("1e400", with: "1")
            for line in lines.split(separator: "\n") {
                #expect(try matcher.accepts(line), "\(line)")
            }
        }
    }

    @Test(
        "and as they will be",
        arguments: [
            #""notify",\#(time),"channel":"c","payload":"p","pid":7}"#,
            #""notify",\#(time),"channel":"c","payload":{"a":1},"pid":7}"#,
            #""gap",\#(time),"channel":"c","count":3}"#, #""gap",\#(time),"channel":"c"}"#,
            #""read",\#(time),\#(table),"key":{"id":1},"after":{"id":1}}"#,
            #""ddl",\#(transaction),"tag":"DROP TABLE","objects":[{"type":"table","schema":"s","identity":"s.t","dropped":true}]}"#,
            #""ddl",\#(transaction),"tag":"ALTER TABLE","objects":[],"command":"ALTER TABLE"}"#,
            #""truncate",\#(transaction),\#(table)}"#,
        ])
    func planned(end: String) throws {
        #expect(try matcher.accepts(Self.head + end), "\(end)")
    }

    @Test(
        "but none with a key too many, too few, or of another form",
        arguments: [
            #""insert",\#(transaction),\#(table)}"#,
            #""insert",\#(transaction),\#(table),"after":{},"before":{}}"#,
            #""insert",\#(transaction),\#(table),"after":{},"extra":1}"#,
            #""insert",\#(transaction),\#(table),"after":{},"unchanged":[]}"#,
            #""insert",\#(transaction),\#(table),"after":{},"unchanged":["a","a"]}"#,
            #""insert",\#(transaction),\#(table),"after":[]}"#,
            #""insert",\#(time),\#(table),"after":{}}"#,
            #""insert","xid":741,\#(table),"after":{}}"#,
            #""insert","xid":"741",\#(time),\#(table),"after":{}}"#,
            #""insert","xid":741,"ts":"2026-11-23T13:30:00Z",\#(table),"after":{}}"#,
            #""insert",\#(transaction),"schema":"public","after":{}}"#,
            #""update",\#(transaction),\#(table),"key":{}}"#,
            #""delete",\#(transaction),\#(table),"key":{}}"#,
            #""delete",\#(transaction),\#(table),"before":{},"after":{}}"#,
            #""read",\#(time),\#(table),"after":{},"unchanged":["a"]}"#,
            #""truncate",\#(transaction),\#(table),"cascade":"no"}"#,
            #""truncate",\#(transaction),\#(table),"after":{}}"#,
            #""message",\#(transaction),"prefix":"p","transactional":true}"#,
            #""message",\#(transaction),"prefix":"p","transactional":true,"content":1}"#,
            #""message",\#(transaction),"prefix":"p","transactional":true,"content":"","content_base64":""}"#,
            #""message",\#(transaction),"prefix":"p","transactional":true,"content_base64":"AA="}"#,
            #""message",\#(transaction),"prefix":"p","transactional":false,"content":""}"#,
            #""message","prefix":"p","transactional":true,"content":""}"#,
            #""ddl",\#(transaction),"tag":"ALTER TABLE"}"#,
            #""gap",\#(time),"channel":"c","count":-1}"#,
            #""begin",\#(transaction),"changes":1}"#, #""commit",\#(transaction)}"#,
            #""commit",\#(transaction),"changes":-1}"#,
            #""schema",\#(transaction),\#(table),"replica_identity":"d","columns":[]}"#,
            #""schema",\#(transaction),\#(table),"replica_identity":"full","columns":[{"name":"a"}]}"#,
            #""gap",\#(time),"count":3}"#, #""upsert",\#(transaction),\#(table),"after":{}}"#, #"7}"#,
        ])
    func wrong(end: String) throws {
        #expect(try !matcher.accepts(Self.head + end), "\(end)")
    }

    @Test(
        "and none without its place",
        arguments: ["00000000/00000100", "0/100-2", "00000000/0000010g-00000002", ""])
    func places(position: String) throws {
        #expect(try !matcher.accepts(#"{"pos":"\#(position)","op":"begin",\#(Self.transaction)}"#))
        #expect(try !matcher.accepts(#"{"op":"begin",\#(Self.transaction)}"#))
    }

    @Test("It is laid out for people: no line is wide, nothing but a list of keys is long")
    func layout() {
        let text = EventSchema.general().text
        #expect(text.hasPrefix("{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"))
        #expect(text.hasSuffix("}\n"))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 130 })
        #expect(JSONGrammar.isValue(Array(text.utf8)))
    }
}
