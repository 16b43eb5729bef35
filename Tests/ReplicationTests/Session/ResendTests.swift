import Replication
import Testing

@Suite("After a lost connection nothing is missing and nothing is repeated")
struct ResendTests {
    @Test("what was cut in the middle goes on in the middle")
    func middleOfATransaction() throws {
        let script = """
            begin 100 → emit 100-1, boundary 0
            change → emit 100-2, boundary 0
            change → emit 100-3, boundary 0
            lost → boundary 0
            begin 100 → skip 100-1, boundary 0
            change → skip 100-2, boundary 0
            change → skip 100-3, boundary 0
            change → emit 100-4, boundary 0
            commit 100 end 130 → emit 100-5, boundary 130
            """
        var session = StreamSession()
        #expect(try SessionScript.play(script, on: &session) == script)
    }

    @Test("transactions before are skipped, and a second loss changes nothing")
    func olderTransactions() throws {
        let script = """
            begin 100 → emit 100-1, boundary 0
            commit 100 end 130 → emit 100-2, boundary 130
            message 180 → emit 180-0, boundary 180
            begin 200 → emit 200-1, boundary 180
            change → emit 200-2, boundary 180
            lost → boundary 180
            begin 100 → skip 100-1, boundary 180
            commit 100 end 130 → skip 100-2, boundary 180
            lost → boundary 180
            lost → boundary 180
            begin 100 → skip 100-1, boundary 180
            commit 100 end 130 → skip 100-2, boundary 180
            message 180 → skip 180-0, boundary 180
            begin 200 → skip 200-1, boundary 180
            change → skip 200-2, boundary 180
            change → emit 200-3, boundary 180
            commit 200 end 230 → emit 200-4, boundary 230
            """
        var session = StreamSession()
        #expect(try SessionScript.play(script, on: &session) == script)
    }

    @Test("rows go by their records when the server sends others before them than the first time")
    func otherOrdinals() throws {
        // Two rows of 60 come now, of a table that was not published then, and one of 80 does not.
        let script = """
            begin 100 → emit 100-1, boundary 0
            change 70 → emit 100-2, boundary 0
            change 80 → emit 100-3, boundary 0
            change 90 → emit 100-4, boundary 0
            change 90 → emit 100-5, boundary 0
            lost → boundary 0
            begin 100 → skip 100-1, boundary 0
            change 60 → skip 100-2, boundary 0
            change 60 → skip 100-3, boundary 0
            change 70 → skip 100-4, boundary 0
            change 90 → skip 100-5, boundary 0
            lost → boundary 0
            begin 100 → skip 100-1, boundary 0
            change 60 → skip 100-2, boundary 0
            change 60 → skip 100-3, boundary 0
            change 70 → skip 100-4, boundary 0
            change 90 → skip 100-5, boundary 0
            change 90 → skip 100-6, boundary 0
            change 90 → emit 100-6, boundary 0
            change A0 → emit 100-7, boundary 0
            commit 100 end 130 → emit 100-8, boundary 130
            lost → boundary 130
            begin 100 → skip 100-1, boundary 130
            change 70 → skip 100-2, boundary 130
            change 90 → skip 100-3, boundary 130
            commit 100 end 130 → skip 100-8, boundary 130
            begin 130 → emit 130-1, boundary 130
            change 110 → emit 130-2, boundary 130
            """
        var session = StreamSession()
        #expect(try SessionScript.play(script, on: &session) == script)
    }

    @Test("the same after a new start, and when nothing behind the last row is left but the commit")
    func otherOrdinalsAfterAStart() throws {
        let script = """
            begin 100 → skip 100-1, boundary 0
            change 60 → skip 100-2, boundary 0
            change 90 → skip 100-3, boundary 0
            commit 100 end 130 → emit 100-3, boundary 130
            """
        let held = Position(lsn: LSN(0x100), ordinal: 2)
        var session = StreamSession(resumingAfter: held, at: RecordPlace("0/90 1"), held: held)
        #expect(try SessionScript.play(script, on: &session) == script)
    }

    @Test("what was held before does not tell where a later event stands")
    func placesOfOldAreForgotten() throws {
        let held = Position(lsn: LSN(0x100), ordinal: 2)
        var session = StreamSession(
            resumingAfter: held, at: RecordPlace("0/90 1"), held: held,
            stopPoint: .position(Position(lsn: LSN(0x200), ordinal: 2)))
        #expect(session.emittedPlace == RecordPlace("0/90 1"))
        let script = """
            begin 100 → skip 100-1, boundary 0
            change 90 → skip 100-2, boundary 0
            commit 100 end 130 → emit 100-3, boundary 130
            begin 200 → emit 200-1, boundary 130
            change 150 → emit 200-2, boundary 130, done
            """
        #expect(try SessionScript.play(script, on: &session) == script)
        #expect(session.emittedPlace == RecordPlace("0/150 1"))
        // As for the second table of a truncate.
        #expect(try session.change(at: LSN(0x150)) == .stop)
        #expect(session.emittedPlace == nil)
    }

