import Replication
import Sinks
import Testing

@Suite("The head of a line")
struct EventLineTests {
    private static let position = "0000000A/016B3748-00000003"
    private static let shared = #""xid":741,"ts":"2026-11-23T13:30:00.123456Z""#

    private func read(_ line: String) -> [String]? {
        let bytes = Array(line.utf8)
        guard let head = EventLine(bytes.span) else { return nil }
        let names = head.names.map { [$0.schema, $0.table].map { bytes.span.unescaped($0) } } ?? []
        return ["\(head.position)", bytes.span.unescaped(head.operation)] + names
    }

    @Test("native lines, with a table and without")
    func native() {
        let start = #"{"pos":"\#(Self.position)","op":"#
        #expect(
            read(start + #""insert",\#(Self.shared),"schema":"public","table":"t","after":{"op":"x"}}"#)
                == [Self.position, "insert", "public", "t"])
        #expect(read(start + #""begin",\#(Self.shared)}"#) == [Self.position, "begin"])
        #expect(
            read(start + #""message","prefix":"schema","transactional":false,"content":{"table":"x"}}"#)
                == [Self.position, "message"])
        #expect(
            read(start + #""delete",\#(Self.shared),"schema":"a\"b\\","table":"é\u001f\n","key":{}}"#)
                == [Self.position, "delete", "a\"b\\", "é\u{1F}\n"])
    }

    @Test("CloudEvents")
    func cloudEvents() {
        let event =
            #"{"pos":"\#(Self.position)","op":"schema",\#(Self.shared),"schema":"s","table":"t","#
            + #""columns":[]}"#
        let line =
            #"{"specversion":"1.0","id":"\#(Self.position)-schema","source":"postgresql:7/a%22","#
            + #""type":"walbrook.schema","subject":"s.\"t,\"data\":","time":"2026-11-23T13:30:00.123456Z","#
            + #""datacontenttype":"application/json","data":\#(event)}"#
        #expect(read(line) == [Self.position, "schema", "s", "t"])
    }

    @Test(
        "what is no event",
        arguments: [
            "", "{", "{}", #"{"op":"heartbeat"}"#, #"{"pos":"0/1-2","op":"insert"}"#, #"{"action":"I"}"#,
            #"{"pos":"0000000A/016B3748-00000003""#, #"{"pos":"0000000A/016B3748-0000000g","op":"insert"}"#,
            #"{"specversion":"1.0","id":"#, "\"\\",
        ])
    func foreign(line: String) {
        #expect(read(line) == nil)
    }

    @Test("every beginning of a line is no event, or the same one")
    func prefixes() {
        let line = #"{"pos":"\#(Self.position)","op":"insert",\#(Self.shared),"schema":"public","table":"t"}"#
        for length in 0..<line.utf8.count {
            let head = read(String(line.prefix(length)))
            #expect(head == nil || head?.prefix(2) == [Self.position, "insert"])
        }
    }

    @Test("ends of lines", arguments: 0...40)
    func ends(length: Int) {
        let line = Array(repeating: UInt8(ascii: "\u{0B}"), count: length) + [0x0A]
        #expect(line.span.lineEnd(from: 0) == length + 1)
        #expect((line + line).span.lineStart(before: 2 * length + 2) == length + 1)
        #expect(line.dropLast().count == 0 || Array(line.dropLast()).span.lineEnd(from: 0) == nil)
    }
}
