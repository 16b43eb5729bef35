import Replication
import Testing
import Transformer

@Suite("The schema of tables takes the rows that the server can send of them")
struct TableSchemaTests {
    private static let columns: [RelationColumn] = [
        .key("id"), .plain("name"), RelationColumn(name: "doc", type: OID(3802)), .plain("n", 23),
    ]

    private func table(_ identity: ReplicaIdentity) -> TableDescription {
        let columns = Self.columns.map { column in
            var column = column
            switch identity {
            case .full: column.isKey = true
            case .nothing: column.isKey = false
            case .default, .index: break
            }
            return column
        }
        return TableDescription(
            relation: .table(identity: identity, columns), primaryKey: identity == .full ? ["id"] : nil,
            notNull: [0, 3], toastable: [1, 2])
    }

    private func matcher(
        _ table: TableDescription, _ change: (inout TransformerOptions) -> Void = { _ in }
    ) throws -> SchemaMatcher {
        var options = TransformerOptions()
        change(&options)
        return try SchemaMatcher(EventSchema.of([table], TypeCatalog(), options))
    }

    /// Lines of the transformer itself.
    private func lines(
        _ table: TableDescription, _ messages: [[UInt8]],
        _ change: (inout TransformerOptions) -> Void = { _ in }
    ) throws -> [String] {
        var transaction = Transaction(options: TransformerOptions(includesTransactions: true))
        transaction.options.includesSchemas = true
        change(&transaction.options)
        transaction.primaryKeys = table.primaryKey.map { [table.relation.oid: $0] } ?? [:]
        return try transaction.lines([MessageBuilder.relation(table.relation)] + messages).split(
            separator: "\n"
        )
        .map(String.init)
    }

    private static let row: [WireValue] = ["1", "Ada", "null", "7"]
    private static let rest: [WireValue] = ["1", .unchanged, .unchanged, "7"]

    @Test("with every replica identity", arguments: [ReplicaIdentity.default, .index, .full, .nothing])
    func identities(identity: ReplicaIdentity) throws {
        let table = table(identity)
        var messages = [MessageBuilder.insert(1, Self.row), MessageBuilder.truncate([1])]
        switch identity {
        case .default, .index:
            messages += [
                MessageBuilder.update(1, Self.rest),
                MessageBuilder.update(1, key: ["2", nil, nil, nil], Self.rest),
                MessageBuilder.delete(1, key: ["1", nil, nil, nil]),
            ]
        case .full:
            messages += [
                MessageBuilder.update(1, old: Self.row, Self.rest), MessageBuilder.delete(1, old: Self.row),
            ]
        case .nothing:
            break
        }
        let matcher = try matcher(table)
        let lines = try lines(table, messages)
        #expect(lines.count == messages.count + 3)
        for line in lines { #expect(try matcher.accepts(line), "\(line)") }
    }

    @Test("with columns left out and masked, also those of the key")
    func rules() throws {
        let rules: (inout TransformerOptions) -> Void = { options in
            options.columns.excluded = [Glob("*.id")]
            options.columns.masks = [.init(columns: Glob("*.n"), mask: .redact)]
        }
        let table = table(.default)
        let lines = try lines(
            table,
            [MessageBuilder.insert(1, Self.row), MessageBuilder.delete(1, key: ["1", nil, nil, nil])], rules)
        for line in lines {
            #expect(try matcher(table, rules).accepts(line), "\(line)")
            guard line.contains("insert") || line.contains("delete") else { continue }
            #expect(try !matcher(table).accepts(line), "\(line)")
        }
    }

    @Test("A column that is absent is named, or never absent")
    func absence() throws {
        let matcher = try matcher(table(.default))
        let line = try lines(table(.default), [MessageBuilder.update(1, Self.rest)])[2]
        #expect(line.hasSuffix(#""key":{"id":1},"after":{"id":1,"n":7},"unchanged":["name","doc"]}"#))
        #expect(try matcher.accepts(line))
        let wrong = [
            line.replacing(#","unchanged":["name","doc"]"#, with: ""),
            line.replacing(#","n":7"#, with: ""), line.replacing(#"["name","doc"]"#, with: #"["n"]"#),
            line.replacing(#""n":7"#, with: #""n":null"#), line.replacing(#""n":7"#, with: #""n":7,"m":7"#),
            line.replacing(#""key":{"id":1},"#, with: ""),
            line.replacing(#""key":{"id":1}"#, with: #""key":{}"#),
            line.replacing(#""key":{"id":1}"#, with: #""key":{"n":1}"#),
            line.replacing(#""after""#, with: #""before":{"name":"Ada"},"after""#),
            line.replacing(#""table":"t""#, with: #""table":"u""#),
            line.replacing(#""schema":"public""#, with: #""schema":"private""#),
        ]
        for line in wrong { #expect(try !matcher.accepts(line), "\(line)") }
    }

    @Test("The whole old row comes with an update where it is the identity")
    func wholeRows() throws {
        let matcher = try matcher(table(.full))
        let line = try lines(table(.full), [MessageBuilder.update(1, old: Self.row, Self.row)])[2]
        #expect(try matcher.accepts(line))
        let before = try #require(line.firstMatch(of: /"before":\{.*?\},/))
        #expect(try !matcher.accepts(line.replacing(before.0, with: "")))
        #expect(try !matcher.accepts(line.replacing(before.0, with: #""before":{"id":1},"#)))
    }

    @Test("Partitions log by identities of their own: nulls can come for what they did not log")
    func partitions() throws {
        var table = table(.full)
        let line = try lines(table, [MessageBuilder.delete(1, old: ["1", nil, nil, nil])])[2]
        #expect(try !matcher(table).accepts(line))
        table.isPartitioned = true
        #expect(try matcher(table).accepts(line))
    }

    @Test("A key of which a column may be absent is not always there")
    func keysThatMayBeAbsent() throws {
        var table = table(.default)
        let line = try lines(table, [MessageBuilder.update(1, [.unchanged, "Ada", nil, "7"])])[2]
        #expect(!line.contains("\"key\""))
        #expect(try !matcher(table).accepts(line))
        table.toastable.insert(0)
        #expect(try matcher(table).accepts(line))
    }

    @Test("Names that look the same with a dot between stay apart, and odd ones are found")
    func names() throws {
        let names = [
            ("a.b", "c"), ("a", "b.c"), ("a", "b"), ("pos", "ts"), ("S/~", "é %\"{}"), ("type:x", "y"),
        ]
        let tables = names.enumerated().map { index, name in
            TableDescription(
                relation: Relation(
                    oid: OID(UInt32(index + 1)), schema: name.0, name: name.1,
                    columns: [RelationColumn(name: "v\(index)", type: OID(1184))]))
        }
        let matcher = try SchemaMatcher(EventSchema.of(tables, TypeCatalog(), TransformerOptions()))
        let definitions = try #require(matcher.root["$defs"]?.members)
        #expect(
            definitions[#""a.b".c"#] != nil && definitions[#"a."b.c""#] != nil && definitions["a.b"] != nil)
        for table in tables {
            let relation = table.relation
            let line = try lines(table, [MessageBuilder.insert(relation.oid.value, ["infinity"])])[2]
            #expect(try matcher.accepts(line), "\(line)")
            #expect(try !matcher.accepts(line.replacing("infinity", with: "later")), "\(line)")
        }
    }
}
