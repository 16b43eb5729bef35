import Replication
import Testing
import Transformer

@Suite("Whole lines, key by key")
struct LineTests {
    private static let person = Relation.table(name: "person", [.key("id"), .plain("name")])

    @Test("a transaction with every kind of row event and its begin and commit")
    func transaction() throws {
        let transaction = Transaction(options: TransformerOptions(includesTransactions: true))
        let lines = try transaction.lines([
            MessageBuilder.origin(commit: LSN(7), "up\"stream"),
            MessageBuilder.relation(Self.person),
            MessageBuilder.insert(1, ["1", "Ada"]),
            MessageBuilder.update(1, key: ["1", nil], ["2", .unchanged]),
            MessageBuilder.delete(1, key: ["2", nil]),
            MessageBuilder.truncate([1], cascade: true),
            MessageBuilder.message("audit", "by \"ada\"\n", isTransactional: true, lsn: LSN(0xF0)),
        ])
        let shared = #""xid":741,"ts":"2026-11-23T13:30:00.123456Z""#
        let table = #""schema":"public","table":"person""#
        #expect(
            lines == #"""
                {"pos":"00000000/00000100-00000001","op":"begin",\#(shared)}
                {"pos":"00000000/00000100-00000002","op":"insert",\#(shared),\#(table),\#
                "key":{"id":1},"after":{"id":1,"name":"Ada"},"origin":"up\"stream"}
                {"pos":"00000000/00000100-00000003","op":"update",\#(shared),\#(table),\#
                "key":{"id":2},"before":{"id":1},"after":{"id":2},"unchanged":["name"],"origin":"up\"stream"}
                {"pos":"00000000/00000100-00000004","op":"delete",\#(shared),\#(table),\#
                "key":{"id":2},"before":{"id":2},"origin":"up\"stream"}
                {"pos":"00000000/00000100-00000005","op":"truncate",\#(shared),\#(table),\#
                "cascade":true,"restart_identity":false}
                {"pos":"00000000/00000100-00000006","op":"message",\#(shared),\#
                "prefix":"audit","transactional":true,"content":"by \"ada\"\n"}
                {"pos":"00000000/00000100-00000007","op":"commit",\#(shared),"changes":5}

                """#)
    }

    @Test("begin and commit are not events unless asked for")
    func withoutTransactions() throws {
        let lines = try Transaction().lines([
            MessageBuilder.relation(Self.person), MessageBuilder.delete(1, key: ["2", nil]),
        ])
        #expect(lines.split(separator: "\n").count == 1)
        #expect(lines.hasPrefix(#"{"pos":"00000000/00000100-00000002","op":"delete","#))
        #expect(try Transaction().lines([]) == "")
    }

    @Test("a commit counts what the server sent, filtered or not")
    func filteredChanges() throws {
        let options = TransformerOptions(
            filter: TableFilter(excluded: [Glob("public.person")]), includesTransactions: true)
        let lines = try Transaction(options: options).lines([
            MessageBuilder.relation(Self.person), MessageBuilder.insert(1, ["1", "Ada"]),
            MessageBuilder.truncate([1]),
        ])
        let events = lines.split(separator: "\n")
        #expect(events.count == 2)
        #expect(events[1].hasPrefix(#"{"pos":"00000000/00000100-00000004","op":"commit","#))
        #expect(events[1].hasSuffix(#","changes":2}"#))
    }

    @Test("the origin and the time are those of their transaction")
    func nextTransaction() throws {
        var stream = EventStream()
        try stream.receive(MessageBuilder.begin(commit: LSN(0x100), xid: 5))
        try stream.receive(MessageBuilder.origin(commit: LSN(7), "first"))
        try stream.receive(MessageBuilder.relation(Self.person))
        try stream.receive(MessageBuilder.insert(1, ["1", nil]))
        try stream.receive(MessageBuilder.commit(LSN(0x100)))
        try stream.receive(
            MessageBuilder.begin(commit: LSN(0x1_0000_0200), at: Timestamp(microseconds: 0), xid: .max))
        try stream.receive(MessageBuilder.insert(1, ["2", nil]))
        let lines = stream.buffer.text.split(separator: "\n")
        #expect(lines[0].hasSuffix(#","origin":"first"}"#))
        #expect(
            lines[1] == #"""
                {"pos":"00000001/00000200-00000002","op":"insert","xid":4294967295,\#
                "ts":"2000-01-01T00:00:00.000000Z","schema":"public","table":"person",\#
                "key":{"id":2},"after":{"id":2,"name":null}}
                """#)
        #expect(stream.events == 2)
    }

    @Test("names of any kind are escaped, and only as JSON wants it")
    func weirdNames() throws {
        let relation = Relation(
            oid: OID(1), schema: "My \"Schéma\"", name: "a.b\\c\n\u{1F4E6}",
            columns: [.key("Id \"x\""), .plain("né.e"), .plain("\u{1}")])
        let lines = try Transaction().lines([
            MessageBuilder.relation(relation), MessageBuilder.insert(1, ["1", .unchanged, .unchanged]),
        ])
        #expect(
            lines == #"""
                {"pos":"00000000/00000100-00000002","op":"insert","xid":741,"ts":"2026-11-23T13:30:00.123456Z",\#
                "schema":"My \"Schéma\"","table":"a.b\\c\n📦","key":{"Id \"x\"":1},"after":{"Id \"x\"":1},\#
                "unchanged":["né.e","\u0001"]}

                """#)
    }

    @Test("a truncate of several tables is an event for each, and each has its position")
    func truncate() throws {
        let options = TransformerOptions(filter: TableFilter(excluded: [Glob("public.b")]))
        let lines = try Transaction(options: options).lines([
            MessageBuilder.relation(.table(oid: 1, name: "a", [])),
            MessageBuilder.relation(.table(oid: 2, name: "b", [])),
            MessageBuilder.relation(.table(oid: 3, name: "c", [])),
            MessageBuilder.truncate([3, 2, 1], restartIdentity: true),
            MessageBuilder.insert(1, []),
        ])
        let shared = #""xid":741,"ts":"2026-11-23T13:30:00.123456Z","schema":"public""#
        #expect(
            lines == #"""
                {"pos":"00000000/00000100-00000002","op":"truncate",\#(shared),"table":"c",\#
                "cascade":false,"restart_identity":true}
                {"pos":"00000000/00000100-00000004","op":"truncate",\#(shared),"table":"a",\#
                "cascade":false,"restart_identity":true}
                {"pos":"00000000/00000100-00000005","op":"insert",\#(shared),"table":"a","after":{}}

                """#)
    }
}
