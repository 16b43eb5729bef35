import Replication
import Testing

@Suite("Sinks that are behind do not keep a server from shutting down")
struct ShutdownWatchTests {
    private let start = ContinuousClock.now

    private func at(_ seconds: Double) -> ContinuousClock.Instant {
        start + .seconds(seconds)
    }

    @Test("with everything durable now and then, nobody is asked")
    func caughtUp() {
        var watch = ShutdownWatch()
        #expect(watch.check(isPending: false, at: at(0)) == .nothing)
        #expect(watch.deadline == nil)
        for second in 1...20 {
            #expect(watch.check(isPending: true, at: at(Double(second))) == .nothing)
            #expect(watch.check(isPending: true, at: at(Double(second) + 0.9)) == .nothing)
            #expect(watch.check(isPending: false, at: at(Double(second) + 0.95)) == .nothing)
        }
    }

    @Test("as long as something is undurable the server is asked, ever more rarely")
    func behind() {
        var watch = ShutdownWatch()
        var probes: [Int] = []
        for second in 0...180 where watch.check(isPending: true, at: at(Double(second))) == .probe {
            watch.probed(isShuttingDown: false, at: at(Double(second)))
            probes.append(second)
        }
        #expect(probes == [2, 6, 14, 30, 60, 90, 120, 150, 180])
        #expect(watch.deadline == at(210))
        // Once all is durable it starts anew.
        #expect(watch.check(isPending: false, at: at(181)) == .nothing)
        #expect(watch.deadline == nil)
        #expect(watch.check(isPending: true, at: at(182)) == .nothing)
        #expect(watch.deadline == at(184))
    }

    @Test("a server that goes down gives the sinks five seconds, whatever they manage in them")
    func leaving() {
        var watch = ShutdownWatch()
        #expect(watch.check(isPending: true, at: at(0)) == .nothing)
        #expect(watch.check(isPending: true, at: at(2)) == .probe)
        watch.probed(isShuttingDown: true, at: at(2.5))
        #expect(watch.deadline == at(7.5))
        #expect(watch.check(isPending: true, at: at(7.4)) == .nothing)
        #expect(watch.check(isPending: true, at: at(7.5)) == .disconnect)
        #expect(watch.check(isPending: true, at: at(9)) == .disconnect)
    }

    @Test("when everything is durable in time, nothing is closed")
    func drained() {
        var watch = ShutdownWatch()
        #expect(watch.check(isPending: true, at: at(0)) == .nothing)
        #expect(watch.check(isPending: true, at: at(2)) == .probe)
        watch.probed(isShuttingDown: true, at: at(2.5))
        #expect(watch.check(isPending: false, at: at(4)) == .nothing)
        #expect(watch.deadline == nil)
        #expect(watch.check(isPending: true, at: at(10)) == .nothing)
    }

    @Test("an answer that comes late, when all is durable again, is ignored")
    func lateAnswer() {
        var watch = ShutdownWatch()
        _ = watch.check(isPending: true, at: at(0))
        _ = watch.check(isPending: true, at: at(2))
        _ = watch.check(isPending: false, at: at(2.1))
        watch.probed(isShuttingDown: true, at: at(2.2))
        #expect(watch.deadline == nil)
        #expect(watch.check(isPending: true, at: at(8)) == .nothing)
    }
}
