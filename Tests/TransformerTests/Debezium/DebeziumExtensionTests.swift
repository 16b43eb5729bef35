import Replication
import Testing
import Transformer

@Suite("Types of extensions and of the user, as Debezium writes them")
struct DebeziumExtensionTests {
    static let types: [OID: TypeDescription] = [
        // The catalog tells no name of an enumeration.
        OID(20001): TypeDescription(name: "", structure: .base),
        OID(20002): TypeDescription(name: "", structure: .array(of: OID(20001), delimiter: 0x2C)),
        OID(20003): TypeDescription(
            name: "", structure: .domain(over: OID(1700), modifier: 10 << 16 | 2 + 4)),
        OID(20004): TypeDescription(name: "", structure: .domain(over: OID(20003))),
        OID(20005): TypeDescription(name: "", structure: .domain(over: OID(1007))),
        OID(20006): TypeDescription(name: "", structure: .array(of: OID(20003), delimiter: 0x2C)),
        OID(20007): TypeDescription(name: "", structure: .composite([.init(name: "n", type: OID(23))])),
        OID(20008): TypeDescription(name: "", structure: .range(of: OID(701))),
        OID(20009): TypeDescription(name: "hstore", structure: .base),
        OID(20010): TypeDescription(name: "citext", structure: .base),
        OID(20011): TypeDescription(name: "vector", structure: .base),
        OID(20012): TypeDescription(name: "sparsevec", structure: .base),
        OID(20013): TypeDescription(name: "geometry", structure: .base),
        OID(20014): TypeDescription(name: "cube", structure: .base),
        OID(20015): TypeDescription(name: "", structure: .domain(over: OID(20015))),
        OID(20016): TypeDescription(name: "", structure: .array(of: OID(20009), delimiter: 0x2C)),
    ]

    @Test(
        arguments: [
            (20001, "so \"so\"", #""so \"so\"""#), (20002, "{sad,NULL}", #"["sad",null]"#),
            (20003, "12.30", #""BM4=""#), (20004, "12.30", #""BM4=""#), (20005, "{1,2}", "[1,2]"),
            (20009, #""a"=>"1", "b c"=>NULL"#, #""{\"a\":\"1\",\"b c\":null}""#), (20009, "", #""{}""#),
            (20009, #""q\"uote"=>"back\\slash""#, #""{\"q\\\"uote\":\"back\\\\slash\"}""#),
            (20010, "Ab", #""Ab""#), (20011, "[1,-2.5,3e-05]", "[1.0,-2.5,3.0E-5]"),
            (20012, "{1:1,3:2.5}/5", #"{"dimensions":5,"vector":[[1,1.0],[3,2.5]]}"#),
            (20012, "{}/3", #"{"dimensions":3,"vector":[]}"#),
            (
                20013, "0101000020E6100000000000000000F03F0000000000000440",
                #"{"wkb":"AQEAACDmEAAAAAAAAAAA8D8AAAAAAAAEQA==","srid":4326}"#
            ),
            (
                20013, "0101000000000000000000F03F0000000000000440",
                #"{"wkb":"AQEAAAAAAAAAAADwPwAAAAAAAARA","srid":null}"#
            ),
            (20016, #"{"\"a\"=>\"1\""}"#, #"["{\"a\":\"1\"}"]"#),
        ] as [(UInt32, String, String)])
    func value(type: UInt32, text: String, json: String) throws {
        for isStrict in [false, true] {
            var stream = DebeziumStream(isStrict: isStrict)
            stream.catalog[OID(1)] = CatalogFacts(types: Self.types)
            #expect(try stream.value(text, type) == json)
        }
    }

    @Test("a domain that is gone from the catalog is what the stream says it is")
    func domainWithoutCatalog() throws {
        let rows = try DebeziumStream().rows([
            MessageBuilder.type(90_000, schema: "pg_catalog", "date"),
            MessageBuilder.relation(.table([.plain("v", 90_000)])), MessageBuilder.insert(1, ["1970-01-02"]),
        ])
        #expect(rows == [#"c null {"v":1}"#])
    }
}
