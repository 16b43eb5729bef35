import Replication
import Transformer

/// What the program does with a message between libpq and the sinks.
struct HotPath: ~Copyable {
    /// Events and bytes that came out.
    private(set) var events = 0
    private(set) var bytes = 0

    private var session = StreamSession()
    private var decoder = MessageDecoder()
    private var transformer = Transformer()
    private var buffer = OutputBuffer(capacity: HotPath.batchSize + 64 * 1024)

    /// As the program has it, so that the batch stays in the same cache.
    private static let batchSize = 256 * 1024

    /// Takes messages as if they had never been sent before.
    mutating func replay(_ messages: Messages, describing rows: Rows) throws {
        session = StreamSession()
        for range in messages.ranges {
            try process(messages.bytes.span.extracting(range), rows)
            if buffer.count >= Self.batchSize { takeBatch() }
        }
        takeBatch()
    }

    private mutating func takeBatch() {
        bytes += buffer.count
        buffer.truncate(to: 0)
    }

    private mutating func process(_ bytes: Span<UInt8>, _ rows: Rows) throws {
        guard case .xLogData(let payload) = try CopyMessage(decoding: bytes) else { return }
        if let row = RowChange.peek(bytes, at: payload),
            transformer.includes(row.kind, of: row.relation) == false
        {
            _ = try session.change(at: CopyMessage.recordLSN(of: bytes))
            return
        }
        switch try decoder.decode(bytes, at: payload) {
        case .row(let change):
            guard try session.change(at: CopyMessage.recordLSN(of: bytes)) == .emit else { return }
            events += try transformer.append(
                change, tuplesOf: decoder, bytes, at: session.position, to: &buffer)
        case .begin(let begin):
            guard try session.begin(begin) == .emit else { return }
            transformer.begin(begin)
        case .commit(let commit):
            _ = try session.commit(commit)
            transformer.commit(commit)
        case .type(let type):
            transformer.describe(type)
        case .relation(let relation):
            transformer.describe(relation, rows.facts)
        case .truncate, .message, .origin:
            preconditionFailure("not in the recording")
        }
    }
}
