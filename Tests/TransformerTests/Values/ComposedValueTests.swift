import Replication
import Testing
import Transformer

/// Values that are made of others, by types of the user and of the server.
@Suite("Rows, ranges, sets of ranges and arrays of them become typed JSON")
struct ComposedValueTests {
    /// User-defined types, as the catalog describes them.
    private static let types: [OID: TypeDescription] = [
        OID(20001): TypeDescription(
            name: "pair",
            structure: .composite([
                .init(name: "n", type: OID(23)), .init(name: "a \"b\"", type: OID(25)),
            ])),
        OID(20002): TypeDescription(name: "_pair", structure: .array(of: OID(20001), delimiter: 0x2C)),
        OID(20003): TypeDescription(
            name: "nest",
            structure: .composite([
                .init(name: "p", type: OID(20001)), .init(name: "ps", type: OID(20002)),
                .init(name: "at", type: OID(1184)),
            ])),
        OID(20004): TypeDescription(name: "posint", structure: .domain(over: OID(23))),
        OID(20005): TypeDescription(name: "_posint", structure: .array(of: OID(20004), delimiter: 0x2C)),
        OID(20006): TypeDescription(name: "mood", structure: .base),
        OID(20007): TypeDescription(name: "_mood", structure: .array(of: OID(20006), delimiter: 0x2C)),
        OID(20008): TypeDescription(name: "floats", structure: .range(of: OID(701))),
        OID(20009): TypeDescription(name: "floatses", structure: .multirange(of: OID(20008))),
        OID(20010): TypeDescription(name: "hstore", structure: .base),
        OID(20011): TypeDescription(name: "vector", structure: .base),
        OID(20012): TypeDescription(name: "rows", structure: .range(of: OID(20001))),
        OID(20013): TypeDescription(name: "empty", structure: .composite([])),
        OID(20014): TypeDescription(name: "loop", structure: .domain(over: OID(20014))),
    ]

    @Test(
        "as the server prints them",
        arguments: [
            (20001, #"(1,"x ""y"" \\ z")"#, #"{"n":1,"a \"b\"":"x \"y\" \\ z"}"#),
            (20001, "(,)", #"{"n":null,"a \"b\"":null}"#),
            (20001, #"(,"")"#, #"{"n":null,"a \"b\"":""}"#),
            (
                20002, #"{"(1,a)",NULL,"(2,\"b c\")"}"#,
                #"[{"n":1,"a \"b\"":"a"},null,{"n":2,"a \"b\"":"b c"}]"#
            ),
            (
                20003, #"("(1,""q"")","{""(2,\\""r s\\"")""}","2026-11-23 13:30:00+00")"#,
                #"{"p":{"n":1,"a \"b\"":"q"},"ps":[{"n":2,"a \"b\"":"r s"}],"at":"2026-11-23T13:30:00Z"}"#
            ),
            (20004, "7", "7"), (20005, "{1,NULL}", "[1,null]"), (20006, "sad", #""sad""#),
            (20007, #"{sad,"so \"so\""}"#, #"["sad","so \"so\""]"#),
            (20008, "[0.5,NaN)", #"{"lower":0.5,"upper":"NaN","bounds":"[)"}"#),
            (
                20009, "{(,1],[2,3)}",
                #"[{"lower":null,"upper":1,"bounds":"(]"},{"lower":2,"upper":3,"bounds":"[)"}]"#
            ),
            (20009, "{}", "[]"), (20013, "()", "{}"),
            (
                20012, #"["(1,a)","(2,""b c"")")"#,
                #"{"lower":{"n":1,"a \"b\"":"a"},"upper":{"n":2,"a \"b\"":"b c"},"bounds":"[)"}"#
            ),
            (3904, "empty", #"{"empty":true}"#), (3904, "(,)", #"{"lower":null,"upper":null,"bounds":"()"}"#),
            (
                3910, #"["2026-11-23 13:30:00+00",infinity)"#,
                #"{"lower":"2026-11-23T13:30:00Z","upper":"infinity","bounds":"[)"}"#
            ),
            (3905, #"{"[1,3)",empty,NULL}"#, #"[{"lower":1,"upper":3,"bounds":"[)"},{"empty":true},null]"#),
            (4532, "{[1.50,2]}", #"[{"lower":"1.50","upper":"2","bounds":"[]"}]"#),
            (1187, "{P1Y,PT0S}", #"["P1Y","PT0S"]"#),
            (1020, "{(1,1),(0,0);(2,2),(1,1)}", #"["(1,1),(0,0)","(2,2),(1,1)"]"#),
            (20010, #""a"=>"1", "q\"\\"=>NULL, "n"=>"NULL""#, #"{"a":"1","q\"\\":null,"n":"NULL"}"#),
            (20010, "", "{}"),
            (20011, "[1,-2.5,3e-05]", "[1,-2.5,3e-05]"), (20014, "x", #""x""#), (29999, "gone", #""gone""#),
        ] as [(UInt32, String, String)])
    func value(type: UInt32, text: String, json: String) throws {
        #expect(try encode(text, type) == json)
    }

    @Test(
        "and text that is not of their form becomes a string",
        arguments: [20001, 20002, 20003, 20008, 20009, 20010, 20011, 20013, 3904, 4451, 1007] as [UInt32],
        [
            "(", ")", "(1", "(1,2", "(1,2)x", "(\"", "{", "}", "{(1,2)", "[1,", "[1,2", "[1;2)",
            "{[1,2)",
            "{[1,2),}", "em", "emptyx", "\"a\"", "\"a\"=>", "\"a\"=>\"", "\"a\"=>NUL", "{,}",
            "{1,}", "\"\\",
        ])
    func malformed(type: UInt32, text: String) throws {
        let json = try encode(text, type)
        #expect(json.hasPrefix("\"") && json.hasSuffix("\""), "\(json)")
    }

    private func encode(_ text: String, _ type: UInt32) throws -> String {
        var transformer = Transformer()
        let relation = Relation(
            oid: OID(1), schema: "public", name: "t", columns: [RelationColumn(name: "v", type: OID(type))])
        transformer.describe(relation, CatalogFacts(types: Self.types))
        var decoder = MessageDecoder()
        var bytes: [UInt8] = [0x49, 0, 0, 0, 1, 0x4E, 0, 1, 0x74]
        let value = Array(text.utf8)
        for shift in [24, 16, 8, 0] { bytes.append(UInt8(truncatingIfNeeded: value.count >> shift)) }
        bytes += value
        guard case .row(let change) = try decoder.decode(bytes.span) else { return "no row" }
        var buffer = OutputBuffer(capacity: 64)
        _ = try transformer.append(
            change, tuplesOf: decoder, bytes.span, at: Position(lsn: LSN(1), ordinal: 2), to: &buffer)
        let line = String(decoding: (0..<buffer.count).map { buffer.span[$0] }, as: UTF8.self)
        let start = try #require(line.firstRange(of: "\"after\":{\"v\":")).upperBound
        return String(line[start...].dropLast(3))
    }
}
