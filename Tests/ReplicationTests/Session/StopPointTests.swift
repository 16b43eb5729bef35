import Replication
import Testing

@Suite("A stream ends where it was told to")
struct StopPointTests {
    private func expect(_ script: String, until stopPoint: StopPoint) throws {
        var session = StreamSession(stopPoint: stopPoint)
        #expect(try SessionScript.play(script, on: &session) == script)
    }

    @Test("at an LSN: once a commit ends at or past it")
    func commitEnd() throws {
        try expect(
            """
            begin 100 → emit 100-1, boundary 0
            change → emit 100-2, boundary 0
            commit 100 end 130 → emit 100-3, boundary 130
            begin 140 → emit 140-1, boundary 130
            commit 140 end 170 → emit 140-2, boundary 170, done
            """, until: .lsn(LSN(0x141)))
        try expect(
            """
            begin 100 → emit 100-1, boundary 0
            commit 100 end 130 → emit 100-2, boundary 130, done
            """, until: .lsn(LSN(0x130)))
    }

    @Test("at an LSN: a transaction that commits at or past it is not begun")
    func beginPast() throws {
        for stop in [0x131, 0x200] {
            try expect(
                """
                begin 100 → emit 100-1, boundary 0
                commit 100 end 130 → emit 100-2, boundary 130
                begin 200 → stop 100-2, boundary 130, done
                """, until: .lsn(LSN(UInt64(stop))))
        }
    }

    @Test("at an LSN: a message whose record ends past it is not taken")
    func messagePast() throws {
        try expect(
            """
            message 1ff → emit 1ff-0, boundary 1ff
            message 200 → emit 200-0, boundary 200, done
            """, until: .lsn(LSN(0x200)))
        try expect(
            """
            message 1ff → emit 1ff-0, boundary 1ff
            message 201 → stop 1ff-0, boundary 1ff, done
            """, until: .lsn(LSN(0x200)))
    }

    @Test("at an LSN: an idle server that is there ends it, a keepalive in a transaction does not")
    func keepalive() throws {
        try expect(
            """
            keepalive 1ff → boundary 1ff
            keepalive 200 → boundary 200, done
            """, until: .lsn(LSN(0x200)))
        try expect(
            """
            begin 100 → emit 100-1, boundary 0
            keepalive 200 → boundary 0
            change → emit 100-2, boundary 0
            commit 100 end 130 → emit 100-3, boundary 130
            keepalive 200 → boundary 200, done
            """, until: .lsn(LSN(0x200)))
    }

    @Test("at a position in the middle: that event is the last, and its transaction is not confirmed")
    func middle() throws {
        try expect(
            """
            begin 100 → emit 100-1, boundary 0
            change → emit 100-2, boundary 0, done
            change → stop 100-3, boundary 0, done
            commit 100 end 130 → stop 100-4, boundary 0, done
            """, until: .position(Position(lsn: LSN(0x100), ordinal: 2)))
    }

    @Test("at the position of a commit: the transaction is whole and may be confirmed")
    func commit() throws {
        try expect(
            """
            begin 100 → emit 100-1, boundary 0
            change → emit 100-2, boundary 0
            commit 100 end 130 → emit 100-3, boundary 130, done
            """, until: .position(Position(lsn: LSN(0x100), ordinal: 3)))
    }

    @Test("at the position of a message")
    func message() throws {
        try expect(
            """
            message 100 → emit 100-0, boundary 100, done
            begin 100 → stop 100-1, boundary 100, done
            """, until: .position(Position(lsn: LSN(0x100), ordinal: 0)))
    }

    @Test(
        "a position that never comes: the first event behind it, or an idle server past it, ends the stream")
    func missingPosition() throws {
        let last = StopPoint.position(Position(lsn: LSN(0x100), ordinal: 9))
        try expect("begin 200 → stop 0-0, boundary 0, done", until: last)
        try expect("message 101 → stop 0-0, boundary 0, done", until: last)
        try expect(
            """
            keepalive 100 → boundary 100
            keepalive 101 → boundary 101, done
            """, until: last)
        try expect(
            """
            begin 100 → emit 100-1, boundary 0
            commit 100 end 130 → emit 100-2, boundary 130, done
            """, until: last)
    }

    @Test("a stop point that was passed before: everything is skipped, and then it ends")
    func passedBefore() throws {
        let script = """
            begin 100 → skip 100-1, boundary 0
            change → skip 100-2, boundary 0, done
            """
        var session = StreamSession(
            resumingAfter: Position(lsn: LSN(0x300), ordinal: 4),
            stopPoint: .position(Position(lsn: LSN(0x100), ordinal: 2)))
        #expect(try SessionScript.play(script, on: &session) == script)
    }

    @Test("without a stop point nothing ends it")
    func none() throws {
        var session = StreamSession()
        let script = "keepalive ffffffffffffffff → boundary ffffffffffffffff"
        #expect(try SessionScript.play(script, on: &session) == script)
    }
}
