import Replication
import Testing

@Suite("Only what every sink holds is confirmed, and only forward")
struct AcknowledgementLedgerTests {
    @Test("a batch's boundary is confirmed once it is durable")
    func batches() {
        var ledger = AcknowledgementLedger()
        ledger.handedOver(sequence: 1, boundary: LSN(0x100))
        ledger.handedOver(sequence: 2, boundary: LSN(0x200))
        #expect(ledger.confirmed == .zero)
        ledger.durable(through: 1)
        #expect(ledger.confirmed == LSN(0x100))
        #expect(!ledger.isEmpty)
        ledger.durable(through: 2)
        #expect(ledger.confirmed == LSN(0x200))
        #expect(ledger.isEmpty)
    }

    @Test("a sink may report several batches at once, or the same one again")
    func repeatedReports() {
        var ledger = AcknowledgementLedger()
        for sequence: UInt64 in 1...3 {
            ledger.handedOver(sequence: sequence, boundary: LSN(sequence << 8))
        }
        ledger.durable(through: 0)
        #expect(ledger.confirmed == .zero)
        ledger.durable(through: 3)
        ledger.durable(through: 3)
        ledger.durable(through: 1)
        #expect(ledger.confirmed == LSN(0x300))
    }

    @Test("the end of an idle log waits for the batches in front of it")
    func passedWhileOutstanding() {
        var ledger = AcknowledgementLedger()
        ledger.passed(LSN(0x80))
        #expect(ledger.confirmed == LSN(0x80))
        ledger.handedOver(sequence: 1, boundary: LSN(0x100))
        ledger.handedOver(sequence: 2, boundary: LSN(0x200))
        ledger.passed(LSN(0x1000))
        #expect(ledger.confirmed == LSN(0x80))
        ledger.durable(through: 1)
        #expect(ledger.confirmed == LSN(0x100))
        ledger.durable(through: 2)
        #expect(ledger.confirmed == LSN(0x1000))
    }

    @Test("a batch that ends inside a transaction confirms nothing")
    func openTransaction() {
        var ledger = AcknowledgementLedger(confirmed: LSN(0x90))
        ledger.handedOver(sequence: 1, boundary: .zero)
        ledger.durable(through: 1)
        #expect(ledger.confirmed == LSN(0x90))
    }

    @Test("nothing moves it back: not a resent transaction, not an older keepalive, not a restart")
    func neverBack() {
        var ledger = AcknowledgementLedger(confirmed: LSN(0x500))
        ledger.passed(LSN(0x400))
        #expect(ledger.confirmed == LSN(0x500))
        ledger.handedOver(sequence: 1, boundary: LSN(0x100))
        ledger.passed(LSN(0x50))
        ledger.durable(through: 1)
        #expect(ledger.confirmed == LSN(0x500))
        ledger.handedOver(sequence: 2, boundary: LSN(0x600))
        ledger.passed(LSN(0x550))
        ledger.durable(through: 2)
        #expect(ledger.confirmed == LSN(0x600))
    }

    @Test("batches handed over out of order are a mistake of ours")
    func order() async {
        await #expect(processExitsWith: .failure) {
            var ledger = AcknowledgementLedger()
            ledger.handedOver(sequence: 2, boundary: .zero)
            ledger.handedOver(sequence: 2, boundary: .zero)
        }
    }

    /// The invariant against a plain model: what was handed over and is not durable lies behind what is confirmed.
    @Test("whatever the order of events, it never confirms what is not durable", arguments: 1...20)
    func model(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        var ledger = AcknowledgementLedger()
        /// For each batch handed over, the boundary that was known before it: its events lie behind that.
        var startOfBatch: [LSN] = []
        var (known, before) = (LSN.zero, LSN.zero)
        var durable = 0
        for _ in 0..<500 {
            let next = LSN(known.value + UInt64(random.below(16)))
            switch random.below(3) {
            case 0:
                startOfBatch.append(known)
                ledger.handedOver(sequence: UInt64(startOfBatch.count), boundary: next)
                known = next
            case 1:
                ledger.passed(next)
                known = next
            default:
                durable = min(startOfBatch.count, durable + random.below(3))
                ledger.durable(through: UInt64(durable))
            }
            #expect(ledger.confirmed >= before)
            before = ledger.confirmed
            if durable < startOfBatch.count {
                #expect(ledger.confirmed <= startOfBatch[durable])
                #expect(!ledger.isEmpty)
            } else {
                #expect(ledger.confirmed == known)
                #expect(ledger.isEmpty)
            }
        }
    }
}

extension AcknowledgementLedger {
    fileprivate mutating func handedOver(sequence: UInt64, boundary: LSN) {
        handedOver(Batch(sequence: sequence, last: Position(lsn: boundary, ordinal: 2), boundary: boundary))
    }

    fileprivate mutating func durable(through sequence: UInt64) {
        durable([Durability(batch: sequence)])
    }
}
