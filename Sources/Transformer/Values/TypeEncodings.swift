import Replication

/// The place of an encoding in `TypeEncodings`.
typealias EncodingID = Int

/// How a value of a type is written. Those of other types are named by their place, so that a row costs no reference.
enum ValueEncoding: Hashable, Sendable {
    case scalar(ScalarEncoding)
    case array(of: EncodingID, delimiter: UInt8)
    /// A row: its fields are these of `TypeEncodings.fields`.
    case composite(fields: Range<Int>)
    case range(of: EncodingID)
    case multirange(of: EncodingID)
    /// Something else stands in its place.
    case mask(Mask)

    static let text = ValueEncoding.scalar(.text)

    var isJSON: Bool {
        if case .scalar(.json) = self { true } else { false }
    }
}

/// The encodings of all types met so far, found once for each column of a relation.
struct TypeEncodings: ~Copyable {
    private let style: any FormatStyle
    private var encodings: [ValueEncoding] = []
    private var fields: [CompositeField] = []
    private var labels = OutputBuffer(capacity: 256)
    private var known: [ValueEncoding: EncodingID] = [:]
    private var knownComposites: [[Member]: Range<Int>] = [:]

    private struct Member: Hashable {
        /// In UTF-8: names that differ in bytes are different.
        var name: [UInt8]
        var encoding: EncodingID
    }

    init(style: any FormatStyle) {
        self.style = style
    }

    var view: TypeView {
        @_lifetime(borrow self)
        get { TypeView(encodings: encodings.span, fields: fields.span, labels: labels.span) }
    }

    /// How the values of a column are written. A type that neither the catalog nor the stream names is text.
    mutating func encoding(of column: RelationColumn, _ description: RelationDescription) -> ValueEncoding {
        let types = description.facts.types
        // For a domain the stream names the base type.
        let base =
            types[column.type] == nil && style.resolvesDomains
            ? description.streamedTypes[column.type].flatMap { BuiltInTypes.oid(named: $0) } : nil
        return encoding(of: base ?? column.type, column.typeModifier, types, depth: 0)
    }

    /// No type of PostgreSQL contains itself; a catalog that says so ends here.
    private static let deepest = 32

    private mutating func encoding(
        of type: OID, _ modifier: Int32, _ types: [OID: TypeDescription], depth: Int
    ) -> ValueEncoding {
        guard depth < Self.deepest else { return .text }
        func part(_ type: OID, _ modifier: Int32 = -1) -> EncodingID {
            identifier(encoding(of: type, modifier, types, depth: depth + 1))
        }
        guard let description = types[type] else {
            return builtIn(type, modifier, types, depth: depth)
        }
        switch description.structure {
        case .base:
            return .scalar(style.scalar(extensionType: description.name, modifier: modifier) ?? .text)
        case .domain(let base, let own) where style.resolvesDomains:
            return encoding(of: base, own, types, depth: depth + 1)
        case .array(let element, let delimiter) where style.takesApart.contains(.arrays):
            return .array(of: part(element, modifier), delimiter: delimiter)
        case .range(let subtype) where style.takesApart.contains(.ranges):
            return .range(of: part(subtype))
        case .multirange(let range) where style.takesApart.contains(.ranges):
            return .multirange(of: part(range))
        case .composite(let members) where style.takesApart.contains(.composites):
            return .composite(
                fields: composite(
                    members.map { Member(name: Array($0.name.utf8), encoding: part($0.type, $0.modifier)) }))
        case .domain, .array, .range, .multirange, .composite:
            return .text
        }
    }

    private mutating func builtIn(
        _ type: OID, _ modifier: Int32, _ types: [OID: TypeDescription], depth: Int
    ) -> ValueEncoding {
        if let scalar = style.scalar(type, modifier: modifier) { return .scalar(scalar) }
        func part(_ type: UInt32, _ modifier: Int32 = -1) -> EncodingID {
            identifier(encoding(of: OID(type), modifier, types, depth: depth + 1))
        }
        if style.takesApart.contains(.arrays), let element = BuiltInTypes.elementOfArray[type.value] {
            // box is the one type whose array has another delimiter.
            return .array(of: part(element, modifier), delimiter: UInt8(ascii: element == 603 ? ";" : ","))
        }
        if style.takesApart.contains(.ranges) {
            if let subtype = BuiltInTypes.subtypeOfRange[type.value] { return .range(of: part(subtype)) }
            if let range = BuiltInTypes.rangeOfMultirange[type.value] { return .multirange(of: part(range)) }
        }
        return .text
    }

    private mutating func identifier(_ encoding: ValueEncoding) -> EncodingID {
        if let identifier = known[encoding] { return identifier }
        encodings.append(encoding)
        known[encoding] = encodings.count - 1
        return encodings.count - 1
    }

    /// The fields of a composite, in one run; the same run again for the same fields.
    private mutating func composite(_ members: [Member]) -> Range<Int> {
        if let range = knownComposites[members] { return range }
        let first = fields.count
        for member in members {
            let start = labels.count
            labels.appendJSONString(member.name.span, member.name.indices)
            labels.append(":")
            fields.append(
                CompositeField(
                    label: Fragment(start: start, count: labels.count - start), encoding: member.encoding))
        }
        knownComposites[members] = first..<fields.count
        return first..<fields.count
    }
}

/// A field of a composite.
struct CompositeField: Sendable {
    /// `"name":`, without a comma.
    var label: Fragment
    var encoding: EncodingID
}

/// What writes a value that is made of others: the encodings of its parts.
struct TypeView: ~Escapable {
    let encodings: Span<ValueEncoding>
    let fields: Span<CompositeField>
    let labels: Span<UInt8>

    @_lifetime(copy encodings, copy fields, copy labels)
    init(encodings: Span<ValueEncoding>, fields: Span<CompositeField>, labels: Span<UInt8>) {
        self.encodings = encodings
        self.fields = fields
        self.labels = labels
    }
}
