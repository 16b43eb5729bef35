import Replication

/// A run of prepared bytes in `RelationPlans.text`.
struct Fragment: Sendable {
    var start: Int
    var count: Int
}

/// What is known of a column before its first value comes.
struct ColumnPlan: Sendable {
    /// Its place in a tuple: columns that are left out have no plan.
    var index: Int
    /// What stands in front of its value, such as `,"name":`; the comma of the first gives way to the opening bracket.
    var label: Fragment
    /// `"name"`, for lists of names.
    var name: Fragment
    var encoding: ValueEncoding
    /// Whether it is part of `key`.
    var isKey: Bool
    /// Whether an old key (K) holds it.
    var isIdentity: Bool
    /// Whether it can hold JSON null, which is not SQL NULL.
    var isJSON: Bool
}

/// What is known of a relation before its first row comes. It holds no reference, so that using it costs no count.
struct RelationPlan: Sendable {
    var oid: OID
    /// Whether the filter lets its rows through.
    var isIncluded: Bool
    /// Schema and table, as the format writes them: `,"schema":"…","table":"…"`.
    var names: Fragment
    /// `"schema.table"`, for formats that name a table by one word.
    var qualifiedName: Fragment
    /// `,"replica_identity":"…","columns":[…]`, if definitions are written.
    var definition: Fragment
    /// Whether the definition has not been written yet.
    var isNews: Bool
    /// How many columns a tuple has.
    var tupleSize: Int
    /// The columns that are written, in `RelationPlans.columns`.
    var firstColumn: Int
    var columnCount: Int
    /// Its key, as indices into its columns in the order of the index, in `RelationPlans.keys`.
    var firstKey: Int
    var keyCount: Int
    /// Whether a row can need `json_null`.
    var hasJSON: Bool

    /// Whether a row has a key, all of whose columns are written.
    var hasKey: Bool { keyCount > 0 }
}

/// All relations described so far, compiled: found by OID, prepared texts and columns in one block each.
///
/// A changed relation is compiled anew behind the others; when more than half is out of date, all is compiled anew.
struct RelationPlans: ~Copyable {
    private(set) var columns: [ColumnPlan] = []
    private(set) var keys: [Int] = []
    /// How the columns' types are written.
    var types: TypeEncodings
    private(set) var text = OutputBuffer(capacity: 4096)
    /// Sorted by OID.
    private(set) var relations: [RelationPlan] = []
    private let compiler: RelationCompiler
    private var descriptions: [OID: RelationDescription] = [:]
    /// Columns of the present descriptions.
    private var described = 0
    private var latest = 0

    init(options: TransformerOptions = TransformerOptions()) {
        compiler = RelationCompiler(options: options)
        types = TypeEncodings(style: compiler.style)
    }

    /// The index of a relation in `relations`. Rows of one relation mostly follow each other.
    @inline(__always)
    mutating func index(of oid: OID) -> Int? {
        if latest < relations.count, relations[latest].oid.value == oid.value { return latest }
        let index = lowerBound(oid)
        guard index < relations.count, relations[index].oid == oid else { return nil }
        latest = index
        return index
    }

    private func lowerBound(_ oid: OID) -> Int {
        var (low, high) = (0, relations.count)
        while low < high {
            let middle = (low + high) / 2
            if relations[middle].oid < oid { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The relation's definition has been written.
    mutating func announced(_ index: Int) {
        relations[index].isNews = false
    }

    mutating func describe(_ description: RelationDescription) {
        let oid = description.relation.oid
        let former = descriptions.updateValue(description, forKey: oid)
        if let former {
            if former.isIdentical(to: description) { return }
            described -= former.relation.columns.count
        }
        described += description.relation.columns.count
        if columns.count > 2 * described + 1024 {
            let announced = Set(relations.filter { !$0.isNews && $0.oid != oid }.map(\.oid))
            columns.removeAll(keepingCapacity: true)
            keys.removeAll(keepingCapacity: true)
            text.truncate(to: 0)
            relations.removeAll(keepingCapacity: true)
            for description in descriptions.values { compile(description) }
            for index in relations.indices where announced.contains(relations[index].oid) {
                self.announced(index)
            }
        } else {
            compile(description)
        }
    }

    private mutating func compile(_ description: RelationDescription) {
        let plan = compiler.compile(description, &types, columns: &columns, keys: &keys, text: &text)
        let index = lowerBound(plan.oid)
        if index < relations.count, relations[index].oid == plan.oid {
            relations[index] = plan
        } else {
            relations.insert(plan, at: index)
        }
    }
}
