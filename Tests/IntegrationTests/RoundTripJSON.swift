extension RoundTripFamily {
    static let json = RoundTripFamily(
        name: "json",
        setup: #"""
            CREATE FUNCTION random.json_string(is_plain boolean) RETURNS text LANGUAGE sql AS $$
                SELECT regexp_replace(to_json(random.text(6))::text, '"$', '') || CASE
                    WHEN random() < 0.5
                        THEN random.pick(ARRAY['\u00e9', '\/', '\ud83d\ude00', '\\u0000', '\\\"', '\\'])
                    WHEN is_plain THEN ''
                    ELSE random.pick(ARRAY['\u0000', '\u0000\uD800', '\\\u0000', '\ud800\ud800x', '\uDC00'])
                END || '"'
            $$;
            -- As jsonb takes it, or with everything that json takes.
            CREATE FUNCTION random.json(depth int, is_plain boolean) RETURNS text LANGUAGE plpgsql AS $$
            DECLARE
                blank text :=
                    CASE WHEN is_plain THEN '' ELSE random.pick(ARRAY['', '', ' ', E'\n', E'\t\r\n']) END;
                value text;
            BEGIN
                CASE random.int(0, CASE WHEN depth > 0 THEN 7 ELSE 4 END)
                    WHEN 0 THEN value := random.pick('{"null",true,false}'::text[]);
                    WHEN 1, 2 THEN value := random.numeric() || random.pick('{"",e400,E-12,e+0}'::text[]);
                    WHEN 3, 4 THEN value := random.json_string(is_plain);
                    WHEN 5 THEN value := concat('[', blank, random.json(depth - 1, is_plain), ',',
                        random.json(depth - 1, is_plain), blank, ']');
                    ELSE value := concat('{"a":', random.json(depth - 1, is_plain), ',', blank,
                        random.json_string(is_plain), blank, ':', random.json(depth - 1, is_plain), ',"a":1}');
                END CASE;
                RETURN concat(blank, value, blank);
            END $$;
            """#,
        comparison: .printedOnOneLine,
        types: [
            .init(
                "json",
                edges: documents + [
                    " null ", "\t\n[1 ,\r\n2 ]\n", "{\"a\" :\t1,\r\n \"a\": null}", #""\u0000""#,
                    #""\ud800""#, #""\\u0000""#,
                    #"{"\u0000\udc00": "\\\ud800"}"#, "[\"}\", \"{\", \"\\\"\"]", "1E400", "-0.0e-0",
                ], random: "random.json(2, false)"
            ).with {
                $0.element =
                    #"CASE WHEN json_typeof(%@) <> 'null' THEN btrim(%@::text, E' \t\r\n')::json END"#
                $0.isKey = false
                $0.isList = true
            },
            .init(
                "jsonb",
                edges: documents + [
                    "1e130000", "1e-16000", "-0.00", "\"\u{2028}\u{7F}\"", #"{"": {"": null}}"#,
                ],
                random: "random.json(2, true)"
            ).with {
                $0.element = "nullif(%@, 'null')"
                $0.isList = true
            },
            .init(
                "jsonpath",
                edges: [
                    "$", "strict $.a[*] ? (@.\"b c\" like_regex \"^x\\\"y\" flag \"i\")", "$.\"\\u0001\\\\\"",
                    "(-1.50)",
                ],
                random: """
                    format('$.%s[%s to last] ? (@ > %s)', random.quoted('x' || random.text(9)), id, random.numeric())
                    """
            ).with { $0.isKey = false },
        ])

    private static let documents = [
        "null", "true", "\"\"", "\"null\"", "0", "[]", "{}", "[null]", "{\"a\": null}",
        "12345678901234567890.12345678901234567890",
        "[[[[[[[[[[1]]]]]]]]]]", #"{"a": "\"\\\/\b\f\n\r\t\u00e9\ud83d\ude00"}"#,
        "{\"after\": {\"id\": 1}, \"op\": \"delete\"}",
    ]

    static let hstore = RoundTripFamily(
        name: "hstore",
        setup: "CREATE EXTENSION hstore;",
        types: [
            .init(
                "hstore",
                edges: ["", "a=>NULL", "a=>\"NULL\"", "\"\"=>\"\"", "\"=>\"=>\", \"", #""\"\\"=>"\\\"""#],
                random: """
                    hstore(ARRAY[random.text(6), random.text(6), random.text(6)],
                        ARRAY[random.text(9), NULL, random.text(9)])
                    """)
        ])

    static let vectors = RoundTripFamily(
        name: "vectors",
        optionalExtension: "vector",
        setup: "CREATE EXTENSION vector;",
        types: [
            .init(
                "vector", edges: ["[0]", "[-0,1e-45,3.4028235e38]"],
                random: """
                    format('[%s,%s]', random.signed(20) / 1000.0,
                        coalesce(nullif(nullif(nullif(random.float4(), 'NaN'), 'Infinity'), '-Infinity'), 0))
                    """
            ).with {
                $0.isList = true
                $0.isKey = false
            },
            .init("vector(3)", edges: ["[1,2,3]"], random: "format('[%s,1.5,0]', random.signed(9))")
                .with { $0.isList = true },
        ])
}
