import Replication
import Testing

@Suite("An event in the middle of a batch confirms up to the last boundary before it")
struct EventAcknowledgementTests {
    private static func position(_ lsn: UInt64, _ ordinal: UInt32) -> Position {
        Position(lsn: LSN(lsn), ordinal: ordinal)
    }

    /// Three transactions, of which the last goes on in the next batch.
    private static let batches = [
        Batch(
            sequence: 1, last: position(0x300, 2), boundary: LSN(0x280),
            ends: [
                EventBoundary(event: position(0x100, 4), boundary: LSN(0x180)),
                EventBoundary(event: position(0x200, 2), boundary: LSN(0x280)),
                EventBoundary(event: position(0x300, 2), boundary: LSN(0x280)),
            ]),
        Batch(
            sequence: 2, last: position(0x300, 5), boundary: LSN(0x380),
            ends: [EventBoundary(event: position(0x300, 4), boundary: LSN(0x380))]),
    ]

    private var ledger = AcknowledgementLedger()

    init() {
        for batch in Self.batches { ledger.handedOver(batch) }
    }

    private mutating func confirmed(after event: Position, batch: UInt64 = 0) -> LSN {
        ledger.durable([.init(batch: batch, event: event)])
        return ledger.confirmed
    }

    @Test("each event moves it only over whole transactions")
    mutating func events() {
        #expect(confirmed(after: .start) == .zero)
        #expect(confirmed(after: Self.position(0x100, 3)) == .zero)
        #expect(confirmed(after: Self.position(0x100, 4)) == LSN(0x180))
        #expect(confirmed(after: Self.position(0x200, 2)) == LSN(0x280))
        #expect(confirmed(after: Self.position(0x300, 2)) == LSN(0x280))
        #expect(confirmed(after: Self.position(0x300, 3)) == LSN(0x280))
        #expect(!ledger.isEmpty)
        #expect(confirmed(after: Self.position(0x300, 4)) == LSN(0x380))
        #expect(ledger.isEmpty)
    }

    @Test("one that skips others confirms them all, and an earlier one changes nothing")
    mutating func cumulative() {
        #expect(confirmed(after: Self.position(0x300, 3)) == LSN(0x280))
        #expect(confirmed(after: Self.position(0x100, 4)) == LSN(0x280))
    }

    @Test("an idle log is confirmed only when the last event is acknowledged")
    mutating func idle() {
        ledger.passed(LSN(0x1000))
        #expect(confirmed(after: Self.position(0x300, 3)) == LSN(0x280))
        #expect(confirmed(after: Self.position(0x300, 4)) == LSN(0x1000))
    }

    @Test("another sink that reports batches holds it back, and is held back")
    mutating func twoSinks() {
        ledger.durable([.init(batch: 0, event: Self.position(0x300, 4)), .init(batch: 0)])
        #expect(ledger.confirmed == .zero)
        ledger.durable([.init(batch: 0, event: Self.position(0x100, 4)), .init(batch: 2)])
        #expect(ledger.confirmed == LSN(0x180))
        ledger.durable([.init(batch: 0, event: Self.position(0x300, 4)), .init(batch: 1)])
        #expect(ledger.confirmed == LSN(0x280))
    }

    @Test("a consumer that never acknowledges costs bounded memory, and later confirms the right places")
    func bounded() {
        var ledger = AcknowledgementLedger()
        let count = UInt64(AcknowledgementLedger.entryLimit) * 5 + 3
        for sequence in 1...count {
            ledger.handedOver(
                Batch(
                    sequence: sequence, last: Self.position(sequence << 8, 2),
                    boundary: LSN(sequence << 8 | 0x80)))
        }
        #expect(ledger.confirmed == .zero)
        var before = LSN.zero
        for event in stride(from: 1, through: count, by: 1000) {
            ledger.durable([.init(batch: 0, event: Self.position(event << 8, 2))])
            #expect(ledger.confirmed >= before)
            #expect(ledger.confirmed <= LSN(event << 8 | 0x80))
            // In steps of at most so many transactions.
            #expect(ledger.confirmed.value + 16 << 8 >= event << 8)
            before = ledger.confirmed
        }
        ledger.durable([.init(batch: 0, event: Self.position(count << 8, 2))])
        #expect(ledger.confirmed == LSN(count << 8 | 0x80))
        #expect(ledger.isEmpty)
    }

    /// Against a plain model: confirmed is the boundary of the last transaction that is acknowledged whole.
    @Test("whatever is acknowledged, it confirms that and no more", arguments: 1...20)
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var ledger = AcknowledgementLedger()
        var boundaries = EventBoundaries()
        /// Every transaction handed over: its last event, and its end.
        var ends: [EventBoundary] = []
        var written = Position.start
        var (lsn, sequence) = (UInt64(0x100), UInt64(0))
        var acknowledged = Position.start
        for _ in 0..<300 {
            sequence += 1
            for _ in 0...random.below(4) {
                lsn += 0x10
                // Some transactions have no event that is written.
                let events = random.below(4)
                if events > 0 { written = Self.position(lsn, UInt32(1 + events)) }
                let end = EventBoundary(event: written, boundary: LSN(lsn + 8))
                boundaries.passed(end.event, boundary: end.boundary)
                ends.append(end)
            }
            ledger.handedOver(
                Batch(
                    sequence: sequence, last: written, boundary: LSN(lsn + 8), ends: boundaries.take()))
            if random.below(3) == 0 {
                let end = ends[random.below(ends.count)].event
                acknowledged = max(acknowledged, Self.position(end.lsn.value, UInt32(random.below(6))))
            }
            ledger.durable([.init(batch: 0, event: acknowledged)])
            let expected = ends.last { $0.event <= acknowledged }?.boundary ?? .zero
            #expect(ledger.confirmed == expected)
        }
    }
}

extension Batch {
    convenience init(sequence: UInt64, last: Position, boundary: LSN, ends: [EventBoundary] = []) {
        self.init(
            sequence: sequence, bytes: OutputBuffer(capacity: 64), events: 1, last: last, boundary: boundary,
            ends: ends)
    }
}
