import Replication
import Transformer

/// One input, played as a stream: every message must become whole lines of JSON, or a typed error.
///
/// The first byte chooses the options. Then come CopyData messages, each with its length in two bytes in front; the
/// last one may be shorter than it says.
struct FuzzRun: ~Copyable {
    private let input: [UInt8]
    private let options: TransformerOptions
    private var stream: EventStream
    private var decoder = MessageDecoder()
    /// The server's JSON stands in the line as it came, so once there can be some, a line may be no JSON.
    private var trustsServer = false

    init(_ input: [UInt8]) {
        self.input = input
        let flags = input.first ?? 0
        options = TransformerOptions(
            filter: TableFilter(excluded: flags & 1 == 0 ? [] : [Glob("public.l*")]),
            includesTransactions: flags & 2 != 0, repairsText: flags & 4 != 0)
        let keys =
            flags & 8 == 0
            ? [:] : [OID(0x403E): CatalogFacts(primaryKey: ["a"]), OID(1): CatalogFacts(primaryKey: ["id"])]
        let last = Position(lsn: LSN(0x197_46B8), ordinal: 3)
        stream = EventStream(
            options: options, catalog: keys,
            session: StreamSession(stopPoint: flags & 16 == 0 ? nil : .position(last)))
    }

    mutating func play() {
        var index = 1
        while index + 2 <= input.count {
            let length = Int(input[index]) << 8 | Int(input[index + 1])
            let end = min(input.count, index + 2 + length)
            let message = Array(input[(index + 2)..<end])
            index = end
            checkPlaces(message)
            // An error ends a stream, but the next connection goes on with the same session.
            if !take(message) { stream.connectionLost() }
        }
    }

    /// Every place that a decoded message names lies inside of it.
    private mutating func checkPlaces(_ bytes: [UInt8]) {
        do throws(DecodingError) {
            guard case .xLogData(let payload) = try CopyMessage(decoding: bytes.span) else { return }
            if payload < bytes.count, StreamingMessage.isOne(bytes[payload]) {
                _ = try StreamingMessage(decoding: bytes.span, at: payload)
                return
            }
            if case .change? = try? BlockMessage(decoding: bytes.span, at: payload) {
                precondition(bytes.count >= payload + 1 + BlockMessage.xidSize)
            }
            switch try decoder.decode(bytes.span, at: payload) {
            case .row(let change):
                if change.kind != .delete { check(decoder.newTuple, bytes.count) }
                if change.old != .none { check(decoder.oldTuple, bytes.count) }
            case .message(let message):
                precondition(
                    message.prefix.lowerBound >= payload && message.content.upperBound <= bytes.count)
            case .relation(let relation):
                if relation.columns.contains(where: { [114, 3802, 199, 3807].contains($0.type.value) }) {
                    trustsServer = true
                }
            case .type(let type):
                if type.name.contains("json") { trustsServer = true }
            default:
                break
            }
        } catch {
            precondition((0...bytes.count).contains(error.offset), "offset \(error.offset)")
            precondition(!error.description.isEmpty)
        }
    }

    private func check(_ tuple: Tuple, _ count: Int) {
        for column in tuple.columns where column.kind == .text || column.kind == .binary {
            precondition(column.offset >= 25 && column.length >= 0 && column.range.upperBound <= count)
        }
    }

    /// Returns false if the message was refused.
    private mutating func take(_ message: [UInt8]) -> Bool {
        stream.forgetLines()
        let (events, boundary) = (stream.events, stream.session.boundary)
        var isTaken = true
        do { try stream.receive(copyData: message) } catch { isTaken = false }
        let output = stream.buffer.contents
        let lines = output.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        // The last line ends with a line break, too.
        precondition(lines.last?.isEmpty == true, "a line has no end")
        precondition(!isTaken || lines.count - 1 == stream.events - events, "lines and events differ")
        precondition(stream.session.boundary >= boundary, "the boundary went back")
        for line in lines.dropLast() {
            let text = String(decoding: line, as: UTF8.self)
            precondition(text.hasPrefix("{\"pos\":\""), "no position: \(text)")
            precondition(trustsServer || JSONGrammar.isValue(Array(line)), "no JSON: \(text)")
            precondition(!options.repairsText || Array(text.utf8) == Array(line), "no UTF-8: \(text)")
        }
        return isTaken
    }
}
