import Replication
import Testing
import Transformer

@Suite("A database in SQL_ASCII never breaks a line")
struct RepairTests {
    private static let options = TransformerOptions(repairsText: true)
    private static let relation = Relation.table([.plain("a"), .plain("b")])

    @Test("bytes that are not UTF-8 become U+FFFD and are counted")
    func rows() throws {
        var stream = EventStream(options: Self.options)
        try stream.receive(MessageBuilder.begin(commit: LSN(0x100)))
        try stream.receive(MessageBuilder.relation(Self.relation))
        try stream.receive(MessageBuilder.insert(1, ["clean é", nil]))
        #expect(stream.transformer.repairedTexts == 0)
        try stream.receive(
            MessageBuilder.insert(1, [.text([0x61, 0xFF, 0x62]), .text([0xE9, 0x74, 0xE9])]))
        #expect(stream.transformer.repairedTexts == 3)
        let lines = stream.buffer.text.split(separator: "\n")
        #expect(lines[0].hasSuffix(#""after":{"a":"clean é","b":null}}"#))
        #expect(lines[1].hasSuffix("\"after\":{\"a\":\"a\u{FFFD}b\",\"b\":\"\u{FFFD}t\u{FFFD}\"}}"))
    }

    @Test("a replacement character that was there before is not counted")
    func replacementCharacter() throws {
        var stream = EventStream(options: Self.options)
        try stream.receive(MessageBuilder.begin(commit: LSN(0x100)))
        try stream.receive(MessageBuilder.relation(Self.relation))
        try stream.receive(MessageBuilder.insert(1, ["\u{FFFD}", .text([0xFF])]))
        #expect(stream.transformer.repairedTexts == 1)
        #expect(stream.buffer.text.hasSuffix("{\"a\":\"\u{FFFD}\",\"b\":\"\u{FFFD}\"}}\n"))
    }

    @Test("a quote behind a cut-off character still ends the string")
    func cutOffCharacters() throws {
        let starts: [[UInt8]] = [
            [0xC3], [0xE2, 0x82], [0xF0, 0x9F, 0x93], [0xF8], [0x80], [0xC0, 0x80], [0xED, 0xA0],
        ]
        for bytes in starts {
            var stream = EventStream(options: Self.options)
            try stream.receive(MessageBuilder.begin(commit: LSN(0x100)))
            try stream.receive(MessageBuilder.relation(Self.relation))
            try stream.receive(MessageBuilder.insert(1, [.text(bytes), .text(bytes + [0x22] + bytes)]))
            #expect(stream.transformer.repairedTexts > 0)
            let line = stream.buffer.contents
            #expect(String(validating: line, as: UTF8.self) != nil)
            #expect(JSONGrammar.isValue(line))
        }
    }

    @Test("prefixes of messages are repaired, their content is base64")
    func messages() throws {
        var message = MessageBuilder("M")
        message.uint8(0)
        message.uint64(0x100)
        message.uint8(0xE9)
        message.string("")
        message.counted([0xFF])
        var stream = EventStream(options: Self.options)
        try stream.receive(message.bytes)
        #expect(
            stream.buffer.text.hasSuffix(
                "\"prefix\":\"\u{FFFD}\",\"transactional\":false,\"content_base64\":\"/w==\"}\n"))
        #expect(stream.transformer.repairedTexts == 1)
    }

    @Test("nothing is repaired where the encoding is known")
    func known() throws {
        var stream = EventStream()
        try stream.receive(MessageBuilder.begin(commit: LSN(0x100)))
        try stream.receive(MessageBuilder.relation(Self.relation))
        try stream.receive(MessageBuilder.insert(1, [.text([0xFF]), nil]))
        #expect(stream.transformer.repairedTexts == 0)
        #expect(stream.buffer.contents.contains(0xFF))
    }
}
