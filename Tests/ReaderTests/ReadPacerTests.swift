import Replication
import Testing

@testable import Reader

@Suite("How long to wait for more")
struct ReadPacerTests {
    private let now = Timestamp(microseconds: 1_000_000_000)
    private var old: Timestamp { Timestamp(microseconds: now.microseconds - 5_000_000) }
    private var fresh: Timestamp { Timestamp(microseconds: now.microseconds - 2000) }

    private func behind() -> ReadPacer {
        var pacer = ReadPacer()
        pacer.woke(bytes: 10_000, at: .now)
        return pacer
    }

    @Test("much at once means that we are behind, and a nap that brings little that we are not")
    func behindAndBack() {
        var pacer = ReadPacer()
        pacer.woke(bytes: 200, at: .now)
        #expect(!pacer.isBehind)
        pacer = behind()
        #expect(pacer.isBehind && pacer.nap < .milliseconds(1))
        pacer.napped(waiting: 100, received: (100, 1), lastCommit: old, at: now)
        #expect(!pacer.isBehind)
    }

    @Test("small packets of old events make naps longer; large ones make them shorter, down to none")
    func gathering() {
        var pacer = behind()
        let short = pacer.nap
        for _ in 0..<30 { pacer.napped(waiting: 48_000, received: (48_000, 500), lastCommit: old, at: now) }
        let longest = pacer.nap
        #expect(longest > short * 50 && longest <= .milliseconds(20))
        pacer.napped(waiting: 48_000, received: (48_000, 2), lastCommit: old, at: now)
        #expect(pacer.nap < longest && pacer.nap > longest / 2)
        for _ in 0..<100 { pacer.napped(waiting: 48_000, received: (48_000, 2), lastCommit: old, at: now) }
        #expect(pacer.nap == .zero && pacer.isBehind)
        // Before the first commit nothing can be late, such as in a transaction that takes long.
        for _ in 0..<30 { pacer.napped(waiting: 48_000, received: (48_000, 500), lastCommit: nil, at: now) }
        #expect(pacer.nap == longest)
    }

    @Test("a server that makes much at a time is not left waiting for room")
    func wideRows() {
        var pacer = behind()
        for _ in 0..<30 { pacer.napped(waiting: 48_000, received: (48_000, 500), lastCommit: old, at: now) }
        for _ in 0..<20 {
            pacer.napped(waiting: 300_000, received: (3_000_000, 2500), lastCommit: old, at: now)
        }
        #expect(pacer.nap == .zero)
        // The same where nothing is known of packets.
        pacer = behind()
        let short = pacer.nap
        for _ in 0..<20 { pacer.napped(waiting: 100_000, received: nil, lastCommit: old, at: now) }
        #expect(pacer.nap == .zero && pacer.isBehind)
        for _ in 0..<50 { pacer.napped(waiting: 10_000, received: nil, lastCommit: old, at: now) }
        #expect(pacer.nap == short)
    }

    @Test("the server has to gather from the start and while what comes is old")
    func wantsGathering() {
        var pacer = behind()
        #expect(pacer.wantsGathering)
        pacer.napped(waiting: 48_000, received: (48_000, 500), lastCommit: fresh, at: now)
        #expect(!pacer.wantsGathering)
        pacer.napped(waiting: 48_000, received: (48_000, 500), lastCommit: old, at: now)
        #expect(pacer.wantsGathering && pacer.nap > .zero)
        pacer.napped(waiting: 100, received: (100, 1), lastCommit: old, at: now)
        #expect(!pacer.wantsGathering && !pacer.isBehind)
        pacer = ReadPacer()
        pacer.idled()
        #expect(!pacer.wantsGathering)
    }

    @Test("the first bytes that end a wait do not mean that we have caught up")
    func firstBytes() {
        var pacer = behind()
        for _ in 0..<100 { pacer.napped(waiting: 48_000, received: (48_000, 2), lastCommit: old, at: now) }
        pacer.napped(waiting: 100, received: (100, 1), lastCommit: old, at: now)
        #expect(pacer.isBehind && pacer.nap > .zero)
        for _ in 0..<100 { pacer.napped(waiting: 48_000, received: (48_000, 2), lastCommit: old, at: now) }
        pacer.napped(waiting: 0, received: (0, 0), lastCommit: old, at: now)
        #expect(!pacer.isBehind)
    }

    @Test("fresh events are not kept waiting, nor those of a server elsewhere")
    func latency() {
        for waiting in [1000, 48_000, 300_000] {
            var pacer = behind()
            let short = pacer.nap
            for _ in 0..<10 {
                pacer.napped(waiting: 48_000, received: (48_000, 500), lastCommit: old, at: now)
            }
            pacer.napped(waiting: waiting, received: (48_000, 500), lastCommit: fresh, at: now)
            #expect(pacer.nap <= short && pacer.isBehind)
            for _ in 0..<10 { pacer.napped(waiting: waiting, received: nil, lastCommit: old, at: now) }
            #expect(pacer.nap <= short)
        }
    }

    @Test("a nap comes once what waits has been read, and not for ever before a next one")
    func readingBetweenNaps() {
        var pacer = behind()
        let naps = [0, 60_000, 16_000, 4_000].map { pacer.shouldNap(waiting: $0) }
        #expect(naps == [true, false, false, true])
        // The server adds as fast as it is read, which brings small packets.
        var reads = 0
        while !pacer.shouldNap(waiting: 10_000) { reads += 1 }
        #expect((1...10).contains(reads))
        // But much is read in any case.
        for _ in 0..<100 {
            let naps = pacer.shouldNap(waiting: 100_000)
            #expect(!naps)
        }
    }
}
