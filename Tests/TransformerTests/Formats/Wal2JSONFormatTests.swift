import Replication
import Testing
import Transformer

@Suite("Lines of wal2json, format-version 2")
struct Wal2JSONFormatTests {
    private static let person = Relation.table(
        name: "person", [.key("id"), .plain("name"), RelationColumn(name: "rank", type: OID(1700))])
    private static let personTypes = ["integer", "text", "numeric(6,2)"]

    /// The lines of a transaction of one table with OID 1.
    private func lines(
        _ relation: Relation = person, types: [String?] = personTypes, columns: ColumnRules = ColumnRules(),
        transactions: Bool = false, described: [OID: TypeDescription] = [:], _ messages: [UInt8]...
    ) throws -> [String] {
        var options = TransformerOptions(includesTransactions: transactions)
        options.format = .wal2json
        options.columns = columns
        let facts = CatalogFacts(types: described, typeNames: types)
        let lines = try Transaction(options: options, catalog: [relation.oid: facts])
            .lines([MessageBuilder.relation(relation)] + messages)
        #expect(lines.isEmpty || lines.hasSuffix("\n"))
        return lines.split(separator: "\n").map(String.init)
    }

    /// How a value of a type stands in a line.
    private func value(
        _ text: String, _ type: UInt32, described: [OID: TypeDescription] = [:], streamed: String? = nil
    ) throws -> String {
        let named = streamed.map { [MessageBuilder.type(type, schema: "pg_catalog", $0)] } ?? []
        var options = TransformerOptions()
        options.format = .wal2json
        let facts = CatalogFacts(types: described, typeNames: ["x"])
        let line = try Transaction(options: options, catalog: [OID(1): facts]).lines(
            named + [
                MessageBuilder.relation(.table([.plain("v", type)])),
                MessageBuilder.insert(1, [.text(Array(text.utf8))]),
            ])
        let start =
            #"{"action":"I","schema":"public","table":"t","columns":[{"name":"v","type":"x","value":"#
        guard line.hasPrefix(start), line.hasSuffix("}]}\n") else { return line }
        return String(line.dropFirst(start.count).dropLast("}]}\n".count))
    }

    // MARK: Whole lines

    @Test("every action, and what stands around them with --transactions")
    func actions() throws {
        let messages = [
            MessageBuilder.insert(1, ["1", "Ada", nil]),
            MessageBuilder.update(1, ["1", "Eve", "2.50"]),
            MessageBuilder.update(1, key: ["1", nil, nil], ["2", "Eve", "2.50"]),
            MessageBuilder.delete(1, key: ["2", nil, nil]), MessageBuilder.truncate([1], cascade: true),
            MessageBuilder.message("p", "m", isTransactional: true, lsn: LSN(0xF0)),
        ]
        let table = #""schema":"public","table":"person""#
        let id = #"{"name":"id","type":"integer","value":"#
        let name = #"{"name":"name","type":"text","value":"#
        let rank = #"{"name":"rank","type":"numeric(6,2)","value":"#
        let changes = [
            #"{"action":"I",\#(table),"columns":[\#(id)1},\#(name)"Ada"},\#(rank)null}]}"#,
            #"{"action":"U",\#(table),"columns":[\#(id)1},\#(name)"Eve"},\#(rank)2.50}],"identity":[\#(id)1}]}"#,
            #"{"action":"U",\#(table),"columns":[\#(id)2},\#(name)"Eve"},\#(rank)2.50}],"identity":[\#(id)1}]}"#,
            #"{"action":"D",\#(table),"identity":[\#(id)2}]}"#,
            #"{"action":"T",\#(table)}"#,
            #"{"action":"M","transactional":true,"prefix":"p","content":"m"}"#,
        ]
        for transactions in [false, true] {
            let lines = try lines(
                transactions: transactions, messages[0], messages[1], messages[2], messages[3], messages[4],
                messages[5])
            let ends = transactions ? [#"{"action":"B"}"#, #"{"action":"C"}"#] : []
            #expect(lines == Array(ends.prefix(1)) + changes + Array(ends.suffix(1)))
        }
    }

    @Test("with REPLICA IDENTITY FULL the identity is the whole old row")
    func fullIdentity() throws {
        let relation = Relation.table(identity: .full, [.key("a"), .key("b", 25)])
        let lines = try lines(
            relation, types: ["integer", "text"],
            MessageBuilder.update(1, old: ["1", nil], ["1", "x"]), MessageBuilder.delete(1, old: ["1", "x"]))
        let a = #"{"name":"a","type":"integer","value":1}"#
        let b = #"{"name":"b","type":"text","value":"#
        let table = #""schema":"public","table":"t""#
        #expect(
            lines == [
                #"{"action":"U",\#(table),"columns":[\#(a),\#(b)"x"}],"identity":[\#(a),\#(b)null}]}"#,
                #"{"action":"D",\#(table),"identity":[\#(a),\#(b)"x"}]}"#,
            ])
    }

