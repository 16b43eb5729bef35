import Replication
import Testing

@Suite("TOASTed values that were not sent are never made up")
struct UnchangedValueTests {
    @Test("they are absent and named, in the order of the table")
    func named() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table([.plain("a"), .key("id"), .plain("b"), .plain("c")])),
            MessageBuilder.update(1, [.unchanged, "1", .unchanged, "x"]),
            MessageBuilder.update(1, ["x", "1", .unchanged, nil]),
            MessageBuilder.update(1, [.unchanged, .unchanged, .unchanged, .unchanged]),
        ])
        #expect(
            lines == #"""
                2 update,"key":{"id":1},"after":{"id":1,"c":"x"},"unchanged":["a","b"]}
                3 update,"key":{"id":1},"after":{"a":"x","id":1,"c":null},"unchanged":["b"]}
                4 update,"after":{},"unchanged":["a","id","b","c"]}
                """#)
    }

    @Test("the full old row has them")
    func filledFromBefore() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table(identity: .full, [.key("id"), .key("note", 25)])),
            MessageBuilder.update(1, old: ["1", "long"], ["2", .unchanged]),
            // What not even the old row has.
            MessageBuilder.update(1, old: ["1", .unchanged], ["2", .unchanged]),
        ])
        #expect(
            lines == #"""
                2 update,"before":{"id":1,"note":"long"},"after":{"id":2,"note":"long"}}
                3 update,"before":{"id":1},"after":{"id":2},"unchanged":["note"]}
                """#)
    }

    @Test("a key that is one, and did not change: it is taken from the old key, and there is no before")
    func toastedKey() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table([.key("k", 25), .key("n"), .plain("v")])),
            MessageBuilder.update(1, key: ["long", "1", nil], [.unchanged, "1", "x"]),
            MessageBuilder.update(1, key: ["long", "1", nil], [.unchanged, "2", "x"]),
        ])
        #expect(
            lines == #"""
                2 update,"key":{"k":"long","n":1},"after":{"k":"long","n":1,"v":"x"}}
                3 update,"key":{"k":"long","n":2},"before":{"k":"long","n":1},"after":{"k":"long","n":2,"v":"x"}}
                """#)
    }

    @Test("the filler of an old key is no value: not null, but unknown")
    func fillerOfAnOldKey() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table([.key("id"), .plain("note"), .plain("v")])),
            MessageBuilder.update(1, key: ["1", nil, nil], ["2", .unchanged, "x"]),
        ])
        #expect(
            lines == #"""
                2 update,"key":{"id":2},"before":{"id":1},"after":{"id":2,"v":"x"},"unchanged":["note"]}
                """#)
    }

    /// A row filter that an update begins to match makes an insert of it.
    @Test("an insert can lack values too")
    func insert() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table([.key("id"), .plain("note")])),
            MessageBuilder.insert(1, ["1", .unchanged]),
            MessageBuilder.insert(1, [.unchanged, "x"]),
        ])
        #expect(
            lines == #"""
                2 insert,"key":{"id":1},"after":{"id":1},"unchanged":["note"]}
                3 insert,"after":{"note":"x"},"unchanged":["id"]}
                """#)
    }
}
