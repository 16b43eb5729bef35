internal import Reader
internal import Replication
internal import Sinks

/// A transaction that has committed after it was sent: its messages are read like those of one that was sent then.
struct CommittedTransaction: ~Copyable {
    let begin: Begin
    let origin: Origin?
    let commit: Commit
    var messages: SpoolReader
    /// Whether its begin has been passed.
    var hasBegun = false
}

extension StreamProcessor {
    /// Bytes of messages after which it is time to look at everything else, although they made no full batch.
    private static let mostAtOnce = 4 * 1024 * 1024

    /// Takes messages of the committed transaction until the batch is full, or that was a good deal of work.
    mutating func drainCommitted() throws(StreamFailure) {
        guard var transaction = committed.take() else { return }
        var bytes = 0
        while !filling.isFull, bytes < Self.mostAtOnce, !session.hasReachedStop {
            let message: Range<Int>?
            do { message = try transaction.messages.next() } catch { throw inProgress.failure(error) }
            guard let message else { return try finish(transaction) }
            bytes += message.count
            // It has changes: so far there may have been none, or only such as were rolled back.
            if !transaction.hasBegun, BlockMessage.isChange(transaction.messages.bytes, message) {
                try begin(&transaction)
                // It lies past the stop point, and so do its changes.
                if session.hasReachedStop { break }
            }
            try take(transaction.messages.bytes.extracting(message))
        }
        committed = consume transaction
    }

    private mutating func begin(_ transaction: inout CommittedTransaction) throws(StreamFailure) {
        let start = filling.buffer.count
        transaction.hasBegun = true
        do throws(SessionError) {
            try handle(.begin(transaction.begin), Span())
            if let origin = transaction.origin { try handle(.origin(origin), Span()) }
        } catch {
            throw StreamFailure(error)
        }
        filling.endLines(from: start, of: session.position)
    }

    private mutating func finish(_ transaction: consuming CommittedTransaction) throws(StreamFailure) {
        // From version 15 on, the server passes over a transaction without a change when it sends it after its commit.
        if !transaction.hasBegun, serverVersion < 150_000 {
            try begin(&transaction)
            if session.hasReachedStop { return }
        }
        let start = filling.buffer.count
        do throws(SessionError) {
            if transaction.hasBegun {
                try handle(.commit(transaction.commit), Span())
            } else {
                try session.passedEmpty(transaction.commit)
            }
        } catch {
            throw StreamFailure(error)
        }
        filling.endLines(from: start, of: session.position)
    }
}
