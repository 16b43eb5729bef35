extension RoundTripFamily {
    static let network = RoundTripFamily(
        name: "network",
        types: [
            .init(
                "inet",
                edges: [
                    "0.0.0.0", "255.255.255.255/0", "10.0.0.1/8", "::", "::ffff:1.2.3.4/96", "fe80::1/64",
                    "::1/128",
                ],
                random: """
                    CASE WHEN random() < 0.5 THEN format('%s.%s.%s.%s/%s', random.int(0, 255),
                        random.int(0, 255), random.int(0, 255), random.int(0, 255), random.int(0, 32))
                    ELSE format('%s:%s::%s/%s', to_hex(random.int(0, 65535)), to_hex(random.int(0, 65535)),
                        to_hex(random.int(0, 65535)), random.int(0, 128)) END
                    """),
            .init(
                "cidr", edges: ["0.0.0.0/0", "10.0.0.0/8", "1.2.3.4/32", "::/0", "2001:db8::/32", "::1/128"],
                random: """
                    network(set_masklen('0.0.0.0'::inet + random.int(0, 4294967295), random.int(0, 32)::int))
                    """),
            .init(
                "macaddr", edges: ["00:00:00:00:00:00", "ff:ff:ff:ff:ff:ff"],
                random: "left(md5(random()::text), 12)"),
            .init(
                "macaddr8", edges: ["00:00:00:ff:fe:00:00:00", "ff:ff:ff:ff:ff:ff:ff:ff"],
                random: "left(md5(random()::text), 16)"),
        ])

    static let bits = RoundTripFamily(
        name: "bits",
        types: [
            .init(
                "bit(13)", edges: ["0000000000000", "1111111111111"],
                random: "rpad(random.bitstring(13), 13, '0')"),
            .init("bit", edges: ["0", "1"], random: "random.int(0, 1)::text"),
            .init("varbit", edges: ["", "0", "1", "00000000", "111111111"], random: "random.bitstring(70)"),
            .init(
                "bytea",
                edges: ["", "\\x00", "\\xff", "\\x5c5c", "\\x0001", String(repeating: "a", count: 10_000)],
                random: "random.bytes(40)"),
        ])

    static let system = RoundTripFamily(
        name: "system",
        types: [
            .init(
                "pg_lsn", edges: ["0/0", "FFFFFFFF/FFFFFFFF", "0/1"],
                random: "to_hex(random.int(0, 4294967295)) || '/' || to_hex(random.int(0, 4294967295))"),
            .init("xid", edges: ["0", "3", "4294967295"], random: "random.int(0, 4294967295)::text")
                .with { $0.isKey = false },
            .init(
                "xid8", edges: ["0", "18446744073709551615"],
                random: "trunc(random.int(0, 4294967295) * 4294967296.0 + random.int(0, 4294967295))::text"),
            .init(
                "tid", edges: ["(0,0)", "(4294967295,65535)"], random: "format('(%s,1)', random.int(0, 99))"),
            .init("refcursor", edges: ["", "<unnamed portal 1>"], random: "random.text(9)")
                .with { $0.isKey = false },
            .init("pg_snapshot", edges: ["1:1:", "10:20:10,14,15"], random: "format('%s:%s:', id, id + 1)")
                .with { $0.isKey = false },
        ])

    /// The names of objects, and the numbers of such that are gone.
    static let names = RoundTripFamily(
        name: "names",
        setup: """
            CREATE SCHEMA "Odd ""name"".x";
            CREATE TABLE "Odd ""name"".x"."a, b.(c)" (id int PRIMARY KEY);
            CREATE TYPE "Odd ""name"".x"."ö {}" AS (a int);
            CREATE FUNCTION "Odd ""name"".x"."f \\ " ("Odd ""name"".x"."ö {}"[], VARIADIC text[]) RETURNS int
                LANGUAGE sql AS 'SELECT 1';
            """,
        types: [
            name(
                "regclass", "oid FROM pg_class WHERE relnamespace::regnamespace::text ~ '^(pg_catalog|\"Odd)'"
            ),
            name(
                "regtype", "oid FROM pg_type WHERE typnamespace::regnamespace::text ~ '^(pg_catalog|\"Odd)'"),
            name("regproc", "min(oid) FROM pg_proc GROUP BY proname HAVING count(*) = 1"),
            name("regprocedure", "oid FROM pg_proc"),
            name("regoper", "min(oid) FROM pg_operator GROUP BY oprname HAVING count(*) = 1"),
            name("regoperator", "oid FROM pg_operator"),
            name("regrole", "oid FROM pg_roles WHERE rolname ~ '^pg_'"),
            name("regnamespace", "oid FROM pg_namespace WHERE nspname ~ '^(pg_catalog|Odd)'"),
            name("regconfig", "oid FROM pg_ts_config"),
            name("regdictionary", "oid FROM pg_ts_dict"),
            name("regcollation", "oid FROM pg_collation WHERE collencoding IN (-1, 6)"),
        ])

    /// A type of names, which are drawn from a query.
    private static func name(_ type: String, _ choices: String) -> RoundTripType {
        .init(
            type, edges: [],
            random: "random.pick(ARRAY(SELECT \(choices) UNION ALL VALUES (0::oid), (4294967295)))")
    }
}
