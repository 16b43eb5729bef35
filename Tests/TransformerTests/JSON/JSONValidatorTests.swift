import Foundation
import Replication
import Testing

@testable import Transformer

@Suite("Only what is a JSON object or array for certain stands in a line as it is")
struct JSONValidatorTests {
    private func isObjectOrArray(_ bytes: [UInt8], in range: Range<Int>? = nil) -> Bool {
        JSONValidator.isObjectOrArray(bytes.span, range ?? bytes.indices)
    }

    @Test(arguments: [
        "{}", "[]", " { } ", "\t[\r\n]\n", #"{"a":1}"#, #"{"a": {"b": [1, 2.5e-3, -0, true, false, null]}}"#,
        "[[],{},[[]]]", #"["\"\\\/\b\f\n\r\tA é"]"#, "[0]", "[-0.0E+1]", "[1e400]",
        // PostgreSQL's json takes these, and so do we: nobody re-encodes them.
        #"{"a":1,"a":2}"#, #"{"":null}"#, #"["\u0000"]"#, #"["\ud800"]"#, #"["\uDFFF\ud800x"]"#,
    ])
    func accepted(text: String) {
        #expect(isObjectOrArray(Array(text.utf8)))
        #expect(JSONGrammar.isValue(Array(text.utf8)))
    }

    @Test("a scalar is text, not a document", arguments: ["1", "\"a\"", "null", "true", " 1 ", "-0.5"])
    func scalar(text: String) {
        #expect(!isObjectOrArray(Array(text.utf8)))
        #expect(JSONGrammar.isValue(Array(text.utf8)))
    }

    @Test(arguments: [
        "", " ", "{", "}", "[", "]", "[}", "{]", "{}{}", "[] []", "[],", "{}x", "x[]", "[1,]", "[,1]",
        "[1 2]", "[,]",
        "{,}", "{1:2}", "{a:1}", "{'a':1}", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#, #"{"a" 1}"#,
        #"{"a":1 "b":2}"#,
        #"{"a":1:2}"#, #"["a":1]"#, "[:]", "{:}",
        "[01]", "[00]", "[-]", "[+1]", "[.5]", "[1.]", "[1.e5]", "[1e]", "[1e+]", "[0x1]", "[1_0]", "[-01]",
        "[--1]",
        "[NaN]", "[Infinity]", "[nul]", "[nulll]", "[True]", "[tru", "[undefined]", "[/**/]", "[1]//",
        #"["a]"#, #"["\x"]"#, #"["\u12"]"#, #"["\u123g"]"#, #"["\"#, "[\"\n\"]", "[\"\u{0}\"]",
        "[\"\u{1F}\"]",
        "['a']", "\u{FEFF}[]", "[\u{A0}]", "[\u{B}1]",
    ])
    func refused(text: String) {
        #expect(!isObjectOrArray(Array(text.utf8)))
        #expect(!JSONGrammar.isValue(Array(text.utf8)))
    }

    @Test("every prefix of a document is refused")
    func prefixes() {
        let bytes = Array(#"{"a":[1.5e+3,"\u00e9\n",{"b":null},[]],"c":{"d":true}}"#.utf8)
        #expect(isObjectOrArray(bytes))
        for length in bytes.indices {
            #expect(!isObjectOrArray(Array(bytes.prefix(length))))
        }
    }

    @Test("hostile nesting costs no stack and counts as text")
    func nesting() {
        func nested(_ depth: Int, _ open: String, _ close: String) -> [UInt8] {
            Array((String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)).utf8)
        }
        for (open, close) in [("[", "]"), (#"{"a":"#, "}")] {
            #expect(isObjectOrArray(nested(200, open, close)))
            #expect(!isObjectOrArray(nested(201, open, close)))
            #expect(!isObjectOrArray(nested(1_000_000, open, close)))
        }
        #expect(!isObjectOrArray(Array(String(repeating: "[", count: 1_000_000).utf8)))
    }

    @Test("a part of a message is judged, not what stands around it")
    func range() {
        let bytes = Array("[1][2]x".utf8)
        #expect(isObjectOrArray(bytes, in: 0..<3))
        #expect(isObjectOrArray(bytes, in: 3..<6))
        #expect(!isObjectOrArray(bytes, in: 0..<2))
        #expect(!isObjectOrArray(bytes, in: 3..<7))
        #expect(!isObjectOrArray(bytes, in: 3..<3))
    }

    @Test("damaged documents are judged as by the grammar")
    func damagedDocuments() {
        let samples = [
            #"{"a":[1.5e+3,"\u00e9\n",{"b":null},[]],"c":{"d":true}}"#, "[[1,-2],[0.5,{}],\"x\"]",
            #"{"":{"":[]}, "k" : "v\\"}"#, "[0,10,-0,1E5,false]",
        ].map { Array($0.utf8) }
        let alphabet = Array("{}[],:\"\\ 01.-+eEutrfn".utf8)
        var random = SplitMix64(seed: 5)
        var accepted = 0
        for _ in 0..<20_000 {
            var bytes = samples[random.below(samples.count)]
            for _ in 0...random.below(3) {
                let place = random.below(bytes.count)
                switch random.below(3) {
                case 0: bytes[place] = alphabet[random.below(alphabet.count)]
                case 1: bytes.insert(alphabet[random.below(alphabet.count)], at: place)
                default: bytes.remove(at: place)
                }
            }
            let isDocument = JSONGrammar.isValue(bytes) && [0x5B, 0x7B].contains(bytes.first { $0 != 0x20 })
            #expect(isObjectOrArray(bytes) == isDocument, "\(String(decoding: bytes, as: UTF8.self))")
            if isDocument { accepted += 1 }
        }
        #expect(accepted > 1000)
    }
}
