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
        pacer.napped(bytes: 100, packets: 1, lastCommit: old, at: now)
        #expect(!pacer.isBehind)
    }

    @Test("small packets of old events make naps longer, up to a bound; large ones make them shorter")
    func gathering() {
        var pacer = behind()
        let short = pacer.nap
        for _ in 0..<30 { pacer.napped(bytes: 48_000, packets: 500, lastCommit: old, at: now) }
        let longest = pacer.nap
        #expect(longest > short * 50 && longest <= .milliseconds(20))
        pacer.napped(bytes: 48_000, packets: 2, lastCommit: old, at: now)
        #expect(pacer.nap < longest && pacer.nap > longest / 2)
        for _ in 0..<100 { pacer.napped(bytes: 48_000, packets: 2, lastCommit: old, at: now) }
        #expect(pacer.nap == short && pacer.isBehind)
        // Before the first commit nothing can be late, such as in a transaction that takes long.
        pacer.napped(bytes: 48_000, packets: 500, lastCommit: nil, at: now)
        #expect(pacer.nap > short)
    }

    @Test("fresh events are not kept waiting, nor those of a server elsewhere")
    func latency() {
        var pacer = behind()
        let short = pacer.nap
        for _ in 0..<10 { pacer.napped(bytes: 48_000, packets: 500, lastCommit: old, at: now) }
        pacer.napped(bytes: 48_000, packets: 500, lastCommit: fresh, at: now)
        #expect(pacer.nap == short && pacer.isBehind)
        for _ in 0..<10 { pacer.napped(bytes: 48_000, packets: nil, lastCommit: old, at: now) }
        #expect(pacer.nap == short)
    }
}
