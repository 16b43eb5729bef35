import Replication
import Testing
import Transformer

@Suite("Columns are left out or masked before they leave the process")
struct ColumnRulesTests {
    private static let person = Relation.table(
        name: "person", [.key("id"), .plain("name"), .plain("data", 3802), .plain("tags", 1009)])

    private func lines(
        excluding excluded: [String] = [], masks: [(String, Mask)] = [], key: [UInt8]? = nil,
        _ messages: [[UInt8]], of relation: Relation = person
    ) throws -> [String] {
        var options = TransformerOptions()
        options.columns = ColumnRules(
            excluded: excluded.map { Glob($0) },
            masks: masks.map { .init(columns: Glob($0.0), mask: $0.1) })
        options.maskKey = key
        return try Transaction(options: options).lines([MessageBuilder.relation(relation)] + messages)
            .split(separator: "\n").map { line in
                line.firstRange(of: #","table":"person""#).map { String(line[$0.upperBound...]) } ?? "\(line)"
            }
    }

    @Test("a column that is left out is in no part of the event, and the values of the others stay theirs")
    func excluded() throws {
        let lines = try lines(
            excluding: ["public.person.name", "*.tags"],
            [
                MessageBuilder.insert(1, ["1", "Ada", "null", "{x}"]),
                MessageBuilder.update(1, ["1", .unchanged, .unchanged, .unchanged]),
                MessageBuilder.update(1, old: ["1", "Ada", "null", "{x}"], ["1", "Bob", "1", "{x}"]),
            ])
        #expect(
            lines == [
                #","key":{"id":1},"after":{"id":1,"data":null},"json_null":["data"]}"#,
                #","key":{"id":1},"after":{"id":1},"unchanged":["data"]}"#,
                #","key":{"id":1},"before":{"id":1,"data":null},"after":{"id":1,"data":1},"json_null_before":["data"]}"#,
            ])
    }

    @Test("a key of which a column is left out names no row")
    func excludedKey() throws {
        let relation = Relation.table(name: "person", [.key("a"), .key("b"), .plain("v")])
        let lines = try lines(
            excluding: ["*.b"],
            [
                MessageBuilder.insert(1, ["1", "2", "x"]), MessageBuilder.delete(1, key: ["1", "2", nil]),
                MessageBuilder.update(1, key: ["1", "2", nil], ["1", "3", "x"]),
                MessageBuilder.update(1, key: ["1", "2", nil], ["4", "2", "x"]),
            ], of: relation)
        #expect(
            lines
                == [
                    #","after":{"a":"1","v":"x"}}"#, #","before":{"a":"1"}}"#,
                    #","after":{"a":"1","v":"x"}}"#,
                    #","before":{"a":"1"},"after":{"a":"4","v":"x"}}"#,
                ].map { $0.replacing(#"a":"1""#, with: #"a":1"#).replacing(#"a":"4""#, with: #"a":4"#) })
    }

    @Test("a masked value is in no part of the event, not even whether it is JSON null")
    func masked() throws {
        let lines = try lines(
            masks: [("*.name", .redact), ("public.person.*a*", .null), ("*.name", .null)],
            [
                MessageBuilder.insert(1, ["1", "Ada", "null", "{x}"]),
                MessageBuilder.update(1, old: ["1", nil, "null", nil], ["1", "Ada", "null", .unchanged]),
            ])
        #expect(
            lines == [
                #","key":{"id":1},"after":{"id":1,"name":"***","data":null,"tags":null}}"#,
                #","key":{"id":1},"before":{"id":1,"name":null,"data":null,"tags":null},"#
                    + #""after":{"id":1,"name":"***","data":null,"tags":null}}"#,
            ])
    }

    /// As `printf Ada | sha256sum` and `printf Ada | openssl dgst -sha256 -hmac 0123456789abcdef` print them.
    @Test("digests are those of the value's text, and with a key nobody can make them who lacks it")
    func digests() throws {
        let messages = [MessageBuilder.insert(1, ["1", "Ada", nil, "{x}"])]
        let plain = try lines(masks: [("*.name", .sha256), ("*.data", .sha256)], messages)
        #expect(
            plain == [
                #","key":{"id":1},"after":{"id":1,"name":"99a563ab2f6e21e96998f9fddd2a2bab82b70ac019579502b8d7fc0032ff62bb","data":null,"tags":["x"]}}"#
            ])
        let keyed = try lines(
            masks: [("*.name", .sha256), ("*.id", .sha256)], key: Array("0123456789abcdef".utf8), messages)
        #expect(
            keyed == [
                #","key":{"id":"6f51b61a3db920f1cbe06a4c38501bc0b002ebaf9ceab835ca0a6f899817de7a"},"after":{"id":"6f51b61a3db920f1cbe06a4c38501bc0b002ebaf9ceab835ca0a6f899817de7a","name":"9bc245ae8032d0b6c5fca2e91bbe82682c2e07656f8ebc09906bf20ee6825e25","data":null,"tags":["x"]}}"#
            ])
    }

    @Test("the first rule that fits counts, and a wildcard fits dots too")
    func order() throws {
        let messages = [MessageBuilder.insert(1, ["1", "Ada", nil, "{x}"])]
        #expect(
            try lines(masks: [("*.person.name", .null), ("*", .redact)], messages) == [
                #","key":{"id":"***"},"after":{"id":"***","name":null,"data":null,"tags":"***"}}"#
            ])
    }

    @Test("only the kinds of changes that are asked for, and positions do not depend on it")
    func operations() throws {
        let messages = [
            MessageBuilder.relation(.table([.key("id")])), MessageBuilder.insert(1, ["1"]),
            MessageBuilder.update(1, key: ["1"], ["2"]), MessageBuilder.delete(1, key: ["2"]),
            MessageBuilder.truncate([1]),
            MessageBuilder.message("p", "c", isTransactional: true, lsn: LSN(0xF0)),
        ]
        let everything = try Transaction().lines(messages).split(separator: "\n")
        #expect(everything.count == 5)
        let kinds: [Operations] = [.insert, .update, .delete, .truncate, .message]
        for (kind, line) in zip(kinds, everything) {
            var options = TransformerOptions()
            options.operations = kind
            #expect(try Transaction(options: options).lines(messages) == line + "\n")
            var transformer = Transformer(options: options)
            transformer.describe(.table([.key("id")]))
            let included = [RowChange.Kind.insert, .update, .delete].map {
                transformer.includes($0, of: OID(1))
            }
            #expect(included == [kind == .insert, kind == .update, kind == .delete])
        }
    }
}
