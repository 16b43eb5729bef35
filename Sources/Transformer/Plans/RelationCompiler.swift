import Replication

/// All that a plan is made from.
struct RelationDescription: Hashable {
    var relation: Relation
    var facts: CatalogFacts
    /// Types by the names that the stream gave them: a domain by that of its base type.
    var streamedTypes: [OID: TypeName] = [:]

    /// Equal down to the bytes of the names: to Swift, `é` is the same text composed and decomposed, to PostgreSQL not.
    func isIdentical(to other: RelationDescription) -> Bool {
        self == other && zip(names, other.names).allSatisfy { $0.utf8.elementsEqual($1.utf8) }
    }

    private var names: [String] {
        [relation.schema, relation.name] + relation.columns.map(\.name) + (facts.primaryKey ?? [])
            + (facts.uniqueIndex ?? [])
            + facts.types.sorted { $0.key < $1.key }.flatMap(\.value.names)
    }
}

extension TypeDescription {
    fileprivate var names: [String] {
        if case .composite(let fields) = structure { [name] + fields.map(\.name) } else { [name] }
    }
}

/// Prepares everything that holds for all rows of a relation.
struct RelationCompiler: Sendable {
    let style: any FormatStyle
    private let filter: TableFilter
    private let rules: ColumnRules
    private let includesSchemas: Bool

    init(options: TransformerOptions) {
        style = options.format.style(options)
        filter = options.filter
        rules = options.columns
        includesSchemas = options.includesSchemas
    }

    /// Appends to the blocks of `RelationPlans`, and returns where.
    func compile(
        _ description: RelationDescription, _ types: inout TypeEncodings, columns: inout [ColumnPlan],
        keys: inout [Int], text: inout OutputBuffer
    ) -> RelationPlan {
        let relation = description.relation
        let table = relation.schema + "." + relation.name
        let names = text.fragment { style.appendNames(of: relation, to: &$0) }
        let first = columns.count
        let key = Self.key(of: description)
        for (index, column) in relation.columns.enumerated()
        where !rules.excludes(column.name, of: table) && !style.leavesOut(column, of: description) {
            let encoding =
                rules.mask(column.name, of: table).map { .mask($0) }
                ?? types.encoding(of: column, description)
            let label = text.fragment {
                style.appendLabel(of: column, typeName: description.typeName(index), to: &$0)
            }
            columns.append(
                ColumnPlan(
                    index: index, label: label, name: text.fragment { $0.appendJSONString(column.name) },
                    encoding: encoding, isKey: key.contains(index), isIdentity: column.isKey,
                    isJSON: encoding.isJSON))
        }
        let written = columns[first...].map(\.index)
        let keyColumns = key.compactMap { written.firstIndex(of: $0) }
        let firstKey = keys.count
        // A key with a column that is left out names no row.
        if keyColumns.count == key.count { keys += keyColumns }
        let definition = text.fragment {
            if includesSchemas { Self.appendDefinition(description, columns[first...], to: &$0) }
        }
        return RelationPlan(
            oid: relation.oid, isIncluded: filter.allows(schema: relation.schema, table: relation.name),
            names: names, qualifiedName: text.fragment { $0.appendJSONString(table) }, definition: definition,
            isNews: includesSchemas, tupleSize: relation.columns.count,
            firstColumn: first, columnCount: written.count, firstKey: firstKey,
            keyCount: keys.count - firstKey, hasJSON: columns[first...].contains(where: \.isJSON))
    }

    /// The columns of the key, in the order of its index if that is known, else of the table.
    private static func key(of description: RelationDescription) -> [Int] {
        let columns = description.relation.columns
        func index(_ name: String) -> Int? {
            columns.firstIndex { $0.name.utf8.elementsEqual(name.utf8) }
        }
        let facts = description.facts
        let primary = (facts.primaryKey ?? facts.uniqueIndex).map { $0.map(index) } ?? []
        // A primary key with a column that the stream does not have is no key of these rows.
        let known = primary.contains(nil) ? [] : primary.compactMap(\.self)
        guard description.relation.replicaIdentity != .full else { return known }
        let flagged = columns.indices.filter { columns[$0].isKey }
        return Set(known) == Set(flagged) ? known : flagged
    }

    private static func appendDefinition(
        _ description: RelationDescription, _ plans: ArraySlice<ColumnPlan>, to text: inout OutputBuffer
    ) {
        text.append(",\"replica_identity\":\"")
        switch description.relation.replicaIdentity {
        case .default: text.append("default")
        case .nothing: text.append("nothing")
        case .full: text.append("full")
        case .index: text.append("index")
        }
        text.append("\",\"columns\":[")
        for plan in plans {
            let column = description.relation.columns[plan.index]
            text.append(plan.index == plans.first?.index ? "{\"name\":" : ",{\"name\":")
            text.appendJSONString(column.name)
            text.append(",\"type\":")
            text.appendJSONString(description.typeName(plan.index))
            text.append(",\"oid\":")
            text.appendDecimal(UInt64(column.type.value))
            text.append(",\"typmod\":")
            if column.typeModifier < 0 { text.append("-") }
            text.appendDecimal(UInt64(column.typeModifier.magnitude))
            text.append(",\"key\":")
            text.append(plan.isKey ? "true}" : "false}")
        }
        text.append("]")
    }
}

extension RelationDescription {
    /// A column's type by name; for one that is gone from the catalog the name that came with the stream.
    fileprivate func typeName(_ index: Int) -> String {
        if index < facts.typeNames.count, let name = facts.typeNames[index] { return name }
        guard let type = streamedTypes[relation.columns[index].type] else { return "???" }
        return type.schema + "." + type.name
    }
}

extension OutputBuffer {
    /// Where `body` appended.
    fileprivate mutating func fragment(_ body: (inout OutputBuffer) -> Void) -> Fragment {
        let start = count
        body(&self)
        return Fragment(start: start, count: count - start)
    }
}
