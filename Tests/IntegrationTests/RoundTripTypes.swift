import Testing

/// A type whose values go through the stream and back.
struct RoundTripType: Sendable {
    /// As SQL writes it; also the name of its column.
    let name: String
    /// Texts of values at the borders of what the type can hold.
    let edges: [String]
    /// An expression that gives another value each time.
    let random: String
    /// Turns a value, `%@`, into one that can be an element or a field.
    var element = "%@"
    /// Whether its values are JSON arrays: only the declaration of a list of them tells its dimensions then.
    var isList = false
    /// Of so many rows only one has a value.
    var every = 1
    /// Whether a primary key can be of it.
    var isKey = true
    /// The first server version that knows it.
    var since = 13
    /// Further texts, by the first server version that knows them.
    var laterEdges: [Int: [String]] = [:]

    init(_ name: String, edges: [String], random: String) {
        self.name = name
        self.edges = edges
        self.random = random
    }

    /// This type with other traits.
    func with(_ change: (inout RoundTripType) -> Void) -> RoundTripType {
        var copy = self
        change(&copy)
        return copy
    }

    func edges(on version: Int) -> [String] {
        edges + laterEdges.filter { $0.key <= version }.sorted { $0.key < $1.key }.flatMap(\.value)
    }
}

/// Types that share a table.
struct RoundTripFamily: Sendable, CustomTestStringConvertible {
    let name: String
    /// An extension that its types come from, which a server need not have.
    var optionalExtension: String?
    /// What its types need.
    var setup = ""
    var comparison = Comparison.image
    let types: [RoundTripType]

    var testDescription: String { name }

    /// How two values are told apart.
    enum Comparison {
        /// As they are printed, and bit by bit.
        case image
        /// As they are printed. PostgreSQL keeps more of xml than it ever shows: its declared encoding.
        case printed
        /// As they are printed, but for line breaks: in a line they are blanks.
        case printedOnOneLine

        func areDistinct(_ source: String, _ replayed: String) -> String {
            // As rows, since not every type knows equality, and a row shows NULL.
            let (left, right) = ("ROW(\(source))", "ROW(\(replayed))")
            return switch self {
            case .image: "\(left)::text IS DISTINCT FROM \(right)::text OR record_image_ne(\(left), \(right))"
            case .printed: "\(left)::text IS DISTINCT FROM \(right)::text"
            case .printedOnOneLine:
                "translate(\(left)::text, E'\\r\\n', '  ') IS DISTINCT FROM \(right)::text"
            }
        }
    }
}
