import Replication
import Testing

@Suite("Logical messages carry what the application wrote")
struct LogicalMessageTests {
    /// What follows the prefix in the line of a message with this content.
    private func content(_ bytes: [UInt8]) throws -> String {
        var stream = EventStream()
        try stream.receive(MessageBuilder.message("p", bytes, isTransactional: false, lsn: LSN(0x100)))
        let head = #"{"pos":"00000000/00000100-00000000","op":"message","prefix":"p","transactional":false,"#
        let line = stream.buffer.text
        return line.hasPrefix(head) ? String(line.dropFirst(head.count)) : line
    }

    @Test("one of its own has neither transaction nor time")
    func outsideOfTransactions() throws {
        var stream = EventStream()
        // Its transaction must not leak into the message that follows.
        try stream.receive(MessageBuilder.begin(commit: LSN(0x80)))
        try stream.receive(MessageBuilder.origin(commit: LSN(1), "up"))
        try stream.receive(MessageBuilder.commit(LSN(0x80)))
        try stream.receive(MessageBuilder.message("", [], isTransactional: false, lsn: LSN(0x16_B374_D848)))
        #expect(
            stream.buffer.text == #"""
                {"pos":"00000016/B374D848-00000000","op":"message","prefix":"","transactional":false,"content":""}

                """#)
    }

    @Test(
        "a JSON object or array is embedded, line breaks in it become blanks",
        arguments: [
            (#"{"a":1}"#, #"{"a":1}"#),
            ("[]", "[]"),
            (" {\n\t\"a\" :\r\n[1e400]}\n", " { \t\"a\" :  [1e400]} "),
            (#"{"a":"\u0000\ud800"}"#, #"{"a":"\u0000\ud800"}"#),
        ])
    func embedded(text: String, json: String) throws {
        #expect(try content(Array(text.utf8)) == "\"content\":\(json)}\n")
    }

    @Test(
        "other text is a string",
        arguments: [
            ("", #""""#), ("plain é \u{1F4E6}", "\"plain é \u{1F4E6}\""), ("1", #""1""#),
            ("null", #""null""#),
            (#""quoted""#, #""\"quoted\"""#), ("{not json}", #""{not json}""#), ("[1,]", #""[1,]""#),
            (#"{"a":1} x"#, #""{\"a\":1} x""#), ("a\nb\u{0}", #""a\nb\u0000""#),
            ("{\"a\":\"\n\"}", #""{\"a\":\"\n\"}""#),
        ])
    func text(text: String, json: String) throws {
        #expect(try content(Array(text.utf8)) == "\"content\":\(json)}\n")
    }

    @Test(
        "bytes that are not UTF-8 are base64 under a key of their own",
        arguments: [
            ([0xFF], "/w=="),
            ([0x00, 0xFF], "AP8="),
            ([0xDE, 0xAD, 0xBE, 0xEF], "3q2+7w=="),
            // Cut off, overlong, a surrogate, past the end of Unicode; inside of JSON too.
            ([0xC3], "ww=="), ([0xC0, 0x80], "wIA="), ([0xED, 0xA0, 0x80], "7aCA"),
            ([0xF4, 0x90, 0x80, 0x80], "9JCAgA=="), ([0x5B, 0x22, 0xFF, 0x22, 0x5D], "WyL/Il0="),
        ] as [([UInt8], String)])
    func binary(bytes: [UInt8], base64: String) throws {
        #expect(try content(bytes) == "\"content_base64\":\"\(base64)\"}\n")
    }

    @Test("nesting that no parser would like is a string")
    func nesting() throws {
        let text = String(repeating: "[", count: 10_000) + String(repeating: "]", count: 10_000)
        #expect(try content(Array(text.utf8)) == "\"content\":\"\(text)\"}\n")
    }

    @Test("a prefix is escaped")
    func prefix() throws {
        var stream = EventStream()
        try stream.receive(MessageBuilder.message("a\"\n", "", isTransactional: false, lsn: LSN(1)))
        #expect(stream.buffer.text.contains(#","prefix":"a\"\n","transactional":false,"#))
    }
}
