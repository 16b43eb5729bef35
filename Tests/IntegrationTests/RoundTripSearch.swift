extension RoundTripFamily {
    static let search = RoundTripFamily(
        name: "search",
        setup: "CREATE EXTENSION ltree;",
        types: [
            .init(
                "tsvector", edges: ["", "'a b':1A,16383D '''':2 '\\\\':3B 'c'", "'ö😀'"],
                random: """
                    setweight(to_tsvector('simple', random.text(40)), 'B')
                        || array_to_tsvector(array_remove(ARRAY[random.text(5), random.text(5)], ''))
                    """),
            .init(
                "tsquery", edges: ["", "'a b':*AD & !('c' | 'd') <2> 'e'", "'''' <-> '\\\\'"],
                random: """
                    format('%s''%s'':*C & (''%s'' | b)', random.pick('{!,"",!!}'::text[]), random.word(9),
                        replace(replace('x' || random.text(9), '\\', '\\\\'), '''', ''''''))
                    """),
            .init(
                "ltree", edges: ["", "a", "a.b.c", "Ab_1.2"],
                random: "concat_ws('.', random.word(6), random.word(9))"),
            .init("lquery", edges: ["*", "a.*{1,2}.!b@|c*"], random: "'*.' || random.word(6)")
                .with { $0.isKey = false },
        ])

    static let geometry = RoundTripFamily(
        name: "geometry",
        setup: """
            CREATE FUNCTION random.number() RETURNS float8 LANGUAGE sql AS
                'SELECT CASE WHEN random() < 0.5 THEN random.float8() ELSE random.signed(20) / 8.0 END';
            CREATE FUNCTION random.point() RETURNS text LANGUAGE sql AS
                $$ SELECT format('(%s,%s)', random.number(), random.number()) $$;
            CREATE FUNCTION random.points() RETURNS text LANGUAGE sql AS
                $$ SELECT string_agg(random.point(), ',') FROM generate_series(1, random.int(1, 5)) $$;
            """,
        types: [
            .init(
                "point", edges: ["(0,-0)", "(NaN,Infinity)", "(1e-300,-5e-324)"], random: "random.point()"),
            .init("lseg", edges: ["[(0,0),(0,0)]"], random: "random.point() || ',' || random.point()"),
            .init(
                "box", edges: ["(0,0),(0,0)", "(1,1),(-1,-1)", "(Infinity,NaN),(-Infinity,0)"],
                random: "random.point() || ',' || random.point()"),
            .init(
                "path", edges: ["[(0,0)]", "((0,0))", "[(0,0),(1,1)]"],
                random: "format(random.pick('{[%s],(%s)}'::text[]), random.points())"),
            .init("polygon", edges: ["((0,0))"], random: "format('(%s)', random.points())"),
            .init(
                "line", edges: ["{1,0,0}", "{0,-1,-0}", "{1e300,NaN,5}"],
                random: "format('{%s,%s,%s}', 1 + random.int(0, 9), random.number(), random.number())"),
            .init(
                "circle", edges: ["<(0,0),0>", "<(0,0),Infinity>", "<(NaN,0),1>"],
                random: "format('<%s,%s>', random.point(), abs(random.number()))"),
        ].map { (type: RoundTripType) in type.with { $0.isKey = false } })
}
