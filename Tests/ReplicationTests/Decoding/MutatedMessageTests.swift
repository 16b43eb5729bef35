@testable import Replication
import Testing

@Suite("A million damaged messages give values or errors, never a trap", .serialized)
struct MutatedMessageTests {
    /// Each is a run of its own; the report names the seed of one that fails.
    static let seeds: [UInt64] = [1, 2, 3, 4, 5, 6, 7, 8]
    private static let messagesASeed = 125_000

    @Test(arguments: seeds)
    func mutations(seed: UInt64) async {
        var mutator = Mutator(seed: seed)
        var decoder = MessageDecoder()
        var bytes: [UInt8] = []
        var (values, errors) = (0, 0)
        for turn in 0..<Self.messagesASeed {
            // Other tests, some with a clock running, share the threads.
            if turn % 2000 == 0 { await Task.yield() }
            mutator.next(into: &bytes)
            let outOfPlace: Int?
            do throws(DecodingError) {
                outOfPlace = try Self.decode(bytes, &decoder)
                values += 1
            } catch {
                outOfPlace = (0...bytes.count).contains(error.offset) ? nil : error.offset
                errors += 1
            }
            if let outOfPlace {
                Issue.record("turn \(turn): \(outOfPlace) lies outside of \(bytes)")
            }
        }
        // A mutator that made only garbage, or none, would prove nothing.
        #expect(values > Self.messagesASeed / 20)
        #expect(errors > Self.messagesASeed / 4)
    }

    /// Decodes a CopyData message, and returns a place in it that a value claims and that does not exist.
    private static func decode(
        _ bytes: [UInt8], _ decoder: inout MessageDecoder
    ) throws(DecodingError) -> Int? {
        guard case .xLogData(let payload) = try CopyMessage(decoding: bytes.span) else { return nil }
        switch try decoder.decode(bytes.span, at: payload) {
        case .row(let change):
            let new = change.kind == .delete ? nil : outOfPlace(decoder.newTuple, bytes.count)
            return new ?? (change.old == .none ? nil : outOfPlace(decoder.oldTuple, bytes.count))
        case .message(let message):
            return [message.prefix, message.content].first {
                $0.lowerBound < payload || $0.upperBound > bytes.count
            }?.upperBound
        default:
            return nil
        }
    }

    /// What frames and fills the blocks of transactions in progress, made of the same bytes under another tag.
    @Test(arguments: seeds)
    func mutatedFrames(seed: UInt64) async {
        let tags = Array("SEcAIUDTMRYO".utf8)
        var mutator = Mutator(seed: seed)
        var bytes: [UInt8] = []
        var (values, errors) = (0, 0)
        for turn in 0..<Self.messagesASeed / 10 {
            if turn % 2000 == 0 { await Task.yield() }
            mutator.next(into: &bytes)
            guard bytes.count > CopyMessage.headerSize else { continue }
            bytes[CopyMessage.headerSize] = tags[turn % tags.count]
            do throws(DecodingError) {
                if StreamingMessage.isOne(bytes[CopyMessage.headerSize]) {
                    _ = try StreamingMessage(decoding: bytes.span, at: CopyMessage.headerSize)
                } else {
                    _ = try BlockMessage(decoding: bytes.span, at: CopyMessage.headerSize)
                }
                values += 1
            } catch {
                if !(0...bytes.count).contains(error.offset) {
                    Issue.record("turn \(turn): \(error.offset) lies outside of \(bytes)")
                }
                errors += 1
            }
        }
        #expect(values > 1000 && errors > 1000)
    }

    private static func outOfPlace(_ tuple: Tuple, _ count: Int) -> Int? {
        for column in tuple.columns where column.kind == .text || column.kind == .binary {
            let (start, length) = (Int(column.offset), Int(column.length))
            if start < CopyMessage.headerSize || length < 0 || start + length > count { return start }
        }
        return nil
    }
}
