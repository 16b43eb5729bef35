import Replication
import Testing

@Suite("Events are numbered, and what may be confirmed follows the transactions")
struct StreamSessionTests {
    private func expect(_ script: String, on session: StreamSession = StreamSession()) throws {
        var session = session
        #expect(try SessionScript.play(script, on: &session) == script)
    }

    @Test("begin is 1, changes count on, commit is the last")
    func ordinals() throws {
        try expect(
            """
            begin 100 → emit 100-1, boundary 0
            change → emit 100-2, boundary 0
            change → emit 100-3, boundary 0
            message in → emit 100-4, boundary 0
            commit 100 end 130 → emit 100-5, boundary 130
            begin 130 → emit 130-1, boundary 130
            commit 130 end 160 → emit 130-2, boundary 160
            """)
    }

    @Test("a non-transactional message is 0 at its own LSN, also right before the transaction with that LSN")
    func messages() throws {
        try expect(
            """
            message 100 → emit 100-0, boundary 100
            begin 100 → emit 100-1, boundary 100
            message in → emit 100-2, boundary 100
            commit 100 end 130 → emit 100-3, boundary 130
            message 180 → emit 180-0, boundary 180
            """)
    }

    @Test("a keepalive moves the boundary between transactions only, and never back")
    func keepalives() throws {
        try expect(
            """
            keepalive 80 → boundary 80
            begin 100 → emit 100-1, boundary 80
            keepalive 120 → boundary 80
            change → emit 100-2, boundary 80
            keepalive 1000 → boundary 80
            commit 100 end 130 → emit 100-3, boundary 130
            keepalive 120 → boundary 130
            keepalive 140 → boundary 140
            """)
    }

    @Test("received follows everything, confirmed or not")
    func received() throws {
        var session = StreamSession()
        try session.keepalive(walEnd: LSN(0x80))
        #expect(session.received == LSN(0x80))
        _ = try session.begin(
            Begin(commitLSN: LSN(0x100), committedAt: MessageBuilder.sampleTime, xid: TransactionID(1)))
        try session.keepalive(walEnd: LSN(0x500))
        #expect(session.received == LSN(0x500))
        #expect(session.boundary == LSN(0x80))
        #expect(session.isInTransaction)
        try session.keepalive(walEnd: LSN(0x400))
        #expect(session.received == LSN(0x500))
    }

    @Test("messages in an order that the protocol does not have")
    func protocolOrder() throws {
        try expect(
            """
            change → error: a change came outside of a transaction, after 00000000/00000000-00000000
            message in → error: a change came outside of a transaction, after 00000000/00000000-00000000
            commit 100 end 130 → error: a commit at 0/100 came without its begin
            begin 100 → emit 100-1, boundary 0
            begin 200 → error: a transaction begins inside the one at 0/100
            message 150 → error: a non-transactional message at 0/150 came inside a transaction
            commit 200 end 230 → error: the transaction that began with commit LSN 0/100 ends with 0/200
            commit 100 end 130 → emit 100-2, boundary 130
            commit 100 end 130 → error: a commit at 0/100 came without its begin
            change → error: a change came outside of a transaction, after 00000000/00000100-00000002
            """)
    }

    @Test("an error says what is wrong with a row")
    func rowErrors() {
        let position = Position(lsn: LSN(0x100), ordinal: 2)
        #expect(
            SessionError.unknownRelation(OID(7), position).description
                == "the change at 00000000/00000100-00000002 is of relation 7, which was never described")
        #expect(
            SessionError.columnCount(3, expected: 2, position).description
                == "the row at 00000000/00000100-00000002 has 3 columns where its relation has 2")
        #expect(
            SessionError.binaryValue(position).description.hasPrefix(
                "the row at 00000000/00000100-00000002 has a value in binary form"))
        #expect(
            SessionError.tooManyChanges(position).description
                == "the transaction at 0/100 has more changes than positions can number")
    }
}
