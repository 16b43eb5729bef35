import Replication
import Testing
import Transformer

@Suite("Where the truth is written instead of what Debezium loses")
struct DebeziumDepartureTests {
    /// A value in a column `v`, and the rows that come of it: by default, and in strict output.
    struct Case: Sendable {
        let departure: DebeziumDeparture
        let type: UInt32
        let text: String
        let row: String
        let strict: String
        var modifier: Int32 = -1

        init(
            _ departure: DebeziumDeparture, _ type: UInt32, _ text: String, _ row: String,
            strict: String? = nil,
            modifier: Int32 = -1
        ) {
            self.departure = departure
            self.type = type
            self.text = text
            self.row = row
            self.strict = strict ?? row
            self.modifier = modifier
        }
    }

    static let cases: [Case] = [
        Case(.innerArrays, 1007, "{{1,2},{3,4}}", #"{"v":[[1,2],[3,4]]}"#, strict: #"{"v":[null,null]}"#),
        Case(.innerArrays, 1028, "{{{1}},{{2}}}", #"{"v":[[[1]],[[2]]]}"#, strict: #"{"v":[null,null]}"#),
        Case(.innerArrays, 1009, #"{{"}{","\"}\\"}}"#, #"{"v":[["}{","\"}\\"]]}"#, strict: #"{"v":[null]}"#),
        Case(.innerArrays, 1022, "[0:0][2:3]={{1.5,2}}", #"{"v":[[1.5,2.0]]}"#, strict: #"{"v":[null]}"#),
        Case(.droppedTypes, 603, "(1,1),(0,0)", #"{"v":"(1,1),(0,0)"}"#, strict: "{}"),
        Case(.droppedTypes, 3220, "0/1", #"{"v":"0/1"}"#, strict: "{}"),
        Case(.droppedTypes, 4451, "{[1,2)}", #"{"v":"{[1,2)}"}"#, strict: "{}"),
        Case(.droppedTypes, 791, #"{"$1.00"}"#, #"{"v":["ZA=="]}"#, strict: "{}"),
        Case(.droppedTypes, 1563, "{101}", #"{"v":["BQ=="]}"#, strict: "{}"),
        Case(.droppedTypes, 143, "{<a/>}", #"{"v":["<a/>"]}"#, strict: "{}"),
        Case(
            .droppedTypes, 1020, "{(1,1),(0,0);(2,2),(1,1)}", #"{"v":["(1,1),(0,0)","(2,2),(1,1)"]}"#,
            strict: "{}"),
        Case(.droppedTypes, 20007, "(1)", #"{"v":"(1)"}"#, strict: "{}"),
        Case(.droppedTypes, 20008, "[1,2)", #"{"v":"[1,2)"}"#, strict: "{}"),
        Case(.droppedTypes, 20006, "{12.30}", #"{"v":["BM4="]}"#, strict: "{}"),
        Case(.droppedTypes, 20014, "(1, 2)", #"{"v":"(1, 2)"}"#, strict: "{}"),
        Case(.droppedTypes, 20015, "x", #"{"v":"x"}"#, strict: "{}"),
        Case(.names, 19, "pg_class", #"{"v":"pg_class"}"#, strict: #"{"v":null}"#),
        Case(.vectors, 22, "1 -2", #"{"v":[1,-2]}"#, strict: #"{"v":[]}"#),
        Case(.vectors, 30, "", #"{"v":[]}"#),
        Case(.arrayElements, 1183, "{13:51:30.123456,24:00:00}", #"{"v":[49890123456,86400000000]}"#),
        Case(.arrayElements, 1270, "{13:51:30.1+02}", #"{"v":["11:51:30.1Z"]}"#),
        Case(.arrayElements, 1182, #"{"0044-03-15 BC",infinity}"#, #"{"v":[-735160,-2147472692]}"#),
        Case(.arrayElements, 1185, "{-infinity}", #"{"v":["-infinity"]}"#),
        Case(.numericSpecials, 1700, "NaN", #"{"v":"NaN"}"#),
        Case(.numericSpecials, 1700, "-Infinity", #"{"v":"-Infinity"}"#),
        Case(.numericSpecials, 1700, "NaN", #"{"v":"NaN"}"#, modifier: 6 << 16 + 6),
        Case(.longTimes, 1114, "294276-12-31 23:59:59.4", #"{"v":9224318015999400000}"#),
        Case(.longTimes, 1186, "P178000000Y", #"{"v":5617252800000000000000}"#),
        Case(.longTimes, 1186, "P-178000000Y", #"{"v":-5617252800000000000000}"#),
        Case(.intervalDigits, 1186, "PT2147483647H54.775807S", #"{"v":7730941129254775807}"#),
        Case(.intervalDigits, 1186, "PT2147483648H", #"{"v":7730941132800000000}"#),
        // (3 << 16 | 0x7FE) + 4
        Case(.negativeScales, 1700, "12300", #"{"v":"ew=="}"#, modifier: 198_658),
        Case(.doubleDigits, 701, "2e+23", #"{"v":2.0E23}"#),
        Case(.doubleDigits, 701, "1e-323", #"{"v":9.9E-324}"#),
        Case(
            .hstoreOrder, 20009, #""é"=>"1", "q"=>"2", "b"=>"3""#,
            #"{"v":"{\"é\":\"1\",\"q\":\"2\",\"b\":\"3\"}"}"#),
        Case(.offsetSeconds, 1266, "10:00:00-00:00:30", #"{"v":"10:00:30Z"}"#),
    ]

    @Test(arguments: cases)
    func value(item: Case) throws {
        for (isStrict, row) in [(false, item.row), (true, item.strict)] {
            var stream = DebeziumStream(isStrict: isStrict)
            stream.catalog[OID(1)] = CatalogFacts(types: DebeziumExtensionTests.types)
            let column = RelationColumn(name: "v", type: OID(item.type), typeModifier: item.modifier)
            #expect(
                try stream.rows([
                    MessageBuilder.relation(.table([column])),
                    MessageBuilder.insert(1, [.text(Array(item.text.utf8))]),
                ]) == ["c null \(row)"])
        }
    }

    @Test("strict output has Debezium's form where the table says so, and nowhere else")
    func reproduction() {
        for departure in DebeziumDeparture.allCases {
            let cases = Self.cases.filter { $0.departure == departure }
            #expect(cases.contains { $0.row != $0.strict } == departure.isReproduced, "\(departure)")
        }
    }

    @Test("without the columns that are left out, a row can be the same row or none")
    func droppedKeys() throws {
        let messages = [
            MessageBuilder.relation(.table([.key("lsn", 3220), .key("a"), .plain("b")])),
            MessageBuilder.update(1, key: ["0/1", "1", nil], ["0/2", "1", "x"]),
            MessageBuilder.update(1, key: ["0/2", "1", nil], ["0/2", "2", "x"]),
        ]
        #expect(
            try DebeziumStream().rows(messages) == [
                #"d {"lsn":"0/1","a":1,"b":null} null"#, #"c null {"lsn":"0/2","a":1,"b":"x"}"#,
                #"d {"lsn":"0/2","a":1,"b":null} null"#, #"c null {"lsn":"0/2","a":2,"b":"x"}"#,
            ])
        #expect(
            try DebeziumStream(isStrict: true).rows(messages) == [
                #"u {"a":1,"b":null} {"a":1,"b":"x"}"#,
                #"d {"a":1,"b":null} null"#, #"c null {"a":2,"b":"x"}"#,
            ])
        #expect(
            try DebeziumStream(isStrict: true).rows([
                MessageBuilder.relation(.table([.plain("box", 603)])), MessageBuilder.insert(1, [nil]),
            ]) == ["c null {}"])
    }
}
