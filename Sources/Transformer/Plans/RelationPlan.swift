import Replication

/// A run of prepared bytes in `RelationPlans.text`.
struct Fragment: Sendable {
    var start: Int
    var count: Int
}

/// What is known of a column before its first value comes.
struct ColumnPlan: Sendable {
    /// `,"name":`; the comma is left out in front of the first.
    var label: Fragment
    /// `"name"`, for lists of names.
    var name: Fragment
    var encoding: ValueEncoding
    /// Whether it is part of `key`.
    var isKey: Bool
    /// Whether an old key (K) holds it.
    var isIdentity: Bool
}

/// What is known of a relation before its first row comes. It holds no reference, so that using it costs no count.
struct RelationPlan: Sendable {
    var oid: OID
    /// Whether the filter lets its rows through.
    var isIncluded: Bool
    /// `,"schema":"…","table":"…"`.
    var names: Fragment
    /// Its columns in `RelationPlans.columns`.
    var firstColumn: Int
    var columnCount: Int
    /// Whether a row has a `key`.
    var hasKey: Bool
    /// Whether a row can need `json_null`.
    var hasJSON: Bool
}

/// All relations described so far, compiled: found by OID, prepared texts and columns in one block each.
///
/// A changed relation is compiled anew behind the others; when more than half is out of date, all is compiled anew.
struct RelationPlans: ~Copyable {
    /// What a plan is made from.
    struct Description: Hashable {
        var relation: Relation
        /// Names of the primary key's columns, looked up for REPLICA IDENTITY FULL.
        var primaryKey: [String]?
        var encodings: [ValueEncoding]
        var isIncluded: Bool
    }

    private(set) var columns: [ColumnPlan] = []
    /// How the columns' types are written.
    var types: TypeEncodings
    private(set) var text = OutputBuffer(capacity: 4096)
    /// Sorted by OID.
    private(set) var relations: [RelationPlan] = []
    private var descriptions: [OID: Description] = [:]
    private var latest = 0

    init(options: ValueOptions = ValueOptions()) {
        types = TypeEncodings(options: options)
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

    mutating func describe(_ description: Description) {
        let oid = description.relation.oid
        guard descriptions[oid] != description else { return }
        descriptions[oid] = description
        let live = descriptions.values.reduce(0) { $0 + $1.relation.columns.count }
        if columns.count > 2 * live + 1024 {
            columns.removeAll(keepingCapacity: true)
            text.truncate(to: 0)
            relations.removeAll(keepingCapacity: true)
            for description in descriptions.values { insert(compile(description)) }
        } else {
            insert(compile(description))
        }
    }

    private mutating func insert(_ plan: RelationPlan) {
        let index = lowerBound(plan.oid)
        if index < relations.count, relations[index].oid == plan.oid {
            relations[index] = plan
        } else {
            relations.insert(plan, at: index)
        }
    }

    private mutating func compile(_ description: Description) -> RelationPlan {
        let relation = description.relation
        let names = text.count
        text.append(",\"schema\":")
        text.appendJSONString(relation.schema)
        text.append(",\"table\":")
        text.appendJSONString(relation.name)
        let namesEnd = text.count
        let first = columns.count
        let isFull = relation.replicaIdentity == .full
        let known = Set(relation.columns.map(\.name))
        // A primary key with a column that the stream does not have is no key of these rows.
        let primaryKey =
            Set(description.primaryKey ?? []).isSubset(of: known) ? description.primaryKey ?? [] : []
        for (column, encoding) in zip(relation.columns, description.encodings) {
            let start = text.count
            text.append(",")
            text.appendJSONString(column.name)
            let end = text.count
            text.append(":")
            columns.append(
                ColumnPlan(
                    label: Fragment(start: start, count: end + 1 - start),
                    name: Fragment(start: start + 1, count: end - start - 1), encoding: encoding,
                    isKey: isFull ? primaryKey.contains(column.name) : column.isKey, isIdentity: column.isKey)
            )
        }
        return RelationPlan(
            oid: relation.oid, isIncluded: description.isIncluded,
            names: Fragment(start: names, count: namesEnd - names),
            firstColumn: first, columnCount: relation.columns.count,
            hasKey: columns[first...].contains(where: \.isKey),
            hasJSON: columns[first...].contains(where: \.encoding.isJSON))
    }
}
