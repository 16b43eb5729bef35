extension RoundTripFamily {
    static let times = RoundTripFamily(
        name: "times",
        types: [
            .init(
                "date",
                edges: [
                    "infinity", "-infinity", "4713-01-01 BC", "0044-03-15 BC", "0001-12-31 BC", "0001-01-01",
                    "9999-12-31", "10000-01-01", "5874897-12-31", "2024-02-29",
                ],
                random: """
                    date '2000-01-01'
                        + random.pick(ARRAY[random.int(-900000, 3000000), random.int(-2451507, 2145031948)])::int
                    """),
            .init(
                "time", edges: ["00:00", "24:00:00", "23:59:59.999999", "13:30:00.5"], random: "random.time()"
            ),
            .init("time(2)", edges: ["24:00:00", "12:00:00.10"], random: "random.time()"),
            .init(
                "timetz",
                edges: [
                    "00:00+15:59:59", "24:00:00-15:59:59", "13:30:00.5+02:30:15", "12:00+00",
                    "00:00-00:00:01",
                ],
                random: """
                    format('%s%s%s:%s:%s', random.time(), random.pick('{+,-}'::text[]), random.int(0, 15),
                        lpad(random.int(0, 59)::text, 2, '0'), lpad(random.int(0, 59)::text, 2, '0'))
                    """),
            .init("timestamp", edges: moments, random: "random.timestamp()"),
            .init(
                "timestamp(0)", edges: ["infinity", "2026-11-23 13:30:00.5"], random: "random.timestamp()"),
            .init(
                "timestamptz",
                edges: moments + ["2026-11-23 13:30:00.5+02:30:15", "1890-01-01 00:00 Europe/Amsterdam"],
                random: "random.timestamp() AT TIME ZONE 'UTC'"),
            .init(
                "interval",
                edges: [
                    "0", "P-1Y2DT-4H-0.5S", "1 mon -1 day", "-00:00:00.000001", "P1Y2M3DT4H5M6.7S",
                    "178956970 years 7 mons", "-178956970 years -8 mons", "2147483647 days",
                    "-2147483648 days", "2562047788:00:54.775807", "-2562047788:00:54.775807",
                ], random: "random.interval()"
            ).with { $0.laterEdges = [17: ["infinity", "-infinity"]] },
        ])

    private static let moments = [
        "infinity", "-infinity", "4713-01-01 00:00 BC", "0044-03-15 12:00:00.5 BC", "0001-12-31 23:59:59 BC",
        "0001-01-01 00:00", "9999-12-31 23:59:59.999999", "10000-01-01 00:00", "294276-12-31 23:59:59.999999",
        "2000-01-01 00:00", "2026-11-23 13:30:00.1", "2026-11-23 13:30:00.000001",
    ]
}
