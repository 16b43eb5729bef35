package import Replication

/// Turns decoded changes into encoded events, appended to a buffer.
///
/// Everything that can be known for a relation is compiled when it is described, and everything that holds for a
/// transaction when it begins; a row then costs copies of prepared bytes and the encoding of its values.
package struct Transformer: ~Copyable {
    package var options: TransformerOptions
    /// Texts that were not UTF-8 and were repaired.
    package private(set) var repairedTexts = 0

    private var plans: RelationPlans
    private var types: [OID: TypeName] = [:]
    private var format: Format
    private var transaction: OpenTransaction?

    package init(options: TransformerOptions = TransformerOptions()) {
        self.options = options
        plans = RelationPlans(options: options)
        format = Format(options: options)
    }

    /// A connection stands, for the first time or again. Without it, events name no source.
    package mutating func streamStarts(_ source: StreamSource) {
        format.prepare(source)
    }

    // MARK: What rows are described by

    /// What the catalog has to tell of a relation before it is described; nil if the filter leaves it out.
    package func lookUps(for relation: Relation) -> LookUps? {
        guard options.filter.allows(schema: relation.schema, table: relation.name) else { return nil }
        return options.format.style(options).lookUps(for: relation.replicaIdentity)
    }

    /// A type that is not built in; its Relation message follows.
    package mutating func describe(_ type: TypeName) {
        types[type.oid] = type
    }

    /// A relation, from now on.
    package mutating func describe(_ relation: Relation, _ facts: CatalogFacts = CatalogFacts()) {
        let used = Set(relation.columns.map(\.type))
        plans.describe(
            RelationDescription(
                relation: relation, facts: facts, streamedTypes: types.filter { used.contains($0.key) }))
    }

    /// Whether a row is wanted; nil if its relation was never described.
    @inline(__always)
    package mutating func includes(_ kind: RowChange.Kind, of relation: OID) -> Bool? {
        guard let index = plans.index(of: relation) else { return nil }
        return plans.relations[index].isIncluded && options.operations.contains(Operations(kind))
    }

    // MARK: Transactions

    /// A transaction begins. It is told of every one, since its later events may be new even if the begin is not.
    package mutating func begin(_ begin: Begin) {
        let transaction = OpenTransaction(begin: begin)
        self.transaction = transaction
        format.prepare(transaction)
    }

    /// The origin of the open transaction.
    package mutating func origin(_ origin: Origin) {
        transaction?.origin = origin
        if let transaction { format.prepare(transaction) }
    }

    /// A transaction ends, after the event of that.
    package mutating func commit(_ commit: Commit) {
        format.passed(commit)
    }

    /// Appends a `begin` event, if they are wanted. Like all the following, returns the number of events appended.
    package mutating func appendBegin(at position: Position, to buffer: inout OutputBuffer) -> Int {
        options.includesTransactions ? format.appendBegin(at: position, to: &buffer) : 0
    }

    /// Appends a `commit` event, if they are wanted.
    package mutating func appendCommit(at position: Position, to buffer: inout OutputBuffer) -> Int {
        options.includesTransactions ? format.appendCommit(at: position, to: &buffer) : 0
    }

    // MARK: Changes

    /// Appends the event of a row.
    ///
    /// - Parameters:
    ///   - decoder: holds the tuples of `change`, as places in `bytes`.
    /// - Throws: `SessionError` for a relation that was not described, or does not fit.
    package mutating func append(
        _ change: RowChange, tuplesOf decoder: borrowing MessageDecoder, _ bytes: Span<UInt8>,
        at position: Position, to buffer: inout OutputBuffer
    ) throws(SessionError) -> Int {
        guard let index = plans.index(of: change.relation) else {
            throw .unknownRelation(change.relation, position)
        }
        guard plans.relations[index].isIncluded, options.operations.contains(Operations(change.kind)) else {
            return 0
        }
        let start = buffer.count
        let news = plans.relations[index].isNews ? appendSchema(index, at: position, to: &buffer) : 0
        let events = try append(change, of: index, decoder, bytes, at: position, to: &buffer)
        if options.repairsText { repairedTexts += buffer.repairUTF8(from: start) }
        return news + events
    }

    @inline(__always)
    private func append(
        _ change: RowChange, of index: Int, _ decoder: borrowing MessageDecoder, _ bytes: Span<UInt8>,
        at position: Position, to buffer: inout OutputBuffer
    ) throws(SessionError) -> Int {
        let row = try RowView(change, of: TableView(index, plans), decoder, bytes, at: position)
        return format.append(row, at: position, to: &buffer)
    }

    /// Appends the event of one truncated table.
    package mutating func append(
        _ truncate: Truncate, of relation: OID, _ bytes: Span<UInt8>, at position: Position,
        to buffer: inout OutputBuffer
    ) throws(SessionError) -> Int {
        guard let index = plans.index(of: relation) else { throw .unknownRelation(relation, position) }
        let plan = plans.relations[index]
        guard plan.isIncluded, options.operations.contains(.truncate) else { return 0 }
        let news = plan.isNews ? appendSchema(index, at: position, to: &buffer) : 0
        return news + format.append(truncate, of: TableView(index, plans), bytes, at: position, to: &buffer)
    }

    /// Appends the event of a logical message.
    package mutating func append(
        _ message: LogicalMessage, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        let change = DefinitionChange(message, bytes)
        guard options.operations.contains(change == nil ? .message : .ddl) else { return 0 }
        let start = buffer.count
        let events =
            if let change {
                format.append(change, bytes, at: position, to: &buffer)
            } else {
                format.append(message, bytes, at: position, to: &buffer)
            }
        if options.repairsText { repairedTexts += buffer.repairUTF8(from: start) }
        return events
    }

    /// Appends what belongs to a channel and to no transaction.
    package mutating func append(
        _ event: ChannelEvent, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        guard options.operations.contains(.notify) else { return 0 }
        let start = buffer.count
        let events = format.append(event, at: position, to: &buffer)
        if options.repairsText { repairedTexts += buffer.repairUTF8(from: start) }
        return events
    }

    private mutating func appendSchema(
        _ index: Int, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        plans.announced(index)
        return format.appendSchema(of: TableView(index, plans), at: position, to: &buffer)
    }
}

extension Operations {
    @inline(__always)
    fileprivate init(_ kind: RowChange.Kind) {
        switch kind {
        case .insert: self = .insert
        case .update: self = .update
        case .delete: self = .delete
        }
    }
}
