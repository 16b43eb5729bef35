import Replication
import Transformer

/// Decoder, session and transformer in a row, as the program has them: messages of the server go in, lines come out.
///
/// The fuzz target uses it too.
struct EventStream: ~Copyable {
    private(set) var session: StreamSession
    private(set) var transformer: Transformer
    /// Every line so far, or since the last `forgetLines`.
    private(set) var buffer = OutputBuffer(capacity: 0)
    /// What the transformer says it has appended.
    private(set) var events = 0

    private var decoder = MessageDecoder()
    private let catalog: [OID: CatalogFacts]

    /// - Parameter catalog: what the catalog would tell of relations.
    init(
        options: TransformerOptions = TransformerOptions(), catalog: [OID: CatalogFacts] = [:],
        session: StreamSession = StreamSession()
    ) {
        self.session = session
        self.catalog = catalog
        transformer = Transformer(options: options)
    }

    /// A connection stands.
    mutating func streamStarts(_ source: StreamSource) {
        transformer.streamStarts(source)
    }

    /// Takes a message of pgoutput.
    mutating func receive(_ payload: [UInt8]) throws {
        try receive(copyData: MessageBuilder.xLogData(payload))
    }

    /// Takes a CopyData message. One that fails leaves nothing in the buffer.
    mutating func receive(copyData: [UInt8]) throws {
        let start = buffer.count
        do {
            switch try CopyMessage(decoding: copyData.span) {
            case .xLogData(let payload):
                let message = try decoder.decode(copyData.span, at: payload)
                try handle(message, copyData.span)
            case .keepalive(let walEnd, _):
                try session.keepalive(walEnd: walEnd)
            }
        } catch {
            buffer.truncate(to: start)
            throw error
        }
    }

    /// A connection stands.
    mutating func starts(from source: StreamSource) {
        transformer.streamStarts(source)
    }

    mutating func connectionLost() {
        session.connectionLost()
    }

    mutating func forgetLines() {
        buffer.truncate(to: 0)
    }

    private mutating func handle(_ message: Message, _ bytes: Span<UInt8>) throws {
        switch message {
        case .row(let change):
            guard try session.change(at: CopyMessage.recordLSN(of: bytes)) == .emit else { return }
            events += try transformer.append(
                change, tuplesOf: decoder, bytes, at: session.position, to: &buffer)
        case .begin(let begin):
            let disposition = try session.begin(begin)
            transformer.begin(begin)
            guard disposition == .emit else { return }
            events += transformer.appendBegin(at: session.position, to: &buffer)
        case .commit(let commit):
            defer { transformer.commit(commit) }
            guard try session.commit(commit) == .emit else { return }
            events += transformer.appendCommit(at: session.position, to: &buffer)
        case .truncate(let truncate):
            for relation in truncate.relations {
                guard try session.change(at: CopyMessage.recordLSN(of: bytes)) == .emit else { continue }
                events += try transformer.append(
                    truncate, of: relation, bytes, at: session.position, to: &buffer)
            }
        case .message(let message):
            guard try session.message(message, at: CopyMessage.recordLSN(of: bytes)) == .emit else { return }
            events += transformer.append(message, bytes, at: session.position, to: &buffer)
        case .origin(let origin):
            transformer.origin(origin)
        case .type(let type):
            transformer.describe(type)
        case .relation(let relation):
            transformer.describe(relation, catalog[relation.oid] ?? CatalogFacts())
        }
    }
}
