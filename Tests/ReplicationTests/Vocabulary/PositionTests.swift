import Replication
import Testing

@Suite("A position names one event, and its text sorts as the events do")
struct PositionTests {
    @Test(arguments: [
        (Position.start, "00000000/00000000-00000000"),
        (Position(lsn: LSN(0xA_016B_3748), ordinal: 3), "0000000A/016B3748-00000003"),
        (Position(lsn: LSN(.max), ordinal: .max), "FFFFFFFF/FFFFFFFF-FFFFFFFF"),
    ])
    func text(position: Position, text: String) {
        #expect(position.description == text)
        #expect(Position(text) == position)
    }

    @Test("a position may be typed without the zeros")
    func shortForm() {
        #expect(Position("a/16b3748-3") == Position(lsn: LSN(0xA_016B_3748), ordinal: 3))
    }

    @Test("the part before the hyphen is an LSN")
    func lsnPart() throws {
        let text = Position(lsn: LSN(0xA_016B_3748), ordinal: 3).description
        #expect(LSN(String(try #require(text.split(separator: "-").first))) == LSN(0xA_016B_3748))
    }

    @Test(arguments: [
        "", "-", "0/0", "0/0-", "-1", "0/0-1-2", "0-1/0", "0/0--1", "0/0-g", "0/0-100000000", "0/0 - 1",
        "0/0-1\n",
        "0/0-+1", "100000000/0-1", "now",
    ])
    func notAPosition(text: String) {
        #expect(Position(text) == nil)
    }

    @Test("comparing texts compares positions")
    func order() {
        var random = SplitMix64(seed: 42)
        let edges: [UInt64] = [0, 1, 9, 10, 15, 16, 0xFFFF_FFFF, 0x1_0000_0000, .max]
        var positions = edges.flatMap { lsn in
            [0, 1, 9, 10, UInt32.max].map { Position(lsn: LSN(lsn), ordinal: $0) }
        }
        for _ in 0..<200 {
            let lsn = LSN(random.next() >> UInt64(random.below(64)))
            positions.append(
                Position(lsn: lsn, ordinal: UInt32(random.next() >> 32) >> UInt32(random.below(32))))
        }
        #expect(positions.sorted().map(\.description) == positions.map(\.description).sorted())
    }

    @Test func orderInATransaction() {
        let commit = LSN(0xA_016B_3748)
        #expect(Position(lsn: commit, ordinal: 0) < Position(lsn: commit, ordinal: 1))
        #expect(Position(lsn: commit, ordinal: .max) < Position(lsn: LSN(commit.value + 1), ordinal: 0))
        #expect(!(Position(lsn: commit, ordinal: 1) < Position(lsn: commit, ordinal: 1)))
    }
}
