internal import Libpq
internal import Logging
internal import Reader
internal import Replication
internal import Sinks
internal import Transformer

/// The hot path: takes messages out of the stream, decodes them, finds their positions and encodes their events into
/// one growing buffer. It is a value without copies, so that a message costs no reference count and no check of
/// exclusive access.
struct StreamProcessor: ~Copyable {
    var session: StreamSession
    var transformer: Transformer
    /// What no sink has been given yet.
    var filling: FillingBatch
    /// The time of the last commit that was passed, in the server's clock.
    private(set) var lastCommit: Timestamp?
    /// Whether there is no replication, and what is heard is all there is.
    var hearsAlone = false
    /// Whether the server wants an answer.
    var isReplyRequested = false

    /// The last event of the sink that holds most.
    private let last: Position

    let channels: ChannelInbox?
    private var decoder = MessageDecoder()
    private(set) var inProgress: InProgressTransactions
    /// A transaction that was in progress and has committed: its messages come next.
    var committed: CommittedTransaction?
    let catalog: Catalog
    let logger: Logger
    private(set) var serverVersion = 0
    /// Whether changes come from triggers, which know less.
    private var isOfTriggers = false
    /// Types that a message was logged about.
    var saidGone: Set<OID> = []

    /// - Parameters:
    ///   - held: what the sinks hold from a run before; nil for one that holds nothing.
    ///   - channels: what was heard on channels; nil where nobody listens.
    ///   - spoolDirectory: where transactions in progress are kept.
    init(
        transformer: consuming Transformer, held: [HeldEvents?], channels: ChannelInbox?,
        spoolDirectory: String,
        catalog: Catalog, logger: Logger
    ) {
        inProgress = InProgressTransactions(directory: spoolDirectory)
        let last = held.compactMap(\.?.last).max() ?? .start
        let least = held.contains(nil) ? nil : held.compactMap(\.self).min { $0.last < $1.last }
        session = StreamSession(resumingAfter: least?.last ?? .start, at: least?.place, held: last)
        self.last = last
        self.channels = channels
        // What all of them hold is not emitted at all.
        filling = FillingBatch(lastMarked: last > session.emitted ? last : .start)
        self.transformer = transformer
        self.catalog = catalog
        self.logger = logger
    }

    /// A stream begins, for the first time or again.
    mutating func streamStarts(_ facts: StreamFacts) {
        if session.stopPoint != facts.stopPoint || session.emitted < facts.passed {
            session = StreamSession(
                resumingAfter: max(session.emitted, facts.passed),
                at: session.emitted < facts.passed ? nil : session.emittedPlace, held: last,
                stopPoint: facts.stopPoint)
        }
        transformer.options.repairsText = facts.hasUnknownEncoding
        transformer.streamStarts(StreamSource(facts.identity, slot: facts.slot))
        serverVersion = facts.serverVersion
        isOfTriggers = facts.slot == ChangelogSetup.originName
        session.transactionsShareLSNs = isOfTriggers
        session.streamStarts(at: facts.confirmed)
    }

    mutating func connectionLost() {
        session.connectionLost()
        inProgress.connectionLost()
        committed = nil
    }

    /// Takes out everything that was encoded.
    mutating func takeBatch(sequence: UInt64) -> Batch {
        filling.take(
            sequence: sequence, last: session.emitted, at: session.emittedPlace, boundary: session.boundary)
    }

    /// So many events of the present position were written.
    @inline(__always)
    mutating func wrote(_ events: Int) {
        filling.wrote(events, at: session.position)
    }

    enum Drained {
        /// Everything that was read has been taken.
        case drained
        /// The batch is large enough.
        case full
        /// There is more to do without reading.
        case unfinished
        case reachedStop
        case ended
    }

    /// Takes messages until there are none, or the batch is full.
    mutating func drain(_ stream: ReplicationStream) throws(StreamFailure) -> Drained {
        while !filling.isFull {
            if !session.isInTransaction { takeChannels() }
            if session.hasReachedStop { return .reachedStop }
            if committed != nil {
                try drainCommitted()
                if committed != nil { return .unfinished }
                continue
            }
            switch try stream.next() {
            case .message(let message): try take(message.bytes)
            case .notYet: return .drained
            case .ended: return .ended
            }
        }
        return .full
    }

