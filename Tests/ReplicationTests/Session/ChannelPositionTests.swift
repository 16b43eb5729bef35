import Replication
import Testing

@Suite("What comes from channels stands between transactions, behind everything that is out")
struct ChannelPositionTests {
    private static func transaction(
        _ commit: UInt64, end: UInt64, changes: Int = 0, on session: inout StreamSession
    ) throws {
        _ = try session.begin(
            Begin(
                commitLSN: LSN(commit), committedAt: MessageBuilder.sampleTime, xid: TransactionID(1)))
        for _ in 0..<changes { _ = try session.change(at: .zero) }
        _ = try session.commit(
            Commit(
                commitLSN: LSN(commit), endLSN: LSN(end), committedAt: MessageBuilder.sampleTime))
    }

    private static func place(on session: inout StreamSession) -> Position? {
        guard session.admitsChannels else { return nil }
        session.channelEvent()
        #expect(session.emitted == session.position)
        return session.position
    }

    private func position(_ lsn: UInt64, _ ordinal: UInt32) -> Position {
        Position(lsn: LSN(lsn), ordinal: ordinal)
    }

    @Test("after a commit they count on from its ordinal")
    func afterCommit() throws {
        var session = StreamSession()
        try Self.transaction(0x100, end: 0x130, changes: 2, on: &session)
        #expect(Self.place(on: &session) == position(0x100, 5))
        #expect(Self.place(on: &session) == position(0x100, 6))
        try session.keepalive(walEnd: LSN(0x500))
        #expect(Self.place(on: &session) == position(0x100, 7))
        try Self.transaction(0x500, end: 0x530, on: &session)
        #expect(Self.place(on: &session) == position(0x500, 3))
    }

    @Test("inside of a transaction there is no place")
    func insideOfTransaction() throws {
        var session = StreamSession()
        try Self.transaction(0x100, end: 0x130, on: &session)
        _ = try session.begin(
            Begin(commitLSN: LSN(0x200), committedAt: MessageBuilder.sampleTime, xid: TransactionID(2)))
        #expect(!session.admitsChannels && !session.waitsForBoundary)
    }

    @Test("before the first event they stand below what is still to come, once that is known")
    func beforeTheFirstEvent() throws {
        var session = StreamSession()
        #expect(Self.place(on: &session) == nil)
        #expect(session.waitsForBoundary)
        try session.keepalive(walEnd: LSN(0x100))
        #expect(Self.place(on: &session) == position(0xFF, 1))
        #expect(Self.place(on: &session) == position(0xFF, 2))
        // A transaction that commits right there is not below them.
        try Self.transaction(0x100, end: 0x130, on: &session)
        #expect(session.emitted == position(0x100, 2))
    }

    @Test("a transaction can have the LSN of the message before it, so they wait")
    func afterMessage() throws {
        var session = StreamSession()
        var decoder = MessageDecoder()
        let bytes = MessageBuilder.message("p", "", isTransactional: false, lsn: LSN(0x100))
        guard case .message(let message) = try decoder.decode(bytes.span) else {
            Issue.record("no message")
            return
        }
        _ = try session.message(message, at: .zero)
        #expect(Self.place(on: &session) == nil)
        #expect(session.waitsForBoundary)
        var other = session
        try Self.transaction(0x100, end: 0x130, on: &session)
        #expect(Self.place(on: &session) == position(0x100, 3))
        try other.keepalive(walEnd: LSN(0x130))
        #expect(Self.place(on: &other) == position(0x100, 1))
    }

    @Test("a transaction that was cut in two comes again before there is a place")
    func afterLostConnection() throws {
        var session = StreamSession()
        try Self.transaction(0x80, end: 0x100, on: &session)
        _ = try session.begin(
            Begin(commitLSN: LSN(0x100), committedAt: MessageBuilder.sampleTime, xid: TransactionID(1)))
        _ = try session.change(at: .zero)
        session.connectionLost()
        #expect(Self.place(on: &session) == nil)
        try Self.transaction(0x100, end: 0x130, changes: 3, on: &session)
        #expect(session.emitted == position(0x100, 5), "its other rows were not passed over")
        #expect(Self.place(on: &session) == position(0x100, 6))
    }

    @Test("after a restart they stand behind what any sink holds, also behind one of their own")
    func afterRestart() throws {
        // One sink holds an event of a channel, another is in the middle of the transaction before it.
        var session = StreamSession(resumingAfter: position(0x100, 3), held: position(0x100, 9))
        #expect(Self.place(on: &session) == nil)
        try Self.transaction(0x100, end: 0x130, changes: 4, on: &session)
        #expect(session.emitted == position(0x100, 6))
        #expect(Self.place(on: &session) == position(0x100, 10))
        try Self.transaction(0x130, end: 0x160, on: &session)
        #expect(session.emitted == position(0x130, 2))
    }

    @Test("after a restart without anything sent again, they count on")
    func afterQuietRestart() throws {
        var session = StreamSession(resumingAfter: position(0x100, 9), held: position(0x100, 9))
        try session.keepalive(walEnd: LSN(0x100))
        #expect(Self.place(on: &session) == nil)
        try session.keepalive(walEnd: LSN(0x200))
        #expect(Self.place(on: &session) == position(0x100, 10))
    }

    @Test("events sent again after a lost connection do not come twice because of them")
    func resent() throws {
        var session = StreamSession()
        try Self.transaction(0x100, end: 0x130, changes: 1, on: &session)
        #expect(Self.place(on: &session) == position(0x100, 4))
        session.connectionLost()
        _ = try session.begin(
            Begin(commitLSN: LSN(0x100), committedAt: MessageBuilder.sampleTime, xid: TransactionID(1)))
        #expect(try session.change(at: .zero) == .skip)
        _ = try session.commit(
            Commit(
                commitLSN: LSN(0x100), endLSN: LSN(0x130), committedAt: MessageBuilder.sampleTime))
        #expect(Self.place(on: &session) == position(0x100, 5))
    }

    @Test("without replication they follow the server's log, and never go back")
    func withoutReplication() {
        var session = StreamSession(resumingAfter: position(0x100, 7), held: position(0x100, 7))
        var positions: [Position] = []
        for lsn: UInt64 in [0x80, 0x100, 0x200, 0x200, 0x180] {
            session.channelEvent(at: LSN(lsn))
            positions.append(session.position)
        }
        #expect(
            positions == [
                position(0x100, 8), position(0x100, 9), position(0x200, 1), position(0x200, 2),
                position(0x200, 3),
            ])
    }
}
