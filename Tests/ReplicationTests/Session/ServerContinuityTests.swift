import Replication
import Testing

@Suite("A stream goes on only where it cannot have a silent gap")
struct ServerContinuityTests {
    private let original = ServerIdentity(systemIdentifier: "7301", timeline: 2, database: "shop")

    /// A continuity that has seen `original`.
    private func known() throws -> ServerContinuity {
        var continuity = ServerContinuity()
        try continuity.accept(original, emitted: .zero, flushed: LSN(0x1000), history: nil)
        return continuity
    }

    private func failure(
        _ identity: ServerIdentity, emitted: UInt64 = 0x500, flushed: UInt64 = 0x1000,
        history: String? = nil
    ) throws -> ContinuityError? {
        var continuity = try known()
        do throws(ContinuityError) {
            try continuity.accept(
                identity, emitted: LSN(emitted), flushed: LSN(flushed),
                history: history.map { TimelineHistory(parsing: $0) })
            #expect(continuity.identity == identity)
            return nil
        } catch {
            #expect(continuity.identity == original)
            return error
        }
    }

    private func promoted(to timeline: UInt32) -> ServerIdentity {
        ServerIdentity(systemIdentifier: "7301", timeline: timeline, database: "shop")
    }

    @Test("the first server is taken as it is")
    func first() throws {
        var continuity = ServerContinuity()
        #expect(continuity.identity == nil)
        #expect(!continuity.needsHistory(for: original))
        try continuity.accept(original, emitted: LSN(0x500), flushed: LSN(0x1), history: nil)
        #expect(continuity.identity == original)
    }

    @Test("the same server again, with as much log as we have or more")
    func same() throws {
        #expect(try failure(original) == nil)
        #expect(try failure(original, emitted: 0x500, flushed: 0x500) == nil)
        #expect(try !known().needsHistory(for: original))
    }

    @Test("another cluster or database is refused")
    func other() throws {
        let cluster = ServerIdentity(systemIdentifier: "7302", timeline: 2, database: "shop")
        #expect(try failure(cluster) == .otherSystem(expected: "7301", found: "7302"))
        let database = ServerIdentity(systemIdentifier: "7301", timeline: 2, database: "test")
        #expect(try failure(database) == .otherDatabase(expected: "shop", found: "test"))
    }

    @Test("names are compared byte by byte")
    func composedName() throws {
        var continuity = ServerContinuity()
        func identity(_ database: String) -> ServerIdentity {
            ServerIdentity(systemIdentifier: "7301", timeline: 2, database: database)
        }
        try continuity.accept(identity("caf\u{e9}"), emitted: .zero, flushed: LSN(0x1000), history: nil)
        #expect(throws: ContinuityError.self) {
            try continuity.accept(identity("cafe\u{301}"), emitted: .zero, flushed: LSN(0x1000), history: nil)
        }
    }

    @Test("a server whose log ends before what we have was put back in time")
    func behind() throws {
        #expect(
            try failure(original, emitted: 0x500, flushed: 0x4FF)
                == .serverBehind(ours: LSN(0x500), server: LSN(0x4FF)))
    }

    @Test("a new timeline is taken if it branched off at or after what we have")
    func promotedAfter() throws {
        #expect(try known().needsHistory(for: promoted(to: 3)))
        #expect(
            try failure(promoted(to: 3), history: "1\t0/100\tx\n2\t0/500\tno recovery target specified\n")
                == nil)
        // Two promotions on.
        #expect(try failure(promoted(to: 4), history: "1\t0/100\tx\n2\t0/600\ty\n3\t0/700\tz\n") == nil)
    }

    @Test("a new timeline that branched off before what we have lacks some of it")
    func promotedBefore() throws {
        #expect(
            try failure(promoted(to: 3), history: "1\t0/100\tx\n2\t0/4FF\ty\n")
                == .timelineDiverged(from: 2, to: 3, at: LSN(0x4FF), ours: LSN(0x500)))
    }

    @Test("a timeline that does not come from ours is refused")
    func unrelatedTimeline() throws {
        let error = ContinuityError.timelineDiverged(from: 2, to: 3, at: nil, ours: LSN(0x500))
        #expect(try failure(promoted(to: 3), history: "1\t0/900\tx\n") == error)
        #expect(try failure(promoted(to: 3), history: "") == error)
        #expect(try failure(promoted(to: 3), history: nil) == error)
        // Back on the old primary.
        #expect(
            try failure(promoted(to: 1), history: nil)
                == .timelineDiverged(from: 2, to: 1, at: nil, ours: LSN(0x500)))
    }

    @Test("a promoted server must still have what we have")
    func promotedAndBehind() throws {
        #expect(
            try failure(promoted(to: 3), flushed: 0x4FF, history: "2\t0/500\ty\n")
                == .serverBehind(ours: LSN(0x500), server: LSN(0x4FF)))
    }

    @Test("a slot that somebody else moved on has lost us something")
    func slotAdvanced() throws {
        try ServerContinuity.acceptSlot(confirmed: LSN(0x500), ours: nil)
        try ServerContinuity.acceptSlot(confirmed: LSN(0x500), ours: LSN(0x500))
        // A crash of the server puts it back; the resent events are skipped.
        try ServerContinuity.acceptSlot(confirmed: LSN(0x400), ours: LSN(0x500))
        #expect(throws: ContinuityError.slotAdvanced(ours: LSN(0x500), slot: LSN(0x501))) {
            try ServerContinuity.acceptSlot(confirmed: LSN(0x501), ours: LSN(0x500))
        }
    }

    @Test("a history file has comments, blank lines and any reason")
    func historyFile() {
        let history = TimelineHistory(
            parsing: """
                # copied by hand

                1\t0/3000000\tno recovery target specified
                  2 \t 16/B374D848\tbefore 2026-11-23 13:30:00+00
                3\tnonsense
                4
                """)
        #expect(history.end(of: 1) == LSN(0x300_0000))
        #expect(history.end(of: 2) == LSN(0x16_B374_D848))
        for timeline: UInt32 in [0, 3, 4, 5] { #expect(history.end(of: timeline) == nil) }
        #expect(history == TimelineHistory(parsing: "1 0/3000000 x\r\n2 16/B374D848"))
        #expect(history != TimelineHistory(parsing: "1 0/3000000"))
    }
}