    /// Takes rows of a changelog until there are none, or the batch is full.
    mutating func drain(_ changelog: ChangelogStream) throws(StreamFailure) -> Drained {
        while !filling.isFull {
            if session.hasReachedStop { return .reachedStop }
            let next = try changelog.next { bytes throws(StreamFailure) in
                // A row can come with the begin that is past the stop point.
                if !session.hasReachedStop { try take(bytes) }
            }
            switch next {
            case .message: continue
            case .notYet: return .drained
            case .ended: return session.hasReachedStop ? .reachedStop : .ended
            }
        }
        return .full
    }

    /// Takes one message: all of its lines, or none.
    @inline(__always)
    mutating func take(_ bytes: Span<UInt8>) throws(StreamFailure) {
        let start = filling.buffer.count
        do throws(StreamFailure) {
            try process(bytes)
        } catch {
            filling.buffer.truncate(to: start)
            throw error
        }
        filling.endLines(from: start, of: session.position)
    }

    private mutating func process(_ bytes: Span<UInt8>) throws(StreamFailure) {
        let copy: CopyMessage
        do { copy = try CopyMessage(decoding: bytes) } catch { throw StreamFailure(error) }
        switch copy {
        case .xLogData(let payload):
            guard inProgress.concerns(bytes, at: payload) else { return try process(bytes, at: payload) }
            if let transaction = try inProgress.take(bytes, at: payload) { committed = consume transaction }
        case .keepalive(let walEnd, let isReplyRequested):
            if !inProgress.isInBlock {
                do { try session.keepalive(walEnd: walEnd) } catch { throw StreamFailure(error) }
            }
            if isReplyRequested { self.isReplyRequested = true }
        }
    }

    @inline(__always)
    private mutating func process(_ bytes: Span<UInt8>, at payload: Int) throws(StreamFailure) {
        do {
            if let row = RowChange.peek(bytes, at: payload),
                transformer.includes(row.kind, of: row.relation) == false
            {
                _ = try session.change(at: CopyMessage.recordLSN(of: bytes))
                return
            }
        } catch {
            throw StreamFailure(error)
        }
        let message: Message
        do { message = try decoder.decode(bytes, at: payload) } catch { throw StreamFailure(error) }
        if case .relation(let relation) = message { return try describe(relation) }
        do { try handle(message, bytes) } catch { throw StreamFailure(error) }
    }

    mutating func handle(_ message: Message, _ bytes: Span<UInt8>) throws(SessionError) {
        switch message {
        case .row(let change):
            guard try session.change(at: CopyMessage.recordLSN(of: bytes)) == .emit else { return }
            wrote(
                try transformer.append(
                    change, tuplesOf: decoder, bytes, at: session.position, to: &filling.buffer))
        case .begin(let begin):
            let disposition = try session.begin(begin)
            var begin = begin
            begin.ordinal = session.position.ordinal
            // Also for a begin that is skipped: events of its transaction may be new.
            transformer.begin(begin)
            guard disposition == .emit else { return }
            wrote(transformer.appendBegin(at: session.position, to: &filling.buffer))
        case .commit(let commit):
            lastCommit = commit.committedAt
            defer { transformer.commit(commit) }
            guard try session.commit(commit) == .emit else { return }
            wrote(transformer.appendCommit(at: session.position, to: &filling.buffer))
            filling.passed(session.boundary)
        case .truncate(var truncate):
            if isOfTriggers { (truncate.isCascade, truncate.restartsIdentity) = (nil, nil) }
            let record = CopyMessage.recordLSN(of: bytes)
            for relation in truncate.relations {
                guard try session.change(at: record) == .emit else { continue }
                wrote(
                    try transformer.append(
                        truncate, of: relation, bytes, at: session.position, to: &filling.buffer))
            }
        case .message(let message):
            let record = CopyMessage.recordLSN(of: bytes)
            guard try session.message(message, at: record) == .emit else { return }
            wrote(transformer.append(message, bytes, at: session.position, to: &filling.buffer))
            if !message.isTransactional { filling.passed(session.boundary) }
        case .origin(let origin):
            transformer.origin(origin)
        case .type(let type):
            transformer.describe(type)
        case .relation:
            preconditionFailure("relations are described where a look-up can fail")
        }
    }
}
