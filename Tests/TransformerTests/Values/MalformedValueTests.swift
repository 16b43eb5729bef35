import Replication
import Testing

/// A server that prints something else than its types' forms (a fork, a newer version) gets strings, and a line is
/// JSON all the same. json and jsonb alone are trusted, because checking them would cost more than it is worth.
@Suite("Text that is not of its type's form becomes a string")
struct MalformedValueTests {
    private static let scalars: [PostgresType] = [
        PostgresType("boolean", 16), PostgresType("bytea", 17), PostgresType("int8", 20),
        PostgresType("int4", 23), PostgresType("float4", 700), PostgresType("float8", 701),
        PostgresType("timestamp", 1114), PostgresType("timestamptz", 1184), PostgresType("numeric", 1700),
    ]
    private static let arrays: [PostgresType] = [
        PostgresType("bool[]", 1000), PostgresType("int4[]", 1007), PostgresType("text[]", 1009),
        PostgresType("float8[]", 1022), PostgresType("timestamptz[]", 1185),
    ]

    private static let texts: [String] = [
        "", " ", "-", "--1", "1-", "1 2", "007", "-01", "+1", "1.5", "true", "T", "ff", "é", "\"", "\\",
        "\u{1}", "\n",
        ".5", "5.", "1e", "1e+", "e5", "-e", "1.2.3", "nan", "inf",
        "\\x0", "\\x0g", "\\xé", "\\y00", "\\x 0",
        "2026-11-23T13:30:00", "2026-11-23 13:30:0\"", "2026-11-23 \"quote\" +00", "2026-11-23 13:30:00\n+00",
        "2\"26-11-23 13:30:00+00", "2026-11-23 13:30:00 AD",
    ]

    private static let literals: [String] = [
        "{", "}", "{}}", "{{}", "{1", "1}", "{1}{2}", "{1}x", "{,}", "{1,}", "{,1}", "{1 2}", "{\"1}",
        "{\"a\"b}",
        "{a\"b}", "{\"a\\", "{\\a}", "{-}", "{}", "{{}}", "{{1},2}", "{1,{2}}", "[0:1]", "[0:1={1}", "[={1}",
        "=", "{]}",
        "{\u{1}}", "{é,\"}", "{a{b}", "{\"a\"\"b\"}", "{00}", "{.}", "{2026-11-23 13:30:00\"00+00}",
    ]

    @Test("a scalar", arguments: scalars)
    func scalar(type: PostgresType) throws {
        #expect(try broken(Self.texts, as: type) == [])
    }

    @Test("an array", arguments: arrays)
    func array(type: PostgresType) throws {
        let inBraces = Self.texts.map { "{\($0)}" }
        #expect(try broken(Self.texts + Self.literals + inBraces, as: type) == [])
    }

    @Test("a broken array literal is a string as a whole, not half of an array")
    func wholeString() throws {
        let ints = PostgresType("int4[]", 1007)
        for text in ["{1,2", "{1}{2}", "{1,2}x", "", "1", "[0:1]", "{1,,2}", "{1,}"] {
            #expect(try encoded(text, as: ints) == "\"\(text)\"")
        }
        #expect(try encoded(#"{"a"b}"#, as: ints) == #""{\"a\"b}""#)
    }

    @Test("random text", arguments: scalars + arrays)
    func randomText(type: PostgresType) throws {
        var random = SplitMix64(seed: 11)
        let alphabet = Array("{}[],\"\\ -+.e:=T01235NULnulx\u{7F}é\n")
        let texts = (0..<1000).map { _ in
            String((0..<random.below(24)).map { _ in alphabet[random.below(alphabet.count)] })
        }
        #expect(try broken(texts, as: type) == [])
    }

    /// The texts that do not become JSON, each with what it becomes.
    private func broken(_ texts: [String], as type: PostgresType) throws -> [String] {
        try texts.compactMap { text in
            let json = try encoded(text, as: type)
            return JSONGrammar.isValue(Array(json.utf8)) ? nil : "\(text) became \(json)"
        }
    }
}
