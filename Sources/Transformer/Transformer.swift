package import Replication

/// What the transformer is told by the user and by the server.
package struct TransformerOptions: Sendable {
    package var filter: TableFilter
    package var values = ValueOptions()
    /// Whether `begin` and `commit` are events of their own.
    package var includesTransactions: Bool
    /// Whether text may hold bytes that are not UTF-8, because the database does not say what they are.
    package var repairsText: Bool

    package init(
        filter: TableFilter = TableFilter(), includesTransactions: Bool = false, repairsText: Bool = false
    ) {
        self.filter = filter
        self.includesTransactions = includesTransactions
        self.repairsText = repairsText
    }
}

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
    private var format = JSONFormat()

    package init(options: TransformerOptions = TransformerOptions()) {
        self.options = options
        plans = RelationPlans(options: options.values)
    }

    // MARK: What rows are described by

    /// A type that is not built in; its Relation message follows.
    package mutating func describe(_ type: TypeName) {
        types[type.oid] = type
    }

    /// A relation, from now on.
    ///
    /// - Parameters:
    ///   - primaryKey: names of the primary key's columns, which the stream does not tell for REPLICA IDENTITY FULL;
    ///     nil when there is none or it is not known.
    ///   - types: what the catalog says of the columns' types, as far as they are not built in. A domain is known by
    ///     its Type message too, any other type that is missing is written as a string.
    package mutating func describe(
        _ relation: Relation, primaryKey: [String]? = nil, types: [OID: TypeDescription] = [:]
    ) {
        var encodings: [ValueEncoding] = []
        for column in relation.columns {
            let isKnown = types[column.type] != nil
            let base = isKnown ? nil : self.types[column.type].flatMap { BuiltInTypes.oid(named: $0) }
            encodings.append(plans.types.encoding(of: base ?? column.type, types))
        }
        plans.describe(
            RelationPlans.Description(
                relation: relation, primaryKey: primaryKey, encodings: encodings,
                isIncluded: options.filter.allows(schema: relation.schema, table: relation.name)))
    }

    /// Whether the filter lets rows of this relation through; nil if it was never described.
    @inline(__always)
    package mutating func includes(_ oid: OID) -> Bool? {
        guard let index = plans.index(of: oid) else { return nil }
        return plans.relations[index].isIncluded
    }

    /// Whether the filter lets rows of this table through.
    package func includes(_ relation: Relation) -> Bool {
        options.filter.allows(schema: relation.schema, table: relation.name)
    }

    // MARK: Transactions

    /// A transaction begins. It is told of every one, since its later events may be new even if the begin is not.
    package mutating func begin(_ begin: Begin) {
        format.beginTransaction(begin)
    }

    /// The origin of the open transaction.
    package mutating func origin(_ origin: Origin) {
        format.setOrigin(origin.name)
    }

    /// Appends a `begin` event, if they are wanted. Like all the following, returns the number of events appended.
    package mutating func appendBegin(at position: Position, to buffer: inout OutputBuffer) -> Int {
        guard options.includesTransactions else { return 0 }
        format.appendBegin(at: position, to: &buffer)
        return 1
    }

    /// Appends a `commit` event, if they are wanted.
    package mutating func appendCommit(at position: Position, to buffer: inout OutputBuffer) -> Int {
        guard options.includesTransactions else { return 0 }
        format.appendCommit(at: position, to: &buffer)
        return 1
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
        let plan = plans.relations[index]
        guard plan.isIncluded else { return 0 }
        let start = buffer.count
        try format.appendRow(change, plan, plans, decoder, bytes, at: position, to: &buffer)
        if options.repairsText { repairedTexts += buffer.repairUTF8(from: start) }
        return 1
    }

    /// Appends the event of one truncated table.
    package mutating func append(
        _ truncate: Truncate, of relation: OID, at position: Position, to buffer: inout OutputBuffer
    ) throws(SessionError) -> Int {
        guard let index = plans.index(of: relation) else { throw .unknownRelation(relation, position) }
        let plan = plans.relations[index]
        guard plan.isIncluded else { return 0 }
        format.appendTruncate(truncate, plan, plans, at: position, to: &buffer)
        return 1
    }

    /// Appends the event of a logical message.
    package mutating func append(
        _ message: LogicalMessage, _ bytes: Span<UInt8>, at position: Position, to buffer: inout OutputBuffer
    ) -> Int {
        let start = buffer.count
        format.appendMessage(message, bytes, at: position, to: &buffer)
        if options.repairsText { repairedTexts += buffer.repairUTF8(from: start) }
        return 1
    }
}
