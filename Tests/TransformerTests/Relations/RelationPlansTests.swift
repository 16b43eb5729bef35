import Replication
import Testing

@testable import Transformer

@Suite("What is compiled of relations stays as small as the relations")
struct RelationPlansTests {
    private func describe(_ plans: inout RelationPlans, _ relation: Relation) {
        plans.describe(RelationDescription(relation: relation, facts: CatalogFacts()))
    }

    @Test("changes without end are compacted, and every relation is found afterwards")
    func compaction() throws {
        var plans = RelationPlans()
        for round in 0..<10_000 {
            describe(
                &plans, .table(oid: UInt32(round % 10), name: "t\(round)", [.plain("c\(round)"), .key("k")]))
            let (columns, text) = (plans.columns.count, plans.text.count)
            #expect(columns <= 2 * 20 + 1024 + 2)
            #expect(text < 100_000)
        }
        let relations = plans.relations.count
        #expect(relations == 10)
        for round in 9990..<10_000 {
            let found = plans.index(of: OID(UInt32(round % 10)))
            let index = try #require(found)
            let plan = plans.relations[index]
            let column = plans.columns[plan.firstColumn]
            let (names, label) = (text(plan.names, plans), text(column.label, plans))
            #expect(names == #","schema":"public","table":"t\#(round)""#)
            #expect(label == #","c\#(round)":"#)
            #expect(plan.columnCount == 2 && plan.hasKey)
        }
        let unknown = plans.index(of: OID(10))
        #expect(unknown == nil)
    }

    @Test("a repeated description costs nothing")
    func repeated() {
        var plans = RelationPlans()
        let relation = Relation.table([.key("id")])
        for _ in 0..<1000 { describe(&plans, relation) }
        let columns = plans.columns.count
        #expect(columns == 1)
    }

    private func text(_ fragment: Fragment, _ plans: borrowing RelationPlans) -> String {
        let bytes = (fragment.start..<fragment.start + fragment.count).map { plans.text.span[$0] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
