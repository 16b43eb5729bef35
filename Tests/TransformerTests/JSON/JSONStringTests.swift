import Foundation
import Replication
import Testing

@testable import Transformer

@Suite("A JSON string says exactly what the text says")
struct JSONStringTests {
    private func encoded(_ text: String) -> String {
        var buffer = OutputBuffer(capacity: 0)
        buffer.appendJSONString(text)
        return buffer.text
    }

    private func decoded(_ json: String) throws -> String? {
        try JSONSerialization.jsonObject(with: Data(json.utf8), options: .fragmentsAllowed) as? String
    }

    @Test("control characters have the short escape where there is one")
    func controlCharacters() throws {
        let short: [UInt32: String] = [8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"]
        for value in UInt32(0)..<32 {
            let scalar = try #require(Unicode.Scalar(value))
            let expected = short[value] ?? "\\u00" + (value < 16 ? "0" : "") + String(value, radix: 16)
            #expect(encoded(String(scalar)) == "\"\(expected)\"")
        }
    }

    @Test("nothing else is escaped but the quote and the backslash")
    func otherCharacters() throws {
        #expect(encoded("\"\\") == #""\"\\""#)
        for value in [0x20, 0x2F, 0x3C, 0x7F, 0x80, 0xE9, 0x2028, 0xFEFF, 0x1F4E6, 0x10FFFF] as [UInt32] {
            let text = String(try #require(Unicode.Scalar(value)))
            #expect(encoded(text) == "\"\(text)\"")
        }
    }

    /// Bytes are looked at eight at a time.
    @Test("a byte to escape is found wherever it stands", arguments: 0..<24)
    func everyOffset(offset: Int) throws {
        for special in ["\"", "\\", "\n", "\u{0}", "\u{1F}"] {
            for filler in ["x", " ", "!", "]", "\u{7F}"] {
                for length in offset..<25 {
                    let text =
                        String(repeating: filler, count: offset) + special
                        + String(repeating: filler, count: length - offset)
                    let json = encoded(text)
                    #expect(
                        json.utf8.count == 2 + text.utf8.count
                            + (special.utf8.first.map { $0 < 0x20 && $0 != 10 } == true ? 5 : 1))
                    #expect(try decoded(json) == text)
                }
            }
        }
    }

    @Test("multi-byte characters come through whole, across the eight bytes too")
    func multiByteCharacters() throws {
        for filler in 0..<9 {
            for character in ["é", "€", "\u{1F4E6}", "\u{80}", "\u{A2}\u{5C}", "\u{DC}\u{22}"] {
                let text = String(repeating: "a", count: filler) + String(repeating: character, count: 5)
                #expect(try decoded(encoded(text)) == text)
            }
        }
    }

    @Test("random text reads back as it was")
    func randomText() throws {
        var random = SplitMix64(seed: 3)
        let ranges: [ClosedRange<UInt32>] = [
            0...0x7F, 0x20...0x7E, 0...0x2F, 0x80...0x7FF, 0x10000...0x10FFFF,
        ]
        for _ in 0..<5000 {
            var text = ""
            for _ in 0..<random.below(40) {
                let range = ranges[random.below(ranges.count)]
                let value = range.lowerBound + UInt32(random.below(range.count))
                if let scalar = Unicode.Scalar(value) { text.unicodeScalars.append(scalar) }
            }
            #expect(try decoded(encoded(text)) == text)
        }
    }

    @Test("a part of a message is taken from exactly its place")
    func range() {
        let source = Array("\"\\\"hello\nworld\"\\".utf8)
        var buffer = OutputBuffer(capacity: 0)
        buffer.appendJSONString(source.span, 3..<14)
        #expect(buffer.text == #""hello\nworld""#)
        buffer.appendJSONString(source.span, 0..<0)
        #expect(buffer.text == #""hello\nworld""""#)
    }

    @Test("decimal and hexadecimal numbers")
    func numbers() {
        for (value, decimal): (UInt64, String) in [
            (0, "0"), (9, "9"), (10, "10"), (4_294_967_295, "4294967295"), (.max, "18446744073709551615"),
        ] {
            var buffer = OutputBuffer(capacity: 0)
            buffer.appendDecimal(value)
            #expect(buffer.text == decimal)
        }
        var buffer = OutputBuffer(capacity: 0)
        buffer.appendHex(0x0123_4567)
        buffer.appendHex(0x89AB_CDEF)
        #expect(buffer.text == "0123456789ABCDEF")
    }
}
