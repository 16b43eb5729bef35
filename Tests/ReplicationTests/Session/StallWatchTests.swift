import Replication
import Testing

@Suite("A stuck consumer does not keep a server from shutting down")
struct StallWatchTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant {
        start + .seconds(seconds)
    }

    @Test("while something gets on, nobody is asked")
    func flowing() {
        var watch = StallWatch()
        #expect(watch.check(isPending: false, progress: 0, at: at(0)) == .nothing)
        #expect(watch.deadline == nil)
        for second in 1...20 {
            let action = watch.check(isPending: true, progress: UInt64(second), at: at(Double(second)))
            #expect(action == .nothing)
        }
    }

    @Test("without progress the server is asked every two seconds")
    func stuck() {
        var watch = StallWatch()
        var probes: [Double] = []
        for tick in 0...100 {
            let seconds = Double(tick) / 10
            if watch.check(isPending: true, progress: 7, at: at(seconds)) == .probe { probes.append(seconds) }
        }
        #expect(probes == [2, 4, 6, 8, 10])
        #expect(watch.deadline == at(12))
    }

    @Test("a server that stays is asked again; progress in between starts anew")
    func staying() {
        var watch = StallWatch()
        #expect(watch.check(isPending: true, progress: 1, at: at(0)) == .nothing)
        #expect(watch.check(isPending: true, progress: 1, at: at(2)) == .probe)
        watch.probed(isShuttingDown: false, at: at(2))
        #expect(watch.check(isPending: true, progress: 2, at: at(3.9)) == .nothing)
        #expect(watch.check(isPending: true, progress: 2, at: at(5.8)) == .nothing)
        #expect(watch.check(isPending: true, progress: 2, at: at(5.9)) == .probe)
    }

    @Test("a server that goes down gives the sinks five seconds, whatever they manage in them")
    func leaving() {
        var watch = StallWatch()
        #expect(watch.check(isPending: true, progress: 1, at: at(0)) == .nothing)
        #expect(watch.check(isPending: true, progress: 1, at: at(2)) == .probe)
        watch.probed(isShuttingDown: true, at: at(2.5))
        #expect(watch.deadline == at(7.5))
        #expect(watch.check(isPending: true, progress: 1, at: at(7.4)) == .nothing)
        #expect(watch.check(isPending: true, progress: 2, at: at(7.5)) == .disconnect)
        #expect(watch.check(isPending: true, progress: 2, at: at(9)) == .disconnect)
    }

    @Test("when everything is durable in time, nothing is closed")
    func drained() {
        var watch = StallWatch()
        #expect(watch.check(isPending: true, progress: 1, at: at(0)) == .nothing)
        #expect(watch.check(isPending: true, progress: 1, at: at(2)) == .probe)
        watch.probed(isShuttingDown: true, at: at(2.5))
        #expect(watch.check(isPending: false, progress: 9, at: at(4)) == .nothing)
        #expect(watch.deadline == nil)
        #expect(watch.check(isPending: true, progress: 9, at: at(10)) == .nothing)
    }

    @Test("an answer that comes late, when all flows again, is ignored")
    func lateAnswer() {
        var watch = StallWatch()
        _ = watch.check(isPending: true, progress: 1, at: at(0))
        _ = watch.check(isPending: true, progress: 1, at: at(2))
        _ = watch.check(isPending: false, progress: 2, at: at(2.1))
        watch.probed(isShuttingDown: true, at: at(2.2))
        #expect(watch.deadline == nil)
        #expect(watch.check(isPending: true, progress: 2, at: at(8)) == .nothing)
    }
}
