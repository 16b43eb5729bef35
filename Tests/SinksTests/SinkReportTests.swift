import Sinks
import Synchronization
import Testing

@Suite("What a sink reports only goes forward")
struct SinkReportTests {
    @Test("every report wakes whoever waits")
    func wake() {
        let wakes = Wakes()
        let report = SinkReport { wakes.count.withLock { $0 += 1 } }
        report.accepted(through: 1)
        #expect(report.current.accepted == 1 && report.current.durable == 0)
        report.durable(through: 3)
        #expect(report.current.accepted == 3 && report.current.durable == 3)
        report.accepted(through: 4)
        #expect(report.current.accepted == 4 && report.current.durable == 3)
        report.ended(.finished)
        report.ended(.readerGone)
        #expect(report.current.ending.text == "finished")
        #expect(wakes.count.withLock(\.self) == 5)
    }

    @Test("a sink that goes back is broken")
    func back() async {
        await #expect(processExitsWith: .failure) {
            let report = SinkReport {}
            report.accepted(through: 2)
            report.accepted(through: 1)
        }
        await #expect(processExitsWith: .failure) {
            let report = SinkReport {}
            report.durable(through: 2)
            report.durable(through: 1)
        }
    }

    private final class Wakes: Sendable {
        let count = Mutex(0)
    }
}
