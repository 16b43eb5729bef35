/// Messages in an order that the protocol does not allow.
package enum SessionError: Error, Hashable, Sendable {
    case beginInTransaction(Position)
    case changeOutsideTransaction(after: Position)
    case commitOutsideTransaction(LSN)
    case commitMismatch(begin: LSN, commit: LSN)
    case messageInTransaction(LSN)
    /// A transaction with more changes than a position can number (2^32 - 3).
    case tooManyChanges(Position)
    /// A change of a relation that no Relation message has described.
    case unknownRelation(OID, Position)
    /// A tuple with another number of columns than its relation.
    case columnCount(Int, expected: Int, Position)
    /// A value in binary form, although text was asked for.
    case binaryValue(Position)
    /// What was emitted of this transaction was of another log: the server is past it and has not sent it.
    case otherHistory(expected: LSN, found: LSN)
    /// Something of this transaction in progress inside of a block of messages.
    case blockInBlock(TransactionID)
    /// The end of a block that did not begin.
    case blockNotOpen
    /// The end of a transaction in progress of which nothing came.
    case unknownInProgress(TransactionID)
}

extension SessionError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .beginInTransaction(let position):
            "a transaction begins inside the one at \(position.lsn)"
        case .changeOutsideTransaction(let position):
            "a change came outside of a transaction, after \(position)"
        case .commitOutsideTransaction(let lsn):
            "a commit at \(lsn) came without its begin"
        case .commitMismatch(let begin, let commit):
            "the transaction that began with commit LSN \(begin) ends with \(commit)"
        case .messageInTransaction(let lsn):
            "a non-transactional message at \(lsn) came inside a transaction"
        case .tooManyChanges(let position):
            "the transaction at \(position.lsn) has more changes than positions can number"
        case .unknownRelation(let oid, let position):
            "the change at \(position) is of relation \(oid), which was never described"
        case .columnCount(let count, let expected, let position):
            "the row at \(position) has \(count) columns where its relation has \(expected)"
        case .binaryValue(let position):
            "the row at \(position) has a value in binary form, which was not asked for"
        case .otherHistory(let expected, let found):
            "the server has come to \(found) without the transaction at \(expected)"
        case .blockInBlock(let xid):
            "a message of the transaction \(xid), which is in progress, came inside a block of one"
        case .blockNotOpen:
            "a block of a transaction in progress ends that did not begin"
        case .unknownInProgress(let xid):
            "the transaction \(xid) ends as one in progress, but nothing of it came"
        }
    }
}
