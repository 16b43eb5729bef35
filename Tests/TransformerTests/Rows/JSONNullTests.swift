import Replication
import Testing

@Suite("JSON null is told from SQL NULL")
struct JSONNullTests {
    private static let json: UInt32 = 114
    private static let jsonb: UInt32 = 3802

    @Test("in the new row")
    func after() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(
                .table([.key("id"), .plain("a", Self.jsonb), .plain("b", Self.json), .plain("c")])),
            MessageBuilder.insert(1, ["1", "null", nil, "null"]),
            MessageBuilder.insert(1, ["1", "null", " null\n", nil]),
            MessageBuilder.insert(1, ["1", "[null]", "\"null\"", nil]),
            MessageBuilder.update(1, ["1", .unchanged, "null", nil]),
        ])
        #expect(
            lines == #"""
                2 insert,"key":{"id":1},"after":{"id":1,"a":null,"b":null,"c":"null"},"json_null":["a"]}
                3 insert,"key":{"id":1},"after":{"id":1,"a":null,"b": null ,"c":null},"json_null":["a","b"]}
                4 insert,"key":{"id":1},"after":{"id":1,"a":[null],"b":"null","c":null}}
                5 update,"key":{"id":1},"after":{"id":1,"b":null,"c":null},"unchanged":["a"],"json_null":["b"]}
                """#)
    }

    @Test("in the old row, in both, and in a value that the new row has from the old one")
    func before() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table(identity: .full, [.key("id"), .key("doc", Self.jsonb)])),
            MessageBuilder.update(1, old: ["1", "null"], ["1", nil]),
            MessageBuilder.update(1, old: ["1", nil], ["1", "null"]),
            MessageBuilder.update(1, old: ["1", "null"], ["1", .unchanged]),
            MessageBuilder.delete(1, old: ["1", "null"]),
            MessageBuilder.delete(1, old: ["1", nil]),
        ])
        #expect(
            lines == #"""
                2 update,"before":{"id":1,"doc":null},"after":{"id":1,"doc":null},"json_null_before":["doc"]}
                3 update,"before":{"id":1,"doc":null},"after":{"id":1,"doc":null},"json_null":["doc"]}
                4 update,"before":{"id":1,"doc":null},"after":{"id":1,"doc":null},\#
                "json_null":["doc"],"json_null_before":["doc"]}
                5 delete,"before":{"id":1,"doc":null},"json_null_before":["doc"]}
                6 delete,"before":{"id":1,"doc":null}}
                """#)
    }

    @Test("the filler of an old key holds none")
    func filler() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table([.key("id"), .plain("doc", Self.jsonb)])),
            MessageBuilder.delete(1, key: ["1", "null"]),
            MessageBuilder.update(1, key: ["1", "null"], ["2", "1"]),
        ])
        #expect(
            lines == #"""
                2 delete,"key":{"id":1},"before":{"id":1}}
                3 update,"key":{"id":2},"before":{"id":1},"after":{"id":2,"doc":1}}
                """#)
    }
}
