/// A key of an event, and what stands under it.
struct EventKey: Sendable {
    var name: String
    var value: JSONDocument
    var isCertain: Bool

    /// One that every event of its kind has.
    static func has(_ name: String, _ value: JSONDocument) -> EventKey {
        EventKey(name: name, value: value, isCertain: true)
    }

    static func mayHave(_ name: String, _ value: JSONDocument) -> EventKey {
        EventKey(name: name, value: value, isCertain: false)
    }
}

/// The kinds of events: which keys each has and may have, in their order.
enum EventShapes {
    typealias Definitions = [(name: String, value: JSONDocument)]

    /// - Parameters:
    ///   - keys: behind `pos` and `op`.
    ///   - rules: what else holds for it.
    static func event(_ op: String, _ keys: [EventKey], _ rules: Definitions = []) -> JSONDocument {
        let all = [.has("pos", .reference(["pos"])), .has("op", ["const": .string(op)])] + keys
        return JSONDocument.closedObject(
            all.map { ($0.name, $0.value) }, required: all.filter(\.isCertain).map(\.name)
        ).adding(rules)
    }

    /// What every event of a transaction has.
    static let transaction: [EventKey] = [.has("xid", .reference(["xid"])), time]
    static let time = EventKey.has("ts", .reference(["ts"]))

    /// The events that belong to no table.
    static let all: Definitions = [
        ("message", ["oneOf": [message(isTransactional: true), message(isTransactional: false)]]),
        (
            "notify",
            event(
                "notify",
                [time, .has("channel", ["type": "string"])] + content("payload")
                    + [.has("pid", ["type": "integer"])], either("payload"))
        ),
        (
            "gap",
            event(
                "gap",
                [
                    time, .has("channel", ["type": "string"]),
                    .mayHave("count", ["type": "integer", "minimum": 0]),
                ])
        ),
        ("begin", event("begin", transaction)),
        ("commit", event("commit", transaction + [.has("changes", ["type": "integer", "minimum": 0])])),
        ("ddl", definitionChange),
    ]

    /// What several events share.
    static let parts: Definitions = [
        (
            "pos",
            [
                "description": "Names the event for ever. Comparing strings compares positions.",
                "type": "string", "pattern": "^[0-9A-F]{8}/[0-9A-F]{8}-[0-9A-F]{8}$",
            ]
        ),
        ("xid", ["description": "Transaction id.", "type": "integer", "minimum": 1]),
        (
            "ts",
            [
                "description": "Commit time (of notify and gap, time of receipt), UTC.", "type": "string",
                "format": "date-time",
                "pattern": #"^[0-9]{4,}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z$"#,
            ]
        ),
        (
            "column",
            .closedObject(
                [
                    ("name", ["type": "string"]), ("type", ["type": "string"]),
                    ("oid", ["type": "integer", "minimum": 0]), ("typmod", ["type": "integer"]),
                    ("key", ["type": "boolean"]),
                ], required: ["name", "type", "oid", "typmod", "key"])
        ),
        (
            "object",
            .closedObject(
                [
                    ("type", ["type": "string"]), ("schema", ["type": ["string", "null"]]),
                    ("identity", ["type": "string"]), ("dropped", ["const": true]),
                ], required: ["type", "identity"])
        ),
    ]

    /// One that is not transactional has neither transaction nor time.
    private static func message(isTransactional: Bool) -> JSONDocument {
        event(
            "message",
            (isTransactional ? transaction : []) + [
                .has("prefix", ["type": "string"]),
                .has("transactional", ["const": .boolean(isTransactional)]),
            ] + content("content"), either("content"))
    }

    /// As the event triggers of `sql/ddl_events.sql` write it.
    private static let definitionChange = event(
        "ddl",
        transaction + [
            .has("tag", ["type": "string"]),
            .has("objects", ["type": "array", "items": .reference(["object"])]),
            .mayHave("command", ["type": "string"]),
        ])

    // MARK: What applications send

    /// JSON or text under one key, bytes under another.
    private static func content(_ key: String) -> [EventKey] {
        [
            .mayHave(key, ["type": ["object", "array", "string"]]),
            .mayHave(
                key + "_base64", .string(matching: ScalarEncoding.base64, [("contentEncoding", "base64")])),
        ]
    }

    private static func either(_ key: String) -> Definitions {
        [("oneOf", [["required": [.string(key)]], ["required": [.string(key + "_base64")]]])]
    }
}
