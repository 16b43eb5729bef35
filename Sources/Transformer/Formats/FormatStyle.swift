import Replication

/// What a format prepares of a relation when it is described, and what it must know for that.
protocol FormatStyle: Sendable {
    /// What has to be looked up of a relation with this replica identity.
    func lookUps(for identity: ReplicaIdentity) -> LookUps

    /// How a value of a built-in type is written that is not made of others; nil for one that is, or has no form of
    /// its own.
    func scalar(_ type: OID, modifier: Int32) -> ScalarEncoding?

    /// The same for a type that an extension made.
    func scalar(extensionType name: String, modifier: Int32) -> ScalarEncoding?

    /// Which types are taken apart; values of the others are written as a whole.
    var takesApart: Composition { get }

    /// Whether a domain's values are written as those of its base type, else as text.
    var resolvesDomains: Bool { get }

    /// Whether columns of a type have no place in this format.
    func leavesOut(_ column: RelationColumn, of relation: RelationDescription) -> Bool

    /// Appends what stands in front of a column's value, beginning with a comma; that of the first gives way to the
    /// opening bracket.
    func appendLabel(of column: RelationColumn, typeName: String, to text: inout OutputBuffer)

    /// Appends a table's names as its events have them.
    func appendNames(of relation: Relation, to text: inout OutputBuffer)
}

extension FormatStyle {
    func scalar(extensionType name: String, modifier: Int32) -> ScalarEncoding? { nil }

    var resolvesDomains: Bool { true }

    func leavesOut(_ column: RelationColumn, of relation: RelationDescription) -> Bool { false }
}

/// Types that are made of others.
struct Composition: OptionSet, Sendable {
    let rawValue: UInt8

    static let arrays = Composition(rawValue: 1)
    static let composites = Composition(rawValue: 2)
    static let ranges = Composition(rawValue: 4)
    static let all: Composition = [.arrays, .composites, .ranges]
}
