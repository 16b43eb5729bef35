import Replication
import Testing
import Transformer

@Suite("Messages of the event triggers become ddl events")
struct DefinitionChangeTests {
    /// The line of a message inside of a transaction.
    private func line(
        _ content: String, prefix: String = "walbrook.ddl", isTransactional: Bool = true,
        options: TransformerOptions = TransformerOptions()
    ) throws -> String {
        var stream = EventStream(options: options)
        if isTransactional { try stream.receive(MessageBuilder.begin(commit: LSN(0x100))) }
        try stream.receive(
            MessageBuilder.message(
                prefix, Array(content.utf8), isTransactional: isTransactional, lsn: LSN(0x80)))
        return stream.buffer.text
    }

    private let content =
        #"{"tag": "ALTER TABLE", "command": "alter \"}\" 'x,'", "objects": [{"type": "table", "identity": "a.b"}]}"#

    @Test("the keys stand in their order")
    func keys() throws {
        let line = try line(content)
        #expect(line.hasPrefix(#"{"pos":"00000000/00000100-00000002","op":"ddl","xid":"#))
        #expect(
            line.hasSuffix(
                #"Z","tag":"ALTER TABLE","objects":[{"type": "table", "identity": "a.b"}],"#
                    + #""command":"alter \"}\" 'x,'"}"# + "\n"))
    }

    @Test("the command is there only if it was asked for")
    func withoutCommand() throws {
        #expect(
            try line(#" {"objects":[ ] , "tag":"X" } "#).hasSuffix(#"Z","tag":"X","objects":[ ]}"# + "\n"))
    }

    @Test(
        "anything else with that prefix stays a message",
        arguments: [
            "", "text", "[]", "{}", #"{"tag":"X"}"#, #"{"objects":[]}"#, #"{"tag":1,"objects":[]}"#,
            #"{"tag":"X","objects":{}}"#, #"{"tag":"X","objects":[],"pos":"0"}"#,
            #"{"tag":"X","tag":"Y","objects":[]}"#, #"{"tag":"X","objects":[]"#,
            #"[{"tag":"X","objects":[]}]"#,
            #"{"a":{"tag":"X","objects":[]}}"#, #"{"tag":"X","objects":[],"command":null}"#,
            #"{"\u0074ag":"X","objects":[]}"#,
        ])
    func others(content: String) throws {
        #expect(try line(content).contains(#""op":"message""#))
    }

    @Test("so does one of another prefix, and one of no transaction")
    func otherMessages() throws {
        #expect(try line(content, prefix: "walbrook.ddl2").contains(#""op":"message""#))
        #expect(try line(content, isTransactional: false).contains(#""op":"message""#))
    }

    @Test("--op tells them apart")
    func operations() throws {
        var options = TransformerOptions()
        options.operations = [.ddl]
        #expect(try line(content, options: options).contains(#""op":"ddl""#))
        #expect(try line("text", options: options).isEmpty)
        options.operations = [.message]
        #expect(try line(content, options: options).isEmpty)
    }

    @Test("CloudEvents have a type for them, the formats of others have messages")
    func formats() throws {
        var options = TransformerOptions()
        options.format = .cloudevents
        #expect(try line(content, options: options).contains(#""type":"walbrook.ddl","time":"#))
        options.format = .wal2json
        #expect(
            try line(content, options: options).hasPrefix(
                #"{"action":"M","transactional":true,"prefix":"walbrook.ddl","content":"{\"tag\""#))
        options.format = .debezium
        #expect(try line(content, options: options).contains(#""op":"m""#))
    }
}
