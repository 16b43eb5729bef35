import Replication
import Testing
import Transformer

@Suite("Tables are chosen by patterns")
struct FilterTests {
    @Test(
        arguments: [
            ("", ["", "!x"]),
            ("a", ["a", "!b", "!", "!aa", "!A"]),
            ("?", ["a", "é", "\u{1F4E6}", "!", "!ab"]),
            ("*", ["", "a", "public.t", "é\u{1F4E6}"]),
            ("public.*", ["public.", "public.t", "public.a.b", "!publicXt", "!Public.t", "!xpublic.t"]),
            ("*.orders", ["public.orders", ".orders", "a.b.orders", "!orders", "!public.orders2"]),
            ("a*b*c", ["abc", "aXbYc", "abbcc", "abcbc", "!ab", "!acb", "!abcd"]),
            ("**a**", ["a", "xay", "!", "!b"]),
            ("?*?", ["ab", "axb", "!a", "!"]),
            ("public.t?", ["public.t1", "public.té", "!public.t", "!public.t12"]),
            ("p.[a]", ["p.[a]", "!p.a"]),
            ("p.a\\*", ["p.a\\", "p.a\\b", "!p.a*"]),
            ("aaa*aaab", ["aaaaaab", "aaaaaaaab", "!aaaaaaa"]),
        ] as [(String, [String])])
    func glob(pattern: String, names: [String]) {
        let glob = Glob(pattern)
        for name in names {
            let isMatch = !name.hasPrefix("!")
            #expect(glob.matches(isMatch ? name : String(name.dropFirst())) == isMatch, "\(name)")
        }
        #expect(glob.isPlain == !pattern.contains { "*?".contains($0) })
    }

    @Test("many stars do not take for ever", .timeLimit(.minutes(1)))
    func manyStars() {
        let glob = Glob(String(repeating: "a*", count: 30) + "b")
        #expect(!glob.matches(String(repeating: "a", count: 3000)))
    }

    @Test("without a pattern everything, else what is included and not excluded")
    func tables() {
        let all = TableFilter()
        #expect(all.allows(schema: "public", table: "t"))
        let filter = TableFilter(
            included: [Glob("public.*"), Glob("audit.log")],
            excluded: [Glob("*.tmp_*"), Glob("public.secret")])
        for (schema, table, isAllowed) in [
            ("public", "orders", true), ("audit", "log", true), ("audit", "logs", false),
            ("other", "t", false),
            ("public", "tmp_1", false), ("public", "secret", false), ("public", "secrets", true),
        ] {
            #expect(filter.allows(schema: schema, table: table) == isAllowed, "\(schema).\(table)")
        }
        #expect(!TableFilter(excluded: [Glob("*")]).allows(schema: "a", table: "b"))
    }

    @Test("what is left out still counts, so that positions do not depend on the filter")
    func positions() throws {
        let messages = [
            MessageBuilder.relation(.table(oid: 2, name: "u", [.key("id")])),
            MessageBuilder.relation(.table(oid: 1, [.key("id")])),
            MessageBuilder.insert(2, ["1"]), MessageBuilder.insert(1, ["2"]),
            MessageBuilder.truncate([2, 1]), MessageBuilder.insert(1, ["3"]),
        ]
        let everything = try Transaction().lines(messages)
        let options = TransformerOptions(filter: TableFilter(included: [Glob("public.t")]))
        let some = try Transaction(options: options).lines(messages)
        #expect(some.split(separator: "\n").count == 3)
        #expect(
            some
                == everything.split(separator: "\n").filter { $0.contains(#""table":"t""#) }
                .map { $0 + "\n" }.joined())
    }

    @Test("the transformer tells which relations are left out")
    func includes() {
        var transformer = Transformer(
            options: TransformerOptions(filter: TableFilter(excluded: [Glob("public.t")])))
        let excluded = Relation.table([.key("id")])
        let included = Relation.table(oid: 2, name: "u", [.key("id")])
        transformer.describe(excluded)
        transformer.describe(included)
        let known = [1, 2, 3].map { transformer.includes(.insert, of: OID($0)) }
        #expect(known == [false, true, nil])
        let (first, second) = (transformer.lookUps(for: excluded), transformer.lookUps(for: included))
        #expect(first == nil && second == [])
    }
}
