import Replication
import Testing

@Suite("Bytes that are no message are refused with the tag and the place")
struct DamagedMessageTests {
    /// Decodes a CopyData message to its end, and returns what was wrong with it.
    private func failure(of bytes: [UInt8]) throws -> DecodingError? {
        do throws(DecodingError) {
            guard case .xLogData(let payload) = try CopyMessage(decoding: bytes.span) else { return nil }
            var decoder = MessageDecoder()
            _ = try decoder.decode(bytes.span, at: payload)
            return nil
        } catch {
            return error
        }
    }

    @Test("every prefix of every message is truncated", arguments: SampleMessage.all)
    func prefixes(sample: SampleMessage) throws {
        #expect(try failure(of: sample.bytes) == nil)
        for length in sample.bytes.indices {
            let error = try #require(try failure(of: Array(sample.bytes.prefix(length))))
            #expect(error.reason == .truncated)
            #expect((0...length).contains(error.offset))
            // An empty message has no tag; behind the header of XLogData begins another message.
            let tagged =
                switch length {
                case 0, 25: UInt8(0)
                case ..<25: sample.bytes[0]
                default: sample.bytes[25]
                }
            #expect(error.tag == tagged)
        }
    }

    @Test("every message with bytes behind its end is refused", arguments: SampleMessage.all)
    func trailingBytes(sample: SampleMessage) throws {
        for extra: [UInt8] in [[0], [0x4E], [0, 0, 0]] {
            let error = try #require(try failure(of: sample.bytes + extra))
            #expect(error.reason == .trailingBytes(extra.count))
            #expect(error.offset == sample.bytes.count)
        }
    }

    @Test("a field that cannot be is named", arguments: Damage.all)
    func damagedField(damage: Damage) throws {
        let error = try #require(try failure(of: damage.bytes))
        #expect(error.reason == damage.reason)
        #expect(error.tag == damage.tag)
        #expect((0...damage.bytes.count).contains(error.offset))
    }

    @Test("an error tells what, where and why")
    func description() {
        #expect(
            DecodingError(tag: UInt8(ascii: "I"), offset: 31, reason: .truncated).description
                == "message 'I': ends in the middle of a field at byte 31")
        #expect(
            DecodingError(tag: 7, offset: 0, reason: .unknownMessage).description
                == "message 0x07: is none of this protocol version at byte 0")
        #expect(
            DecodingError(tag: UInt8(ascii: "I"), offset: 3, reason: .unknownColumnKind(0xAB)).description
                == "message 'I': has a column of kind 0xAB at byte 3")
    }
}
