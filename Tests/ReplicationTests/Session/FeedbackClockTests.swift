import Replication
import Testing

@Suite("The server hears from us in time")
struct FeedbackClockTests {
    private let start = ContinuousClock.now

    private func clock(
        every interval: Duration = .seconds(10), senderTimeout: Duration = .seconds(60),
        isPolling: Bool = false
    ) -> FeedbackClock {
        FeedbackClock(
            statusInterval: interval, senderTimeout: senderTimeout, isPolling: isPolling, now: start)
    }

    @Test(
        "the interval is the user's, but well inside the server's timeout",
        arguments: [
            (.seconds(10), .seconds(60), .seconds(10)),
            (.seconds(10), .seconds(12), .seconds(3)),
            (.seconds(10), .milliseconds(400), .milliseconds(100)),
            // A server without a timeout.
            (.seconds(10), .zero, .seconds(10)),
            // Never a busy loop.
            (.zero, .seconds(60), .milliseconds(10)),
            (.seconds(10), .milliseconds(1), .milliseconds(10)),
        ] as [(Duration, Duration, Duration)])
    func interval(asked: Duration, senderTimeout: Duration, expected: Duration) {
        #expect(clock(every: asked, senderTimeout: senderTimeout).interval == expected)
    }

    @Test("with a stop point the server is asked ten times a second")
    func polling() {
        #expect(clock(isPolling: true).interval == .milliseconds(100))
        #expect(clock(isPolling: true).requestsReply)
        #expect(!clock().requestsReply)
    }

    @Test("the first status goes out at once, the next after the interval")
    func regular() {
        var clock = clock()
        #expect(clock.isDue(at: start))
        clock.sent(at: start)
        #expect(clock.deadline == start + .seconds(10))
        #expect(!clock.isDue(at: start + .milliseconds(9999)))
        #expect(clock.isDue(at: start + .seconds(10)))
        #expect(clock.isDue(at: start + .seconds(11)))
    }

    @Test(
        "when the server asks it is due at once, but a server that asks without end is not answered without end"
    )
    func atOnce() {
        var clock = clock()
        clock.sent(at: start)
        clock.replyRequested(at: start + .seconds(1))
        #expect(clock.isDue(at: start + .seconds(1)))
        clock.sent(at: start + .seconds(1))
        #expect(!clock.isDue(at: start + .seconds(10)))
        clock.replyRequested(at: start + .milliseconds(1001))
        #expect(!clock.isDue(at: start + .milliseconds(1001)))
        #expect(clock.isDue(at: start + .milliseconds(1020)))
    }
}
