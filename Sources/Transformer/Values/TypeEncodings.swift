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

    static let text = ValueEncoding.scalar(.text)

    var isJSON: Bool {
        if case .scalar(.json) = self { true } else { false }
    }
}

/// The encodings of all types met so far, found once for each column of a relation.
struct TypeEncodings: ~Copyable {
    /// A field of a composite: `"name":`, without a comma.
    struct Field {
        var label: Fragment
        var encoding: EncodingID
    }

    private let options: ValueOptions
    private(set) var encodings: [ValueEncoding] = []
    private(set) var fields: [Field] = []
    private(set) var labels = OutputBuffer(capacity: 256)
    private var known: [ValueEncoding: EncodingID] = [:]
    private var knownComposites: [[Member]: Range<Int>] = [:]

    private struct Member: Hashable {
        var name: String
        var encoding: EncodingID
    }

    init(options: ValueOptions = ValueOptions()) {
        self.options = options
    }

    /// The encoding of a type.
    ///
    /// - Parameters:
    ///   - types: what the catalog says of the types that are not built in. One that it does not know is text.
    mutating func encoding(of type: OID, _ types: [OID: TypeDescription]) -> ValueEncoding {
        encoding(of: type, types, depth: 0)
    }

    /// No type of PostgreSQL contains itself; a catalog that says so ends here.
    private static let deepest = 32

    private mutating func encoding(of type: OID, _ types: [OID: TypeDescription], depth: Int) -> ValueEncoding
    {
        guard depth < Self.deepest else { return .text }
        func part(_ type: OID) -> EncodingID { identifier(encoding(of: type, types, depth: depth + 1)) }
        guard let description = types[type] else { return builtIn(type, types, depth: depth) }
        switch description.structure {
        case .base:
            return .scalar(ScalarEncoding(extensionType: description.name) ?? .text)
        case .domain(let base):
            return encoding(of: base, types, depth: depth + 1)
        case .array(let element, let delimiter):
            return .array(of: part(element), delimiter: delimiter)
        case .range(let subtype):
            return .range(of: part(subtype))
        case .multirange(let range):
            return .multirange(of: part(range))
        case .composite(let members):
            return .composite(
                fields: composite(members.map { Member(name: $0.name, encoding: part($0.type)) }))
        }
    }

    private mutating func builtIn(_ type: OID, _ types: [OID: TypeDescription], depth: Int) -> ValueEncoding {
        if let scalar = ScalarEncoding(builtIn: type, options) { return .scalar(scalar) }
        func part(_ type: UInt32) -> EncodingID {
            identifier(encoding(of: OID(type), types, depth: depth + 1))
        }
        if let element = BuiltInTypes.elementOfArray[type.value] {
            // box is the one type whose array has another delimiter.
            return .array(of: part(element), delimiter: UInt8(ascii: element == 603 ? ";" : ","))
        }
        if let subtype = BuiltInTypes.subtypeOfRange[type.value] { return .range(of: part(subtype)) }
        if let range = BuiltInTypes.rangeOfMultirange[type.value] { return .multirange(of: part(range)) }
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
            labels.appendJSONString(member.name)
            labels.append(":")
            fields.append(
                Field(label: Fragment(start: start, count: labels.count - start), encoding: member.encoding))
        }
        knownComposites[members] = first..<fields.count
        return first..<fields.count
    }
}
