import Replication
import Testing

@Suite("What a row event says of its row, for every replica identity")
struct ReplicaIdentityTests {
    private static let columns: [RelationColumn] = [.key("id"), .plain("name"), .plain("note")]

    @Test("the primary key: key always, before only when it changed or the row went")
    func primaryKey() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table(Self.columns)),
            MessageBuilder.insert(1, ["1", "Ada", nil]),
            MessageBuilder.update(1, ["1", "Ada L.", nil]),
            MessageBuilder.update(1, key: ["1", nil, nil], ["2", "Ada L.", nil]),
            MessageBuilder.delete(1, key: ["2", nil, nil]),
        ])
        #expect(
            lines == #"""
                2 insert,"key":{"id":1},"after":{"id":1,"name":"Ada","note":null}}
                3 update,"key":{"id":1},"after":{"id":1,"name":"Ada L.","note":null}}
                4 update,"key":{"id":2},"before":{"id":1},"after":{"id":2,"name":"Ada L.","note":null}}
                5 delete,"key":{"id":2},"before":{"id":2}}
                """#)
    }

    @Test("a key of several columns, in the order of the table")
    func compositeKey() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table([.key("b", 25), .plain("x"), .key("a")])),
            MessageBuilder.insert(1, ["é", nil, "7"]),
            MessageBuilder.update(1, key: ["é", nil, "7"], ["é", "new", "8"]),
            MessageBuilder.delete(1, key: ["é", nil, "8"]),
        ])
        #expect(
            lines == #"""
                2 insert,"key":{"b":"é","a":7},"after":{"b":"é","x":null,"a":7}}
                3 update,"key":{"b":"é","a":8},"before":{"b":"é","a":7},"after":{"b":"é","x":"new","a":8}}
                4 delete,"key":{"b":"é","a":8},"before":{"b":"é","a":8}}
                """#)
    }

    @Test("a chosen index: its columns are the key, and the primary key in an old key is filler")
    func index() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(
                .table(identity: .index, [.plain("id", 23), .key("email", 25), .plain("note")])),
            MessageBuilder.insert(1, ["1", "a@b", "x"]),
            MessageBuilder.update(1, ["2", "a@b", "x"]),
            MessageBuilder.update(1, key: [nil, "a@b", nil], ["2", "c@d", "x"]),
            MessageBuilder.delete(1, key: [nil, "c@d", nil]),
        ])
        #expect(
            lines == #"""
                2 insert,"key":{"email":"a@b"},"after":{"id":1,"email":"a@b","note":"x"}}
                3 update,"key":{"email":"a@b"},"after":{"id":2,"email":"a@b","note":"x"}}
                4 update,"key":{"email":"c@d"},"before":{"email":"a@b"},"after":{"id":2,"email":"c@d","note":"x"}}
                5 delete,"key":{"email":"c@d"},"before":{"email":"c@d"}}
                """#)
    }

    private static let allFlagged: [RelationColumn] = [.key("id"), .key("name", 25), .key("note", 25)]

    @Test("the full row: before is all of it, and the key is the primary key of the catalog")
    func fullWithPrimaryKey() throws {
        let lines = try Transaction(primaryKeys: [OID(1): ["id"]]).rows([
            MessageBuilder.relation(.table(identity: .full, Self.allFlagged)),
            MessageBuilder.insert(1, ["1", "Ada", nil]),
            MessageBuilder.update(1, old: ["1", "Ada", nil], ["2", "Ada", "x"]),
            MessageBuilder.delete(1, old: ["2", "Ada", "x"]),
        ])
        #expect(
            lines == #"""
                2 insert,"key":{"id":1},"after":{"id":1,"name":"Ada","note":null}}
                3 update,"key":{"id":2},"before":{"id":1,"name":"Ada","note":null},\#
                "after":{"id":2,"name":"Ada","note":"x"}}
                4 delete,"key":{"id":2},"before":{"id":2,"name":"Ada","note":"x"}}
                """#)
    }

    @Test(
        "the full row without a primary key, or one of which the relation lacks a column: no key",
        arguments: [nil, [], ["gone"], ["id", "gone"]] as [[String]?])
    func fullWithoutPrimaryKey(primaryKey: [String]?) throws {
        let lines = try Transaction(primaryKeys: primaryKey.map { [OID(1): $0] } ?? [:]).rows([
            MessageBuilder.relation(.table(identity: .full, Self.allFlagged)),
            MessageBuilder.insert(1, ["1", "Ada", nil]),
            MessageBuilder.update(1, old: ["1", "Ada", nil], ["1", "Eve", nil]),
            MessageBuilder.delete(1, old: ["1", "Eve", nil]),
        ])
        #expect(
            lines == #"""
                2 insert,"after":{"id":1,"name":"Ada","note":null}}
                3 update,"before":{"id":1,"name":"Ada","note":null},"after":{"id":1,"name":"Eve","note":null}}
                4 delete,"before":{"id":1,"name":"Eve","note":null}}
                """#)
    }

    @Test("a root with the full row over leaves without: nulls in place of what was not logged, as they came")
    func partitionRoot() throws {
        let lines = try Transaction(primaryKeys: [OID(1): ["id"]]).rows([
            MessageBuilder.relation(.table(identity: .full, Self.allFlagged)),
            MessageBuilder.delete(1, old: ["1", nil, nil]),
        ])
        #expect(lines == #"2 delete,"key":{"id":1},"before":{"id":1,"name":null,"note":null}}"#)
    }

    @Test("no identity: rows come in and have no key")
    func nothing() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table(identity: .nothing, [.plain("id", 23), .plain("name")])),
            MessageBuilder.insert(1, ["1", "Ada"]),
        ])
        #expect(lines == #"2 insert,"after":{"id":1,"name":"Ada"}}"#)
    }

    @Test("a table without columns has rows too")
    func noColumns() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table([])), MessageBuilder.insert(1, []),
            MessageBuilder.update(1, []),
        ])
        #expect(lines == "2 insert,\"after\":{}}\n3 update,\"after\":{}}")
    }

    @Test("a key that became null, or was it, differs")
    func nullKey() throws {
        let lines = try Transaction().rows([
            MessageBuilder.relation(.table(identity: .index, [.key("k", 25), .plain("v")])),
            MessageBuilder.update(1, key: [nil, nil], ["a", "x"]),
            MessageBuilder.update(1, key: ["a", nil], [nil, "x"]),
            MessageBuilder.update(1, key: ["a", nil], ["b", "x"]),
            MessageBuilder.update(1, key: ["a", nil], ["", "x"]),
            MessageBuilder.update(1, key: [nil, nil], ["", "x"]),
        ])
        #expect(
            lines == #"""
                2 update,"key":{"k":"a"},"before":{"k":null},"after":{"k":"a","v":"x"}}
                3 update,"key":{"k":null},"before":{"k":"a"},"after":{"k":null,"v":"x"}}
                4 update,"key":{"k":"b"},"before":{"k":"a"},"after":{"k":"b","v":"x"}}
                5 update,"key":{"k":""},"before":{"k":"a"},"after":{"k":"","v":"x"}}
                6 update,"key":{"k":""},"before":{"k":null},"after":{"k":"","v":"x"}}
                """#)
    }
}
