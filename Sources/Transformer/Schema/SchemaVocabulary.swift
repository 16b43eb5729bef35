/// Words of JSON Schema, draft 2020-12.
extension JSONDocument {
    /// An object of these keys and no others.
    static func closedObject(
        _ properties: [(name: String, value: JSONDocument)], required: [String]
    ) -> JSONDocument {
        .object([
            ("type", "object"), ("properties", .object(properties)), ("required", .strings(required)),
            ("additionalProperties", false),
        ])
    }

    /// A reference to a definition, or to one inside of it: a JSON pointer as a fragment of a URI (RFC 6901).
    static func reference(_ path: [String]) -> JSONDocument {
        let pointer = path.map { "/$defs/" + $0.replacing("~", with: "~0").replacing("/", with: "~1") }
            .joined()
        return ["$ref": .string("#" + percentEncoded(pointer, keeping: "/$:"))]
    }

    /// Whether it says as much in its place as a reference would.
    var isShort: Bool {
        guard case .object(let pairs) = self else { return false }
        return pairs.allSatisfy { ["type", "minimum", "maximum"].contains($0.name) }
    }

    /// The same or null.
    var orNull: JSONDocument {
        guard case .object(let pairs) = self, !pairs.isEmpty else { return self }
        guard case .string(let type) = self["type"] else { return or(["type": "null"]) }
        if type == "null" { return self }
        return .object(
            pairs.map { pair in
                switch (pair.name, pair.value) {
                case ("type", _): (pair.name, .strings([type, "null"]))
                case ("const", let value): ("enum", [value, .null])
                case ("enum", .array(let values)): ("enum", .array(values + [.null]))
                default: pair
                }
            })
    }

    /// One or the other.
    func or(_ other: JSONDocument) -> JSONDocument {
        if case .object(let pairs) = self, pairs.isEmpty { return self }
        if case .array(let choices) = self["anyOf"] { return ["anyOf": .array(choices + [other])] }
        return ["anyOf": [self, other]]
    }
}