    @Test("an unchanged TOASTed value is in no list of columns, even if the old row has it")
    func unchanged() throws {
        let id = #"{"name":"id","type":"integer","value":1}"#
        let plain = try lines(
            .table([.key("id"), .plain("big")]), types: ["integer", "text"],
            MessageBuilder.update(1, ["1", .unchanged]))
        #expect(
            plain == [
                #"{"action":"U","schema":"public","table":"t","columns":[\#(id)],"identity":[\#(id)]}"#
            ])
        let big = #"{"name":"big","type":"text","value":"long"}"#
        let full = try lines(
            .table(identity: .full, [.key("id"), .key("big", 25)]), types: ["integer", "text"],
            MessageBuilder.update(1, old: ["1", "long"], ["1", .unchanged]))
        #expect(
            full == [
                #"{"action":"U","schema":"public","table":"t","columns":[\#(id)],"identity":[\#(id),\#(big)]}"#
            ])
        let key = try lines(
            .table([.key("big", 25), .plain("id", 23)]), types: ["text", "integer"],
            MessageBuilder.update(1, key: ["long", nil], [.unchanged, "1"]))
        #expect(
            key == [
                #"{"action":"U","schema":"public","table":"t","columns":[\#(id)],"identity":[\#(big)]}"#
            ])
    }

    @Test("columns that are left out or masked are so in both lists")
    func rules() throws {
        let rules = ColumnRules(
            excluded: [Glob("*.rank")],
            masks: [.init(columns: Glob("*.id"), mask: .redact), .init(columns: Glob("*.name"), mask: .null)])
        let id = #"{"name":"id","type":"integer","value":"***"}"#
        let lines = try lines(
            columns: rules, MessageBuilder.update(1, ["1", "Eve", "2.50"]),
            MessageBuilder.delete(1, key: ["1", nil, nil]))
        let table = #""schema":"public","table":"person""#
        #expect(
            lines == [
                #"{"action":"U",\#(table),"columns":[\#(id),{"name":"name","type":"text","value":null}],"identity":[\#(id)]}"#,
                #"{"action":"D",\#(table),"identity":[\#(id)]}"#,
            ])
    }

    // MARK: Names and types

    @Test("names are escaped")
    func names() throws {
        let relation = Relation(
            oid: OID(1), schema: "s \"x\"", name: "t\\\n\u{1F}\u{7F}é/", columns: [.key("a\t\"b\"")])
        let lines = try lines(relation, types: ["integer"], MessageBuilder.insert(1, ["1"]))
        #expect(
            lines == [
                #"{"action":"I","schema":"s \"x\"","table":"t\\\n\u001f"# + "\u{7F}"
                    + #"é/","columns":[{"name":"a\t\"b\"","type":"integer","value":1}]}"#
            ])
    }

    @Test(
        "types by name",
        arguments: [
            ("character varying(9)", #""character varying(9)""#), (#""char""#, #""char""#),
            (#""char"[]"#, #""\"char\"[]""#), (#"public."Odd ""x""""#, #""public.\"Odd \"\"x\"\"\"""#),
            // Where the plugin's line is no JSON.
            (#""S p"."T""#, #""\"S p\".\"T\"""#), (#""S p".t"#, #""\"S p\".t""#),
        ])
    func typeNames(name: String, json: String) throws {
        let lines = try lines(
            .table([.plain("v", 18)]), types: [name], MessageBuilder.insert(1, ["x"]))
        #expect(
            lines == [
                #"{"action":"I","schema":"public","table":"t","columns":[{"name":"v","type":\#(json),"value":"x"}]}"#
            ])
    }

    // MARK: Values

    @Test(
        "built-in types",
        arguments: [
            (20, "9007199254740993", "9007199254740993"), (21, "-1", "-1"), (23, "0", "0"),
            (26, "4294967295", "4294967295"), (700, "1e-40", "1e-40"), (701, "-0", "-0"),
            (1700, "1.50", "1.50"), (701, "NaN", #""NaN""#), (1700, "-Infinity", #""-Infinity""#),
            (16, "t", "true"), (16, "f", "false"), (17, #"\x00ff"#, #""00ff""#), (17, #"\x"#, #""""#),
            (
                25, "a\u{8}\u{C}\u{1}\u{1F}\u{7F}\"\\/é\r\n\t",
                #""a\b\f\u0001\u001f"# + "\u{7F}"
                    + #"\"\\/é\r\n\t""#
            ),
            (114, "{\"a\" :\n1}", #""{\"a\" :\n1}""#), (3802, #"{"a": 1}"#, #""{\"a\": 1}""#),
            (1184, "2026-11-23 13:30:00.5+00", #""2026-11-23 13:30:00.5+00""#),
            (1082, "infinity", #""infinity""#),
            (1007, "{1,NULL}", #""{1,NULL}""#), (3904, "[1,5)", #""[1,5)""#),
            (4451, "{[1,5)}", #""{[1,5)}""#),
            (790, "-$12.50", #""-$12.50""#), (28, "99", #""99""#),
        ] as [(UInt32, String, String)])
    func builtIn(type: UInt32, text: String, json: String) throws {
        #expect(try value(text, type) == json)
    }

    @Test("what is made of others is text, a domain over a number too")
    func made() throws {
        let own: UInt32 = 16_400
        for (structure, text) in [
            (.domain(over: OID(23)), "7"), (.array(of: OID(23), delimiter: 44), "{7}"), (.base, "sad"),
            (.composite([TypeDescription.Field(name: "a", type: OID(23))]), "(7)"),
            (.range(of: OID(701)), "[0.5,1]"),
        ] as [(TypeDescription.Structure, String)] {
            let described = [OID(own): TypeDescription(name: "hstore", structure: structure)]
            #expect(try value(text, own, described: described) == "\"\(text)\"")
        }
        // A domain that is gone from the catalog, of which the stream tells the base type.
        #expect(try value("7", own, streamed: "int4") == #""7""#)
        #expect(try value("t", own, streamed: "bool") == #""t""#)
    }

    // MARK: Messages

    @Test(
        "messages are strings, also those that hold JSON",
        arguments: [
            (Array(#"{"a":1}"#.utf8), #""content":"{\"a\":1}""#), ([], #""content":"""#),
            (Array("a\0b".utf8), #""content":"a\u0000b""#), ([0xFF, 0x00], #""content_base64":"/wA=""#),
        ] as [([UInt8], String)])
    func content(bytes: [UInt8], json: String) throws {
        var options = TransformerOptions()
        options.format = .wal2json
        var stream = EventStream(options: options)
        try stream.receive(MessageBuilder.message("p\"", bytes, isTransactional: false, lsn: LSN(0x100)))
        #expect(
            stream.buffer.text == #"{"action":"M","transactional":false,"prefix":"p\"",\#(json)}"# + "\n")
    }
}
