import Replication
import Testing

@Suite("What wraps the stream: CopyData in, status updates out")
struct CopyMessageTests {
    @Test(arguments: [false, true])
    func keepalive(isReplyRequested: Bool) throws {
        let bytes = MessageBuilder.keepalive(
            walEnd: LSN(0x16_B374_D848), sentAt: Timestamp(microseconds: -1),
            isReplyRequested: isReplyRequested)
        #expect(bytes.count == 18)
        let message = try CopyMessage(decoding: bytes.span)
        #expect(message == .keepalive(walEnd: LSN(0x16_B374_D848), isReplyRequested: isReplyRequested))
    }

    @Test("the payload begins behind 25 bytes")
    func xLogData() throws {
        let bytes = MessageBuilder.xLogData(Array("B".utf8), lsn: LSN(.max))
        let message = try CopyMessage(decoding: bytes.span)
        #expect(message == .xLogData(payload: 25))
        #expect(bytes[25] == UInt8(ascii: "B"))
    }

    /// PostgreSQL manual, "Standby status update": Byte1('r'), then written, flushed, applied, clock, reply.
    @Test func standbyStatus() {
        let status = StandbyStatus(
            received: LSN(0x0102_0304_0506_0708), confirmed: LSN(0x0A0B),
            sentAt: Timestamp(microseconds: 0x11),
            requestsReply: true)
        #expect(
            encoded(status) == [
                0x72,
                1, 2, 3, 4, 5, 6, 7, 8,
                0, 0, 0, 0, 0, 0, 0x0A, 0x0B,
                0, 0, 0, 0, 0, 0, 0x0A, 0x0B,
                0, 0, 0, 0, 0, 0, 0, 0x11,
                1,
            ])
    }

    @Test("a clock before 2000 is a negative number, and no reply is a zero")
    func earlyClock() {
        let status = StandbyStatus(
            received: .zero, confirmed: .zero, sentAt: Timestamp(microseconds: -2), requestsReply: false)
        #expect(
            encoded(status)
                == [0x72] + [UInt8](repeating: 0, count: 24) + [UInt8](repeating: 0xFF, count: 7) + [0xFE, 0])
    }

    @Test("what is confirmed was received")
    func confirmedPastReceived() {
        let status = StandbyStatus(
            received: LSN(1), confirmed: LSN(9), sentAt: Timestamp(microseconds: 0), requestsReply: false)
        #expect(Array(encoded(status)[1...8]) == [0, 0, 0, 0, 0, 0, 0, 9])
    }

    private func encoded(_ status: StandbyStatus) -> [UInt8] {
        var buffer = OutputBuffer(capacity: 0)
        status.encode(into: &buffer)
        return buffer.contents
    }
}
