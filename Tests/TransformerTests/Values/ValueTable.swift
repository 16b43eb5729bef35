/// The table of values: what PostgreSQL prints, and what stands in the line for it.
enum ValueTable {
    struct Row: Sendable, CustomStringConvertible {
        let type: PostgresType
        let text: String
        let json: String

        init(_ type: PostgresType, _ text: String, _ json: String) {
            self.type = type
            self.text = text
            self.json = json
        }

        var description: String { "\(type) \(text)" }
    }

    private static let bool = PostgresType("boolean", 16)
    private static let int2 = PostgresType("int2", 21)
    private static let int4 = PostgresType("int4", 23)
    private static let int8 = PostgresType("int8", 20)
    private static let oid = PostgresType("oid", 26)
    private static let float4 = PostgresType("float4", 700)
    private static let float8 = PostgresType("float8", 701)
    private static let numeric = PostgresType("numeric", 1700)

    static let numbers: [Row] = [
        Row(bool, "t", "true"),
        Row(bool, "f", "false"),
        Row(int2, "-32768", "-32768"),
        Row(int4, "0", "0"),
        Row(int4, "2147483647", "2147483647"),
        Row(int8, "9223372036854775807", "9223372036854775807"),
        Row(int8, "-9223372036854775808", "-9223372036854775808"),
        Row(oid, "4294967295", "4294967295"),
        Row(float4, "0.1", "0.1"),
        Row(float8, "-0", "-0"),
        Row(float8, "1e-320", "1e-320"),
        Row(float8, "1.7976931348623157e+308", "1.7976931348623157e+308"),
        Row(float8, "NaN", #""NaN""#),
        Row(float8, "Infinity", #""Infinity""#),
        Row(float4, "-Infinity", #""-Infinity""#),
        Row(numeric, "12345678901234567890.0123456789", #""12345678901234567890.0123456789""#),
        Row(numeric, "-0.00", #""-0.00""#),
        Row(numeric, "NaN", #""NaN""#),
        Row(numeric, "Infinity", #""Infinity""#),
    ]

    static let texts: [Row] = [
        Row(PostgresType("text", 25), "", #""""#),
        Row(PostgresType("text", 25), "é \u{1F4E6}", "\"é \u{1F4E6}\""),
        Row(PostgresType("varchar", 1043), "a\"b\\c/d", #""a\"b\\c/d""#),
        Row(PostgresType("char", 1042), "ab  ", #""ab  ""#),
        Row(PostgresType("\"char\"", 18), "x", #""x""#),
        Row(PostgresType("name", 19), "pg_class", #""pg_class""#),
        Row(
            PostgresType("uuid", 2950), "a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11",
            #""a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11""#),
        Row(PostgresType("xml", 142), "<a b=\"c\"/>", #""<a b=\"c\"/>""#),
        Row(PostgresType("inet", 869), "10.0.0.1/8", #""10.0.0.1/8""#),
        Row(PostgresType("cidr", 650), "10.0.0.0/8", #""10.0.0.0/8""#),
        Row(PostgresType("macaddr", 829), "08:00:2b:01:02:03", #""08:00:2b:01:02:03""#),
        Row(PostgresType("money", 790), "12.34", #""12.34""#),
        Row(PostgresType("bit", 1560), "101", #""101""#),
        Row(PostgresType("tsvector", 3614), "'cat':2 'the':1", #""'cat':2 'the':1""#),
        Row(PostgresType("point", 600), "(1.5,2)", #""(1.5,2)""#),
        // Prints as numbers with blanks between, and is no array.
        Row(PostgresType("int2vector", 22), "1 2", #""1 2""#),
        Row(PostgresType("enum", 90_001, named: ("public", "mood")), "ok", #""ok""#),
        // A type of somebody else's that happens to be called like a built-in one.
        Row(PostgresType("public.int4", 90_002, named: ("public", "int4")), "ok", #""ok""#),
        Row(PostgresType("a type never described", 90_003), "{1}", #""{1}""#),
    ]

    private static let json = PostgresType("json", 114)
    private static let jsonb = PostgresType("jsonb", 3802)
    private static let bytea = PostgresType("bytea", 17)

    static let documents: [Row] = [
        Row(jsonb, #"{"a": [1, null, "é"]}"#, #"{"a": [1, null, "é"]}"#),
        Row(jsonb, "null", "null"),
        Row(jsonb, #""text""#, #""text""#),
        Row(jsonb, "123456789012345678901234567890.5", "123456789012345678901234567890.5"),
        // json is kept as it was typed: line breaks become blanks, nothing else changes.
        Row(json, "{\"a\":\n 1,\r\n\t\"a\" : 1e400}", "{\"a\":  1,  \t\"a\" : 1e400}"),
        Row(json, "\n[]\n", " [] "),
        Row(json, #"["\u0000\ud800\n"]"#, #"["\u0000\ud800\n"]"#),
        Row(bytea, #"\x"#, #""""#),
        Row(bytea, #"\x00"#, #""AA==""#),
        Row(bytea, #"\xfffe"#, #""//4=""#),
        Row(bytea, #"\xdeadbe"#, #""3q2+""#),
        Row(bytea, #"\xDEADBEEF00"#, #""3q2+7wA=""#),
    ]

    private static let date = PostgresType("date", 1082)
    private static let time = PostgresType("time", 1083)
    private static let timetz = PostgresType("timetz", 1266)
    private static let timestamp = PostgresType("timestamp", 1114)
    private static let timestamptz = PostgresType("timestamptz", 1184)
    private static let interval = PostgresType("interval", 1186)

    static let times: [Row] = [
        Row(date, "2026-11-23", #""2026-11-23""#),
        Row(date, "infinity", #""infinity""#),
        Row(date, "0044-03-15 BC", #""0044-03-15 BC""#),
        Row(date, "5874897-12-31", #""5874897-12-31""#),
        Row(time, "13:30:00.123456", #""13:30:00.123456""#),
        Row(time, "24:00:00", #""24:00:00""#),
        Row(timetz, "13:30:00.123456+05:30:15", #""13:30:00.123456+05:30:15""#),
        Row(timestamp, "2026-11-23 13:30:00", #""2026-11-23T13:30:00""#),
        Row(timestamp, "2026-11-23 13:30:00.123456", #""2026-11-23T13:30:00.123456""#),
        Row(timestamp, "2026-11-23 13:30:00.5", #""2026-11-23T13:30:00.5""#),
        Row(timestamp, "0001-01-01 00:00:00", #""0001-01-01T00:00:00""#),
        Row(timestamp, "9999-12-31 23:59:59.999999", #""9999-12-31T23:59:59.999999""#),
        Row(timestamp, "10000-01-01 00:00:00", #""10000-01-01 00:00:00""#),
        Row(timestamp, "294276-12-31 23:59:59.999999", #""294276-12-31 23:59:59.999999""#),
        Row(timestamp, "0044-03-15 12:00:00 BC", #""0044-03-15 12:00:00 BC""#),
        Row(timestamp, "4714-11-24 00:00:00.5 BC", #""4714-11-24 00:00:00.5 BC""#),
        Row(timestamp, "infinity", #""infinity""#),
        Row(timestamp, "-infinity", #""-infinity""#),
        Row(timestamptz, "2026-11-23 13:30:00+00", #""2026-11-23T13:30:00Z""#),
        Row(timestamptz, "2026-11-23 13:30:00.123456+00", #""2026-11-23T13:30:00.123456Z""#),
        Row(timestamptz, "12026-11-23 00:00:00+00", #""12026-11-23 00:00:00+00""#),
        Row(timestamptz, "0044-03-15 12:00:00+00 BC", #""0044-03-15 12:00:00+00 BC""#),
        Row(timestamptz, "-infinity", #""-infinity""#),
        // Not UTC although UTC was asked for: better as it is than wrong.
        Row(timestamptz, "2026-11-23 13:30:00+02", #""2026-11-23 13:30:00+02""#),
        Row(timestamptz, "2026-11-23 13:30:00+05:30", #""2026-11-23 13:30:00+05:30""#),
        Row(interval, "P1Y2M3DT4H5M6.7S", #""P1Y2M3DT4H5M6.7S""#),
        Row(interval, "P-1Y2DT-4H-0.5S", #""P-1Y2DT-4H-0.5S""#),
        Row(interval, "infinity", #""infinity""#),
    ]

    private static let ints = PostgresType("int4[]", 1007)
    private static let textArray = PostgresType("text[]", 1009)

    static let arrays: [Row] = [
        Row(ints, "{}", "[]"),
        Row(ints, "{1}", "[1]"),
        Row(ints, "{1,NULL,-3}", "[1,null,-3]"),
        Row(ints, "{{1,2},{3,4}}", "[[1,2],[3,4]]"),
        Row(ints, "{{{1},{2}},{{3},{NULL}}}", "[[[1],[2]],[[3],[null]]]"),
        Row(ints, "[0:1]={1,2}", "[1,2]"),
        Row(ints, "[-5:-4][2:3]={{1,2},{3,4}}", "[[1,2],[3,4]]"),
        Row(textArray, #"{a,NULL,"NULL",null,"null"}"#, #"["a",null,"NULL",null,"null"]"#),
        Row(textArray, #"{"","a,b","{}"," x "}"#, #"["","a,b","{}"," x "]"#),
        Row(textArray, #"{"q\"uote","back\\slash","\\\""}"#, #"["q\"uote","back\\slash","\\\""]"#),
        Row(textArray, "{é,\u{1F4E6}}", "[\"é\",\"\u{1F4E6}\"]"),
        Row(textArray, "{\"line\nbreak\",tab\t}", #"["line\nbreak","tab\t"]"#),
        Row(textArray, #"{{a,"b c"},{NULL,""}}"#, #"[["a","b c"],[null,""]]"#),
        Row(PostgresType("varchar[]", 1015), "{NULLS,nul}", #"["NULLS","nul"]"#),
        Row(PostgresType("bool[]", 1000), "{t,f,NULL}", "[true,false,null]"),
        Row(PostgresType("int2[]", 1005), "{1}", "[1]"),
        Row(PostgresType("int8[]", 1016), "{9223372036854775807}", "[9223372036854775807]"),
        Row(PostgresType("oid[]", 1028), "{4294967295}", "[4294967295]"),
        Row(PostgresType("float4[]", 1021), "{1.5,NaN}", #"[1.5,"NaN"]"#),
        Row(PostgresType("float8[]", 1022), "{1e+20,-Infinity}", #"[1e+20,"-Infinity"]"#),
        Row(PostgresType("numeric[]", 1231), "{1.10,NaN}", #"["1.10","NaN"]"#),
        Row(
            PostgresType("uuid[]", 2951), "{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}",
            #"["a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11"]"#),
        Row(PostgresType("bytea[]", 1001), #"{"\\x00ff",NULL}"#, #"["AP8=",null]"#),
        Row(
            PostgresType("date[]", 1182), #"{2026-11-23,"0044-03-15 BC"}"#, #"["2026-11-23","0044-03-15 BC"]"#
        ),
        Row(PostgresType("timestamp[]", 1115), #"{"2026-11-23 13:30:00"}"#, #"["2026-11-23T13:30:00"]"#),
        Row(
            PostgresType("timestamptz[]", 1185), #"{"2026-11-23 13:30:00+00",infinity}"#,
            #"["2026-11-23T13:30:00Z","infinity"]"#),
        Row(
            PostgresType("jsonb[]", 3807), #"{"null",NULL,"{\"k\": \"v\\\"w\"}",1}"#,
            #"[null,null,{"k": "v\"w"},1]"#),
        Row(PostgresType("json[]", 199), "{\"[1,\n2]\"}", "[[1, 2]]"),
    ]

    /// The Type message of a domain names its base type.
    static let domains: [Row] = [
        Row(PostgresType("domain over int4", 90_000, named: ("pg_catalog", "int4")), "7", "7"),
        Row(PostgresType("domain over bool", 90_000, named: ("pg_catalog", "bool")), "t", "true"),
        Row(PostgresType("domain over text", 90_000, named: ("pg_catalog", "text")), "7", #""7""#),
        Row(PostgresType("domain over numeric", 90_000, named: ("pg_catalog", "numeric")), "7", #""7""#),
        Row(PostgresType("domain over jsonb", 90_000, named: ("pg_catalog", "jsonb")), "[1]", "[1]"),
        Row(PostgresType("domain over bytea", 90_000, named: ("pg_catalog", "bytea")), #"\x00"#, #""AA==""#),
        Row(
            PostgresType("domain over timestamptz", 90_000, named: ("pg_catalog", "timestamptz")),
            "2026-11-23 13:30:00+00", #""2026-11-23T13:30:00Z""#),
        Row(PostgresType("domain over float8", 90_000, named: ("pg_catalog", "float8")), "NaN", #""NaN""#),
        Row(
            PostgresType("domain over bool[]", 90_000, named: ("pg_catalog", "_bool")), "{t,NULL}",
            "[true,null]"),
        Row(PostgresType("domain over text[]", 90_000, named: ("pg_catalog", "_text")), "{a}", #"["a"]"#),
        Row(PostgresType("domain over an enum", 90_000, named: ("public", "mood")), "ok", #""ok""#),
    ]
}
