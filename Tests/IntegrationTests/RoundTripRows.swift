extension RoundTripFamily {
    /// Rows, and lists and domains of them, deeper than what is made of every type.
    static let rows = RoundTripFamily(
        name: "rows",
        setup: """
            CREATE EXTENSION hstore;
            CREATE TYPE pair AS (a int, "b ""c\\" text, gone int, at timestamptz);
            ALTER TYPE pair DROP ATTRIBUTE gone;
            CREATE TYPE alone AS (v text);
            CREATE TYPE nobody AS ();
            CREATE DOMAIN positive AS int CHECK (VALUE > 0);
            CREATE DOMAIN more AS positive CHECK (VALUE > 1);
            CREATE DOMAIN pairs AS pair[];
            CREATE DOMAIN "NULL" AS pair;
            CREATE TYPE steps AS RANGE (subtype = more);
            CREATE TYPE nest AS (
                p pair, ps pair[], d more, j json, h hstore, b bytea, alone alone, n "NULL", s steps);
            CREATE TYPE deep AS (ns nest[], "after" nest, pss pairs);
            CREATE TABLE kind (id int PRIMARY KEY, gone text, nest nest);
            ALTER TABLE kind DROP gone;
            CREATE FUNCTION random.pair() RETURNS pair LANGUAGE sql AS $$
                SELECT ROW(random.signed(32), nullif(random.text(9), ''), random.timestamp())::pair
            $$;
            CREATE FUNCTION random.nest() RETURNS nest LANGUAGE sql AS $$
                SELECT ROW(random.pair(), random.list(random.pair(), random.pair(), false), random.int(2, 99),
                    to_json(random.text(5)), hstore(random.text(5), random.text(5)), random.bytes(5),
                    ROW(random.text(5)), random.pair(),
                    format('[%s,%s)', random.int(2, 9), random.int(10, 99)))::nest
            $$;

            """,
        types: [
            .init(
                "pair", edges: ["(,,)", "(1,\"\",)", "(,\"(,)\",infinity)", "(,NULL,)"],
                random: "random.pair()"),
            .init("alone", edges: ["()", "(\"\")", "(\",\")", "(NULL)"], random: "ROW(random.text(9))"),
            .init("nobody", edges: ["()"], random: "'()'").with { $0.isKey = false },
            .init("more", edges: ["2", "2147483647"], random: "random.int(2, 99)"),
            .init(
                "pairs", edges: ["{}", "{NULL}", "{\"(,,)\"}"],
                random: "random.list(random.pair(), random.pair(), false)"
            )
            .with { $0.isList = true },
            .init("\"NULL\"", edges: ["(,,)"], random: "random.pair()"),
            .init("steps", edges: ["empty", "[2,2]", "(,)"], random: "format('[2,%s]', random.int(2, 99))"),
            .init(
                "nest", edges: ["(,,,,,,,,)", "(\"(,,)\",\"{}\",,,\"\",\\\\x,\"()\",,empty)"],
                random: "random.nest()"
            ).with {
                $0.every = 5
                $0.isKey = false
            },
            .init(
                "deep", edges: ["(,,)", "({},,{})"],
                random: """
                    ROW(ARRAY[random.nest(), NULL, random.nest()], random.nest(), ARRAY[random.pair()])
                    """
            ).with {
                $0.every = 20
                $0.isKey = false
            },
            .init("kind", edges: ["(,)"], random: "ROW(id, random.nest())").with {
                $0.every = 20
                $0.isKey = false
            },
        ])
}
