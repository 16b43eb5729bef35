extension RoundTripFamily {
    static let numbers = RoundTripFamily(
        name: "numbers",
        types: [
            .init("boolean", edges: ["true", "false"], random: "random() < 0.5"),
            .init("int2", edges: ["0", "32767", "-32768"], random: "random.signed(16)"),
            .init("int4", edges: ["0", "2147483647", "-2147483648"], random: "random.signed(32)"),
            .init(
                "int8",
                edges: [
                    "0", "9223372036854775807", "-9223372036854775808", "9007199254740993",
                    "-9007199254740993",
                ],
                random: "random.signed(64)"),
            .init("oid", edges: ["0", "4294967295", "2147483648"], random: "random.int(0, 4294967295)"),
            .init(
                "float4",
                edges: [
                    "0", "-0", "NaN", "Infinity", "-Infinity", "1e-45", "-1e-45", "1.1754942e-38",
                    "1.1754944e-38", "3.4028235e38", "-3.4028235e38", "16777217", "0.1", "1e15", "1e16",
                    "123456.7",
                ], random: "random.float4()"),
            .init(
                "float8",
                edges: [
                    "0", "-0", "NaN", "Infinity", "-Infinity", "4.9406564584124654e-324", "-5e-324",
                    "2.225073858507201e-308", "2.2250738585072014e-308", "1.7976931348623157e308",
                    "-1.7976931348623157e308", "9007199254740993", "0.1", "1e15", "1e16", "1e22", "1e23",
                    "5e-5", "0.00012345678901234567",
                ], random: "random.float8()"),
            .init(
                "numeric",
                edges: [
                    "0", "0.00", "-0.0", "1.50", "100", "1e-1000", "1e1000", "-1e131071", "NaN",
                    String(repeating: "1234567890", count: 100),
                    "-0." + String(repeating: "0", count: 990) + "1234567890",
                    String(repeating: "9", count: 131_072),
                    "0." + String(repeating: "0", count: 16_382) + "1",
                ], random: "random.numeric()"
            ).with { $0.laterEdges = [14: ["Infinity", "-Infinity"]] },
            .init(
                "numeric(20,5)", edges: ["0", "999999999999999.99999", "-0.00001", "NaN"],
                random: "random.signed(50) / 100000.0"),
            .init(
                "money", edges: ["0", "-0.01", "92233720368547758.07", "-92233720368547758.08"],
                random: "random.signed(64) / 100.0"),
        ])
}
