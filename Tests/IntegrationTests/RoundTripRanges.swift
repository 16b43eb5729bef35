extension RoundTripFamily {
    static let ranges = RoundTripFamily(
        name: "ranges",
        setup: rangeTypes,
        types: rangesOf.map { name, value, edges in
            RoundTripType(name, edges: ["empty", "(,)"] + edges, random: "random.range(\(value), \(value))")
                .with { $0.every = rangeTypes.contains(name) ? 5 : 1 }
        })

    static let multiranges = RoundTripFamily(
        name: "multiranges",
        setup: rangeTypes,
        types: rangesOf.map { name, value, edges in
            let range = "random.range(\(value), \(value))"
            return RoundTripType(
                name.replacing("range", with: "multirange"),
                edges: ["{}", "{(,)}"] + edges.map { "{\($0)}" },
                random: "format('{%s,%s}', \(range), \(range))"
            ).with {
                $0.every = rangeTypes.contains(name) ? 5 : 1
                $0.isList = true
                $0.since = 14
            }
        })

    private static let rangeTypes = """
        CREATE TYPE span AS (a int, "b c" text, d timestamptz);
        CREATE TYPE floatrange AS RANGE (subtype = float8);
        CREATE TYPE textrange AS RANGE (subtype = text, collation = "C");
        CREATE TYPE timerange AS RANGE (subtype = time);
        CREATE TYPE listrange AS RANGE (subtype = int[]);
        CREATE TYPE byterange AS RANGE (subtype = bytea);
        CREATE TYPE spanrange AS RANGE (subtype = span);

        """

    /// Range types, each with an expression for a bound and more edges.
    private static let rangesOf: [(name: String, bound: String, edges: [String])] = [
        ("int4range", "random.signed(30)::int", ["[-2147483648,2147483646]", "[1,1]"]),
        ("int8range", "random.signed(62)", ["[-9223372036854775808,9223372036854775806]"]),
        ("numrange", "random.numeric()", ["[1.0,1.00]", "(NaN,)", "[1e-1000,1e1000]"]),
        ("tsrange", "random.timestamp()", ["[-infinity,infinity]", "[0044-03-15 BC,12026-01-01]"]),
        (
            "tstzrange", "random.timestamp() AT TIME ZONE 'UTC'",
            ["[-infinity,infinity)", "(2026-11-23 12:00+01,)"]
        ),
        (
            "daterange", "(date '2000-01-01' + random.signed(21)::int)",
            ["[-infinity,infinity]", "[0044-03-15 BC,)"]
        ),
        ("floatrange", "random.float8()", ["[-0,NaN]", "[-infinity,infinity]"]),
        ("textrange", "random.text(8)", ["[\"\",\"\"]", "[\"a,\\\"b\",c]", "(\\\\,\"]\")", "[NULL,null]"]),
        ("timerange", "random.time()", ["[00:00,24:00]"]),
        ("listrange", "ARRAY[random.signed(9), random.signed(9)]::int[]", ["[\"{}\",\"{1,NULL}\"]"]),
        ("byterange", "random.bytes(4)", ["[\"\",\"\\\\xff\"]"]),
        (
            "spanrange", "ROW(random.signed(9), random.text(4), random.timestamp())::span",
            [#"["(1,"""",)","(2,,infinity)"]"#]
        ),
    ]
}
