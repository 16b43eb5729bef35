internal import Reader
internal import Replication
internal import Sinks

/// Transactions that the server sends before they have committed, kept aside in files until they do.
///
/// Their messages are kept as protocol version 1 has them, so that a transaction that commits reads like any other. A
/// connection that ends takes all of them along: the server sends them again from their start.
struct InProgressTransactions: ~Copyable {
    /// One transaction so far.
    private struct Spooled {
        var file: SpoolFile
        /// Bytes of records in the file.
        var length = 0
        /// Subtransactions that were rolled back after something of them came.
        var aborted: [UInt32] = []
        /// Where it comes from, if not from here.
        var origin: Origin?
        /// As it was before the block that is open.
        var messages = MessageOwnership()
    }

    private let directory: String
    private var transactions: [TransactionID: Spooled] = [:]
    /// The transaction of the block that is being sent.
    private var open: TransactionID?
    private var messages = MessageOwnership()
    /// Records of the open block that the file does not have yet.
    private var pending = OutputBuffer(capacity: 4096)

    private static let pendingSize = 256 * 1024

    init(directory: String) {
        self.directory = directory
    }

    /// Whether a block is open: what comes then belongs to it.
    var isInBlock: Bool { open != nil }

    /// Forgets everything.
    mutating func connectionLost() {
        transactions.removeAll()
        open = nil
        pending.truncate(to: 0)
    }

    /// Whether a pgoutput message belongs to one of these transactions, which most do not.
    @inline(__always)
    func concerns(_ bytes: Span<UInt8>, at payload: Int) -> Bool {
        payload < bytes.count && (isInBlock || StreamingMessage.isOne(bytes[payload]))
    }

    /// Takes a message that concerns these transactions, and returns the one that it commits.
    mutating func take(_ bytes: Span<UInt8>, at payload: Int) throws(StreamFailure) -> CommittedTransaction? {
        if StreamingMessage.isOne(bytes[payload]) { return try frame(bytes, at: payload) }
        guard let open else { preconditionFailure("a message of no block") }
        try keep(bytes, at: payload, in: open)
        return nil
    }

    // MARK: Blocks

    private mutating func frame(_ bytes: Span<UInt8>, at payload: Int) throws(StreamFailure)
        -> CommittedTransaction?
    {
        let message: StreamingMessage
        do {
            message = try StreamingMessage(decoding: bytes, at: payload)
        } catch {
            throw StreamFailure(error)
        }
        switch message {
        case .start(let xid):
            guard open == nil else { throw StreamFailure(SessionError.blockInBlock(xid)) }
            if transactions[xid] == nil { transactions[xid] = Spooled(file: try makeFile()) }
            messages = transactions[xid]?.messages ?? MessageOwnership()
            open = xid
        case .stop:
            guard let xid = open else { throw StreamFailure(SessionError.blockNotOpen) }
            try flush(to: xid)
            transactions[xid]?.messages = messages
            open = nil
        case .abort(let xid, let subtransaction):
            guard open == nil else { throw StreamFailure(SessionError.blockInBlock(xid)) }
            guard transactions[xid] != nil else { throw StreamFailure(SessionError.unknownInProgress(xid)) }
            if xid == subtransaction {
                transactions[xid] = nil
            } else {
                transactions[xid]?.aborted.append(subtransaction.value)
                // The server knows, and leaves out what was rolled back when it sends all of it after the commit.
                if transactions[xid]?.messages.rolledBack(subtransaction) == true { throw .useless(xid) }
            }
        case .commit(let xid, let commit):
            guard open == nil else { throw StreamFailure(SessionError.blockInBlock(xid)) }
            guard let spooled = transactions.removeValue(forKey: xid) else {
                throw StreamFailure(SessionError.unknownInProgress(xid))
            }
            return CommittedTransaction(
                begin: Begin(commitLSN: commit.commitLSN, committedAt: commit.committedAt, xid: xid),
                origin: spooled.origin, commit: commit,
                messages: SpoolReader(spooled.file, length: spooled.length, without: spooled.aborted))
        }
        return nil
    }

    /// Keeps a message of the open block, without the xid that stands behind its tag.
    private mutating func keep(
        _ bytes: Span<UInt8>, at payload: Int, in xid: TransactionID
    ) throws(StreamFailure) {
        let message: BlockMessage
        do { message = try BlockMessage(decoding: bytes, at: payload) } catch { throw StreamFailure(error) }
        switch message {
        case .origin(let origin):
            transactions[xid]?.origin = origin
        case .change(let subtransaction):
            if bytes[payload] == UInt8(ascii: "M") {
                messages.message()
            } else if BlockMessage.isChange(bytes[payload]) {
                messages.change(of: subtransaction)
            }
            let rest = payload + 1 + BlockMessage.xidSize
            pending.appendRecordHeader(length: bytes.count - BlockMessage.xidSize, of: subtransaction)
            pending.append(bytes, from: 0, count: payload + 1)
            pending.append(bytes, from: rest, count: bytes.count - rest)
            if pending.count >= Self.pendingSize { try flush(to: xid) }
        }
    }

    // MARK: Files

    private func makeFile() throws(StreamFailure) -> SpoolFile {
        do { return try SpoolFile(in: directory) } catch { throw failure(error) }
    }

    private mutating func flush(to xid: TransactionID) throws(StreamFailure) {
        guard let spooled = transactions[xid], pending.count > 0 else { return }
        do { try spooled.file.write(pending, at: spooled.length) } catch { throw failure(error) }
        transactions[xid]?.length += pending.count
        // A row of many megabytes made it large.
        if pending.count > 2 * Self.pendingSize { pending = OutputBuffer(capacity: Self.pendingSize) }
        pending.truncate(to: 0)
    }

    /// What a spool's error means for the stream.
    func failure(_ error: SpoolError) -> StreamFailure {
        .final(ReaderError(spoolIn: directory, reason: error.reason))
    }
}
