import Replication
import Testing

@Suite("Transactions in progress: their frames and what is inside")
struct StreamingMessageTests {
    private struct Sample: Sendable {
        let bytes: [UInt8]
        let message: StreamingMessage

        init(_ tag: Character, _ message: StreamingMessage, fields: (inout MessageBuilder) -> Void) {
            var builder = MessageBuilder(tag)
            fields(&builder)
            bytes = builder.bytes
            self.message = message
        }
    }

    private static let samples = [
        Sample("S", .start(TransactionID(758))) {
            $0.uint32(758); $0.uint8(1)
        },
        Sample("S", .start(TransactionID(.max))) {
            $0.uint32(.max); $0.uint8(0)
        },
        Sample("E", .stop) { _ in },
        Sample(
            "c",
            .commit(
                TransactionID(758),
                Commit(
                    commitLSN: LSN(0x16_B374_D848), endLSN: LSN(0x16_B374_D878),
                    committedAt: Timestamp(microseconds: 7)))
        ) {
            $0.uint32(758); $0.uint8(0)
            $0.uint64(0x16_B374_D848); $0.uint64(0x16_B374_D878); $0.uint64(7)
        },
        Sample("A", .abort(TransactionID(758), subtransaction: TransactionID(760))) {
            $0.uint32(758); $0.uint32(760)
        },
        // Version 4 with `parallel`: where and when it was aborted.
        Sample("A", .abort(TransactionID(758), subtransaction: TransactionID(758))) {
            $0.uint32(758); $0.uint32(758); $0.uint64(1); $0.uint64(2)
        },
    ]

    private func decode(_ bytes: [UInt8]) throws(DecodingError) -> StreamingMessage {
        try StreamingMessage(decoding: bytes.span, at: 0)
    }

    @Test func everyFrameIsDecoded() throws {
        for sample in Self.samples {
            #expect(StreamingMessage.isOne(sample.bytes[0]))
            #expect(try decode(sample.bytes) == sample.message)
        }
    }

    @Test func everyPrefixAndEverySurplusIsRefused() {
        for sample in Self.samples {
            for length in sample.bytes.indices where sample.bytes.count < 20 || length != 9 {
                #expect(throws: DecodingError.self) { try decode(Array(sample.bytes.prefix(length))) }
            }
            #expect(throws: DecodingError.self) { try decode(sample.bytes + [0]) }
        }
    }

    @Test func flagsThatNobodyKnowsAreRefused() {
        var start = MessageBuilder("S")
        start.uint32(1); start.uint8(2)
        #expect(throws: DecodingError.self) { try decode(start.bytes) }
        var commit = MessageBuilder("c")
        commit.uint32(1); commit.uint8(1)
        for _ in 0..<3 { commit.uint64(1) }
        #expect(throws: DecodingError.self) { try decode(commit.bytes) }
    }

    @Test(
        "the framing messages are no others", arguments: ["B", "C", "I", "U", "D", "T", "M", "R", "Y", "O"])
    func others(tag: String) {
        let bytes = Array(tag.utf8) + [UInt8](repeating: 0, count: 12)
        #expect(!StreamingMessage.isOne(bytes[0]))
        #expect(throws: DecodingError.self) { try decode(bytes) }
    }

    @Test("what comes in a block names its subtransaction", arguments: ["I", "U", "D", "T", "M", "R", "Y"])
    func inBlock(tag: String) throws {
        let bytes = Array(tag.utf8) + [0, 0, 3, 4, 9]
        #expect(try BlockMessage(decoding: bytes.span, at: 0) == .change(of: TransactionID(0x0304)))
        for length in 0..<5 {
            #expect(throws: DecodingError.self) {
                try BlockMessage(decoding: Array(bytes.prefix(length)).span, at: 0)
            }
        }
    }

    @Test("an origin in a block is of all of the transaction")
    func origin() throws {
        let bytes = MessageBuilder.origin(commit: LSN(9), "upstream")
        let origin = Origin(commitLSN: LSN(9), name: "upstream")
        #expect(try BlockMessage(decoding: bytes.span, at: 0) == .origin(origin))
        #expect(throws: DecodingError.self) { try BlockMessage(decoding: (bytes + [0]).span, at: 0) }
    }

    @Test("a block has no transaction and no block inside", arguments: ["B", "C", "S", "E", "c", "A", "?"])
    func notInBlock(tag: String) {
        let bytes = Array(tag.utf8) + [UInt8](repeating: 0, count: 30)
        #expect(throws: DecodingError.self) { try BlockMessage(decoding: bytes.span, at: 0) }
    }
}
