import Replication

/// The types of tables' columns as JSON Schema.
///
/// What form a value has is taken from its encoding, so the schema cannot disagree with what is written; the type only
/// gives it a name and narrows it. What takes more than a word to say is defined once.
struct TypeSchemas {
    private let catalog: TypeCatalog
    /// In the order in which they were met.
    private(set) var definitions: [(name: String, value: JSONDocument)] = []
    private var names: [OID: String] = [:]

    /// Domains lie on each other no deeper; as for encodings.
    private static let deepest = 32

    init(_ catalog: TypeCatalog) {
        self.catalog = catalog
    }

    /// - Parameter type: of the value, as the catalog names it.
    mutating func schema(
        of encoding: ValueEncoding, _ type: OID, _ types: borrowing TypeView, isNullable: Bool
    ) -> JSONDocument {
        let type = base(of: type)
        let schema: JSONDocument
        switch encoding {
        case .mask(let mask):
            schema = mask.schema
        case .scalar(let scalar):
            let whole = scalar.schema(for: type, labels: catalog.labels[type])
            schema = whole.isShort ? whole : define(type) { _ in whole }
        case .array(let element, _):
            schema = define(type) { schemas in
                let element = schemas.schema(
                    of: types.encodings[element], schemas.element(of: type), types, isNullable: true)
                // The number of dimensions is a matter of the value, not of the type.
                return ["type": "array", "items": element.or(schemas.reference(to: type))]
            }
        case .composite(let fields):
            schema = define(type) { $0.composite(fields, type, types) }
        case .range(let subtype):
            schema = define(type) { schemas in
                let bound = schemas.schema(
                    of: types.encodings[subtype], schemas.subtype(of: type), types, isNullable: true)
                return Self.range(of: bound)
            }
        case .multirange(let range):
            schema = define(type) { schemas in
                let range = schemas.schema(
                    of: types.encodings[range], schemas.range(of: type), types, isNullable: false)
                return ["type": "array", "items": range]
            }
        }
        return isNullable ? schema.orNull : schema
    }

    // MARK: Definitions

    /// Defines a type, unless that was done, and returns a reference.
    private mutating func define(_ type: OID, _ body: (inout TypeSchemas) -> JSONDocument) -> JSONDocument {
        if names[type] == nil {
            let name = "type:" + displayName(of: type)
            names[type] = name
            // Its place before those of its parts.
            let place = definitions.count
            definitions.append((name, .null))
            definitions[place].value = body(&self)
        }
        return reference(to: type)
    }

    private func reference(to type: OID) -> JSONDocument {
        .reference([names[type] ?? ""])
    }

    private func displayName(of type: OID) -> String {
        guard let name = catalog.names[type] else { return "\(type)" }
        return name.schema.isEmpty ? name.name : qualifiedName(name.schema, name.name)
    }

    private mutating func composite(
        _ fields: Range<Int>, _ type: OID, _ types: borrowing TypeView
    ) -> JSONDocument {
        var members: [TypeDescription.Field] = []
        if case .composite(let described) = catalog.descriptions[type]?.structure { members = described }
        let properties = zip(fields, members).map { index, member in
            let encoding = types.encodings[types.fields[index].encoding]
            return (
                name: member.name, value: schema(of: encoding, member.type, types, isNullable: true)
            )
        }
        return .closedObject(properties, required: properties.map(\.name))
    }

    private static func range(of bound: JSONDocument) -> JSONDocument {
        let bounds: JSONDocument = ["enum": ["[]", "[)", "(]", "()"]]
        return [
            "oneOf": [
                .closedObject(
                    [("lower", bound), ("upper", bound), ("bounds", bounds)],
                    required: ["lower", "upper", "bounds"]),
                .closedObject([("empty", ["const": true])], required: ["empty"]),
            ]
        ]
    }

    // MARK: What types are made of

    /// The type below domains.
    private func base(of type: OID) -> OID {
        var type = type
        for _ in 0..<Self.deepest {
            guard case .domain(let base, _) = catalog.descriptions[type]?.structure else { break }
            type = base
        }
        return type
    }

    private func element(of type: OID) -> OID {
        if case .array(let element, _) = catalog.descriptions[type]?.structure { return element }
        return OID(BuiltInTypes.elementOfArray[type.value] ?? 0)
    }

    private func subtype(of type: OID) -> OID {
        if case .range(let subtype) = catalog.descriptions[type]?.structure { return subtype }
        return OID(BuiltInTypes.subtypeOfRange[type.value] ?? 0)
    }

    private func range(of type: OID) -> OID {
        if case .multirange(let range) = catalog.descriptions[type]?.structure { return range }
        return OID(BuiltInTypes.rangeOfMultirange[type.value] ?? 0)
    }
}

/// Schema and name, quoted as in SQL where they need it, so that no two pairs look the same.
func qualifiedName(_ schema: String, _ name: String) -> String {
    func quoted(_ name: String) -> String {
        let isPlain = name.utf8.enumerated().allSatisfy { index, byte in
            (0x61...0x7A).contains(byte) || byte == UInt8(ascii: "_")
                || index > 0 && ((0x30...0x39).contains(byte) || byte == UInt8(ascii: "$"))
        }
        return isPlain && !name.isEmpty ? name : "\"" + name.replacing("\"", with: "\"\"") + "\""
    }
    return quoted(schema) + "." + quoted(name)
}
