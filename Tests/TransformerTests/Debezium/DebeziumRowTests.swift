import Replication
import Testing
import Transformer

@Suite("Debezium's rows before and after a change")
struct DebeziumRowTests {
    private let stream = DebeziumStream()
    private static let columns: [RelationColumn] = [.key("id"), .plain("a", 23), .plain("b")]

    @Test("an update has the old row if the server sent one, and a delete what is known of it")
    func identities() throws {
        #expect(
            try stream.rows([
                MessageBuilder.relation(.table(Self.columns)),
                MessageBuilder.insert(1, ["1", "2", nil]),
                MessageBuilder.update(1, ["1", "3", nil]),
                MessageBuilder.delete(1, key: ["1", nil, nil]),
                MessageBuilder.relation(
                    .table(identity: .full, oid: 2, name: "f", [.key("id"), .key("a", 23), .key("b", 25)])),
                MessageBuilder.update(2, old: ["1", "2", nil], ["1", "3", nil]),
                MessageBuilder.delete(2, old: ["1", "3", nil]),
            ]) == [
                #"c null {"id":1,"a":2,"b":null}"#, #"u null {"id":1,"a":3,"b":null}"#,
                #"d {"id":1,"a":null,"b":null} null"#,
                #"u {"id":1,"a":2,"b":null} {"id":1,"a":3,"b":null}"#, #"d {"id":1,"a":3,"b":null} null"#,
            ])
    }

    @Test("a row that gets another key is deleted and created")
    func keyChange() throws {
        #expect(
            try stream.rows([
                MessageBuilder.relation(.table(Self.columns)),
                MessageBuilder.update(1, key: ["1", nil, nil], ["2", "3", .unchanged]),
            ]) == [
                #"d {"id":1,"a":null,"b":null} null"#,
                #"c null {"id":2,"a":3,"b":"__debezium_unavailable_value"}"#,
            ])
    }

    @Test("what is more than a key in an old key is true")
    func keyOfPartition() throws {
        #expect(
            try stream.rows([
                MessageBuilder.relation(.table(Self.columns)),
                MessageBuilder.update(1, key: ["1", "2", "long"], ["1", "3", .unchanged]),
                MessageBuilder.delete(1, key: ["1", "3", "long"]),
            ]) == [
                #"u {"id":1,"a":2,"b":"long"} {"id":1,"a":3,"b":"long"}"#,
                #"d {"id":1,"a":3,"b":"long"} null"#,
            ])
    }

    @Test("with the whole old row the key is the primary key, or else a unique index")
    func keyOfFullRows() throws {
        let columns: [RelationColumn] = [.key("id"), .key("a", 23), .key("b", 25)]
        let messages = [
            MessageBuilder.relation(.table(identity: .full, columns)),
            MessageBuilder.update(1, old: ["1", "2", "x"], ["1", "3", .unchanged]),
        ]
        let updated = [#"u {"id":1,"a":2,"b":"x"} {"id":1,"a":3,"b":"x"}"#]
        let replaced = [#"d {"id":1,"a":2,"b":"x"} null"#, #"c null {"id":1,"a":3,"b":"x"}"#]
        for (primaryKey, uniqueIndex, records) in [
            (nil, nil, updated), (["id"], nil, updated), (["a", "id"], nil, replaced), (["b"], nil, updated),
            (nil, ["a"], replaced), (["id"], ["a"], updated),
        ] as [([String]?, [String]?, [String])] {
            var stream = stream
            stream.catalog[OID(1)] = CatalogFacts(primaryKey: primaryKey, uniqueIndex: uniqueIndex)
            #expect(try stream.rows(messages) == records)
        }
    }

    @Test("a key that is TOASTed comes as an old key although it did not change")
    func toastedKey() throws {
        #expect(
            try stream.rows([
                MessageBuilder.relation(.table([.key("t", 25), .plain("n", 23)])),
                MessageBuilder.update(1, key: ["long", nil], [.unchanged, "2"]),
            ]) == [#"u {"t":"long","n":null} {"t":"long","n":2}"#])
    }

    @Test(
        "a TOASTed value that was not sent has a placeholder",
        arguments: [
            (25, #""__debezium_unavailable_value""#), (3802, #""__debezium_unavailable_value""#),
            (17, #""X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ==""#), (3906, #""__debezium_unavailable_value""#),
            (1009, #"["__debezium_unavailable_value"]"#), (3807, #"["__debezium_unavailable_value"]"#),
            (1001, #"["X19kZWJleml1bV91bmF2YWlsYWJsZV92YWx1ZQ=="]"#),
            (2951, #"["b68a35a7-17ad-35b3-af2a-ae46edb4545a"]"#),
            (1007, "[\(codes)]"), (1016, "[\(codes)]"), (1182, "[\(codes)]"),
            (20009, #""{\"__debezium_unavailable_value\":\"__debezium_unavailable_value\"}""#),
            // Debezium has null for these.
            (1700, #""__debezium_unavailable_value""#), (1562, #""__debezium_unavailable_value""#),
            (1231, #"["__debezium_unavailable_value"]"#), (1022, #"["__debezium_unavailable_value"]"#),
            (20007, #""__debezium_unavailable_value""#),
        ] as [(UInt32, String)])
    func unavailable(type: UInt32, json: String) throws {
        var stream = stream
        stream.catalog[OID(1)] = CatalogFacts(types: DebeziumExtensionTests.types)
        #expect(
            try stream.rows([
                MessageBuilder.relation(.table([.key("id"), .plain("v", type)])),
                MessageBuilder.update(1, ["1", .unchanged]),
            ]) == [#"u null {"id":1,"v":\#(json)}"#])
    }

    /// The bytes of the placeholder.
    private static let codes = "__debezium_unavailable_value".utf8.map { "\($0)" }.joined(separator: ",")

    @Test("masks hold in every form of a row, and say nothing of what is under them")
    func masks() throws {
        let types: [UInt32] = [25, 17, 1700, 600, 1007, 2951, 1114, 1009]
        let columns = [RelationColumn.key("id")] + types.map { .plain("v\($0)", $0) }
        for (mask, masked) in [(Mask.null, "null"), (.redact, "\"***\"")] {
            var stream = stream
            stream.options.columns.masks = [.init(columns: Glob("public.t.v*"), mask: mask)]
            let secret = types.map { _ in WireValue("secret") }
            let expected = types.map { ",\"v\($0)\":\(masked)" }.joined()
            #expect(
                try stream.rows([
                    MessageBuilder.relation(.table(columns)),
                    MessageBuilder.insert(1, ["1"] + secret),
                    MessageBuilder.update(1, ["1"] + types.map { _ in WireValue.unchanged }),
                    MessageBuilder.update(1, key: ["1"] + secret, ["2"] + secret),
                ]) == [
                    "c null {\"id\":1\(expected)}", "u null {\"id\":1\(expected)}",
                    "d {\"id\":1\(expected)} null", "c null {\"id\":2\(expected)}",
                ])
        }
    }

    @Test("a digest stands for the value, and a placeholder where there is none; the key can be masked, too")
    func digests() throws {
        var stream = stream
        stream.options.columns.masks = [.init(columns: Glob("public.t.*"), mask: .sha256)]
        let rows = try stream.rows([
            MessageBuilder.relation(.table([.key("id"), .plain("v", 1007)])),
            MessageBuilder.update(1, key: ["1", nil], ["2", .unchanged]),
        ])
        let one = "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b"
        let two = "d4735e3a265e16eee03f59718b9b5d03019c07d8b6c51f90da3a666eec13ab35"
        #expect(
            rows == [
                #"d {"id":"\#(one)","v":null} null"#,
                #"c null {"id":"\#(two)","v":"__debezium_unavailable_value"}"#,
            ])
    }

    @Test("columns that are left out are in no row")
    func excludedColumns() throws {
        var stream = stream
        stream.options.columns.excluded = [Glob("public.t.a")]
        #expect(
            try stream.rows([
                MessageBuilder.relation(.table(Self.columns)), MessageBuilder.insert(1, ["1", "2", "x"]),
                MessageBuilder.update(1, key: ["1", nil, nil], ["2", "2", "x"]),
            ]) == [
                #"c null {"id":1,"b":"x"}"#, #"d {"id":1,"b":null} null"#, #"c null {"id":2,"b":"x"}"#,
            ])
    }
}