    @Test("a server that does not send again what it sent is another one, or was put back")
    func otherHistory() throws {
        let held = Position(lsn: LSN(0x100), ordinal: 3)
        let resumed = StreamSession(resumingAfter: held, at: RecordPlace("0/90 1"), held: held)
        for script in [
            "start 80 → boundary 0\nbegin 90 → skip 90-1, boundary 0\nchange 88 → skip 90-2, boundary 0\n"
                + "commit 90 end A0 → skip 90-3, boundary a0\n"
                + "begin 118 → error: the server has come to 0/118 without the transaction at 0/100",
            "start 80 → boundary 0\nkeepalive 100 → boundary 100\n"
                + "keepalive 108 → error: the server has come to 0/108 without the transaction at 0/100",
            // That it does not come again is as it should be.
            "start 108 → boundary 0\nkeepalive 110 → boundary 110\nbegin 118 → emit 118-1, boundary 110",
            "start 100 → boundary 0\nbegin 100 → skip 100-1, boundary 0\nkeepalive 108 → boundary 0\n"
                + "commit 100 end 108 → emit 100-4, boundary 108\nbegin 118 → emit 118-1, boundary 108",
        ] {
            var session = resumed
            #expect(try SessionScript.play(script, on: &session) == script)
        }
        // Nor is anything confirmed before, although we have it.
        var session = resumed
        session.streamStarts(at: LSN(0x80))
        #expect(session.confirmable(LSN(0x108)) == LSN(0x80))
        _ = try SessionScript.play("begin 100", on: &session)
        #expect(session.confirmable(LSN(0x108)) == LSN(0x108))

        // Of an event of a channel it is not known what it stands behind.
        var heard = StreamSession()
        try heard.keepalive(walEnd: LSN(0x100))
        heard.channelEvent()
        heard.connectionLost()
        heard.streamStarts(at: .zero)
        try heard.keepalive(walEnd: LSN(0x200))
    }

    @Test("a commit that was emitted is skipped, and still tells that its end may be confirmed")
    func skippedCommit() throws {
        let script = """
            begin 100 → skip 100-1, boundary 0
            commit 100 end 130 → skip 100-2, boundary 130
            begin 130 → emit 130-1, boundary 130
            """
        var session = StreamSession(resumingAfter: Position(lsn: LSN(0x100), ordinal: 2))
        #expect(try SessionScript.play(script, on: &session) == script)
    }

    @Test("a sink that holds more than was confirmed is not told again")
    func resumedSink() throws {
        let script = """
            begin 100 → skip 100-1, boundary 0
            change → skip 100-2, boundary 0
            change → emit 100-3, boundary 0
            commit 100 end 130 → emit 100-4, boundary 130
            """
        var session = StreamSession(resumingAfter: Position(lsn: LSN(0x100), ordinal: 2))
        #expect(try SessionScript.play(script, on: &session) == script)
        #expect(session.emitted == Position(lsn: LSN(0x100), ordinal: 4))
    }

    /// The LSNs of rows lie below commits that were acknowledged before; only the commit's LSN counts.
    @Test("cut anywhere and sent again, every event is emitted once", arguments: 0...16)
    func cutAnywhere(cut: Int) throws {
        let facts = """
            message 80
            begin 100
            change
            change
            commit 100 end 130
            keepalive 140
            begin 150
            message in
            commit 150 end 160
            begin 160
            change
            change
            change
            commit 160 end 190
            message 1a0
            keepalive 1b0
            """.split(separator: "\n").map(String.init)
        func emitted(_ facts: [String]) throws -> [String] {
            var session = StreamSession()
            return try SessionScript.play(facts.joined(separator: "\n"), on: &session)
                .split(separator: "\n").compactMap { line in
                    let words = line.split(whereSeparator: { " ,".contains($0) }).map(String.init)
                    return words.firstIndex(of: "emit").map { words[$0 + 1] }
                }
        }
        let whole = try emitted(facts)
        #expect(whole.count == 14)
        #expect(try emitted(facts.prefix(cut) + ["lost"] + facts) == whole)
        let twice = facts.prefix(cut) + ["lost"] + facts.prefix(cut / 2) + ["lost"] + facts
        #expect(try emitted(Array(twice)) == whole)
    }
}
