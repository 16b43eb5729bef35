import Replication
import Testing
import Transformer

@Suite("A table's definition comes before its first event, and again when it has changed")
struct SchemaEventTests {
    private static let table = Relation.table([.key("id"), .plain("v", 1043)])

    /// Operations, with what a schema event says of columns and identity.
    private func summary(
        _ messages: [[UInt8]], catalog: [OID: CatalogFacts] = [:],
        _ change: (inout TransformerOptions) -> Void = { _ in }
    ) throws -> [String] {
        var options = TransformerOptions()
        options.includesSchemas = true
        change(&options)
        return try Transaction(options: options, catalog: catalog).lines(messages).split(separator: "\n").map
        {
            let op = $0.split(separator: "\"")[7]
            guard op == "schema", let identity = $0.firstRange(of: #""replica_identity":"#) else {
                return "\(op)"
            }
            let names = $0.matches(of: /\{"name":"(\w+)"/).map(\.1).joined(separator: " ")
            return "schema \($0[identity.upperBound...].split(separator: "\"")[0]) \(names)"
        }
    }

    @Test("as the whole line")
    func line() throws {
        var options = TransformerOptions()
        options.includesSchemas = true
        let facts = CatalogFacts(typeNames: ["integer", "character varying(20)"])
        let lines = try Transaction(options: options, catalog: [OID(1): facts]).lines([
            MessageBuilder.relation(
                Relation.table([
                    .key("id"), RelationColumn(name: "v \"x\"", type: OID(1043), typeModifier: 24),
                ])), MessageBuilder.truncate([1]),
        ])
        let expected = #"""
            {"pos":"00000000/00000100-00000002","op":"schema","xid":741,"ts":"2026-11-23T13:30:00.123456Z",\#
            "schema":"public","table":"t","replica_identity":"default","columns":[\#
            {"name":"id","type":"integer","oid":23,"typmod":-1,"key":true},\#
            {"name":"v \"x\"","type":"character varying(20)","oid":1043,"typmod":24,"key":false}]}
            """#
        #expect(lines.split(separator: "\n")[0] == expected)
    }

    @Test("once, however often the server repeats its description")
    func repeated() throws {
        let relation = MessageBuilder.relation(Self.table)
        let insert = MessageBuilder.insert(1, ["1", "a"])
        #expect(
            try summary([relation, insert, insert, relation, insert])
                == ["schema default id v", "insert", "insert", "insert"])
        #expect(try summary([relation]) == [])
    }

    @Test("after a column was added, dropped, renamed or retyped, the table renamed, or its identity changed")
    func changes() throws {
        var messages: [[UInt8]] = []
        for relation in [
            Self.table, .table([.key("id"), .plain("v", 1043), .plain("w")]),
            .table([.key("id"), .plain("w")]),
            .table([.key("id"), .plain("x")]), .table([.key("id"), .plain("x", 23)]),
            .table(identity: .full, [.key("id"), .key("x", 23)]),
            .table(name: "u", [.key("id"), .plain("x", 23)]),
        ] {
            messages.append(MessageBuilder.relation(relation))
            messages.append(MessageBuilder.insert(1, relation.columns.map { _ in "1" }))
        }
        #expect(
            try summary(messages).filter { $0 != "insert" } == [
                "schema default id v", "schema default id v w", "schema default id w", "schema default id x",
                "schema default id x", "schema full id x", "schema default id x",
            ])
    }

    /// To Swift the two names are the same text, to PostgreSQL they are not.
    @Test("also when a name changed only in how its accent is made")
    func normalization() throws {
        let lines = try summary([
            MessageBuilder.relation(.table([.key("e\u{301}")])), MessageBuilder.insert(1, ["1"]),
            MessageBuilder.relation(.table([.key("\u{E9}")])), MessageBuilder.insert(1, ["1"]),
        ])
        #expect(lines.count == 4)
    }

    @Test("not of what nobody asked for")
    func filtered() throws {
        let messages = [
            MessageBuilder.relation(.table([.key("id"), .plain("secret")])),
            MessageBuilder.insert(1, ["1", "a"]), MessageBuilder.delete(1, key: ["1", nil]),
        ]
        #expect(try summary(messages) { $0.includesSchemas = false } == ["insert", "delete"])
        #expect(
            try summary(messages) { $0.operations = .delete }
                == ["schema default id secret", "delete"])
        #expect(try summary(messages) { $0.filter.excluded = [Glob("public.t")] } == [])
        #expect(
            try summary(messages) { $0.columns.excluded = [Glob("*.secret")] }
                == ["schema default id", "insert", "delete"])
    }

    @Test("the type of a column that is gone from the catalog has the name that the stream gave it")
    func goneType() throws {
        var options = TransformerOptions()
        options.includesSchemas = true
        let relation = Relation.table([.key("id"), .plain("m", 90_001), .plain("n", 90_002)])
        let lines = try Transaction(
            options: options, catalog: [OID(1): CatalogFacts(typeNames: ["integer", nil, nil])]
        )
        .lines([
            MessageBuilder.type(90_001, schema: "public", "mood"), MessageBuilder.relation(relation),
            MessageBuilder.insert(1, ["1", "x", "y"]),
        ])
        #expect(lines.contains(#""name":"m","type":"public.mood","oid":90001"#))
        #expect(lines.contains(#""name":"n","type":"???","oid":90002"#))
    }
}
