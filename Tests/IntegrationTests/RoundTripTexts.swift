extension RoundTripFamily {
    static let text = RoundTripFamily(
        name: "text",
        setup: """
            CREATE EXTENSION citext;
            CREATE TYPE mood AS ENUM (
                '', ' ', 'sad', 'NULL', 'o"k, (s\\o)', '''', '{}', E'a\\tb\\nc', 'ö😀', '1');
            """,
        types: [
            .init(
                "text", edges: texts + [String(repeating: "long ", count: 5000)], random: "random.text(30)"),
            .init("varchar(40)", edges: texts, random: "random.text(40)"),
            .init("char(12)", edges: ["", "a", " b ", "ö😀"], random: "random.text(12)"),
            .init("name", edges: texts, random: "random.text(15)"),
            .init(
                "\"char\"", edges: ["", "a", "\\", "\"", ",", "\u{1}", "\u{7F}"],
                random: "random.int(-128, 127)::int"),
            .init("citext", edges: texts, random: "random.text(30)"),
            .init("mood", edges: [], random: "random.pick(enum_range(NULL::mood))"),
            .init("uuid", edges: ["00000000-0000-0000-0000-000000000000"], random: "md5(random()::text)"),
        ])

    /// What is easily taken for something else.
    private static let texts = [
        "", " ", "NULL", "null", "\"", "\\", "\\\\", "\\\"", "'", "{}", "(,)", "{NULL}", "\\u0000",
        "\\\\ud800",
        "\u{1}\u{8}\u{9}\u{A}\u{B}\u{C}\u{D}\u{1F}\u{7F}", "a\r\nb", "\u{80}\u{9F}\u{2028}\u{2029}\u{FEFF}",
        "\u{D7FF}\u{E000}\u{FFFE}\u{FFFF}\u{10FFFF}", "e\u{301}", "👩‍👩‍👧", "</script>", "\"a\": 1}", "12", "true",
    ]

    static let xml = RoundTripFamily(
        name: "xml",
        setup: #"""
            CREATE FUNCTION random.xml_text() RETURNS text LANGUAGE sql AS $$
                SELECT regexp_replace(
                    replace(replace(replace(random.text(20), '&', '&amp;'), '<', '&lt;'), '"', '&quot;'),
                    E'[\\x01-\\x08\\x0b\\x0c\\x0e-\\x1f\\ufffe\\uffff]|]]>', '', 'g')
            $$;
            """#,
        comparison: .printed,
        types: [
            .init(
                "xml",
                edges: [
                    "", " ", "a", "<a/>", "a<b/>c", "<?xml version=\"1.0\" encoding=\"UTF-8\"?><a>ö</a>",
                    "<?xml version=\"1.0\" standalone=\"yes\"?><a b='c'/>",
                    "<!-- \" --><a><![CDATA[<&>]]>\n</a>", "<?xml version=\"1.1\"?><a/>",
                ],
                random: """
                    format('<a b="%s">%s<!-- %s --></a>%s', random.xml_text(), random.xml_text(), random.word(9),
                        random.pick('{"","<?p i?>",x}'::text[]))
                    """
            ).with { $0.isKey = false }
        ])
}
