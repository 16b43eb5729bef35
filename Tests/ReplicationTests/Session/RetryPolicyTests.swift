import Replication
import Testing

@Suite("What heals by itself is tried again, what does not stops the program")
struct RetryPolicyTests {
    private let start = ContinuousClock.now

    private func streaming(limit: Int? = nil) -> RetryPolicy {
        var policy = RetryPolicy(limit: limit)
        policy.streaming()
        return policy
    }

    @Test(
        "what cannot heal stops at once, also in the middle of the stream",
        arguments: [
            // Password, role, pg_hba.conf, privilege.
            ("28P01", .permissionDenied), ("28000", .permissionDenied), ("42501", .permissionDenied),
            // Database, slot, publication, settings, removed WAL.
            ("3D000", .configuration), ("42704", .configuration), ("42601", .configuration),
            ("55000", .configuration), ("58P01", .configuration), ("53400", .configuration),
            ("0A000", .configuration),
            // Rows that the server cannot convert, options that it does not take.
            ("22021", .configuration), ("22P05", .configuration), ("22023", .configuration),
        ] as [(String, RetryPolicy.StopReason)])
    func final(sqlState: String, reason: RetryPolicy.StopReason) {
        var fresh = RetryPolicy(limit: nil)
        #expect(fresh.failed(sqlState: sqlState, at: start, jitter: 1) == .stop(reason))
        var running = streaming()
        #expect(running.failed(sqlState: sqlState, at: start, jitter: 1) == .stop(reason))
    }

    @Test(
        "what heals is tried again for ever",
        arguments: [
            // Shutdown, crash, starting up, terminated, connection failures, out of memory, an I/O error.
            "57P01", "57P02", "57P03", "57014", "08006", "08001", "53200", "58030", "XX000", "40001", "53100",
            "",
        ])
    func transient(sqlState: String) {
        var policy = RetryPolicy(limit: nil)
        for attempt in 0..<1000 {
            let decision = policy.failed(
                sqlState: sqlState, at: start + .seconds(10 * attempt), jitter: 1)
            guard case .retry = decision else {
                Issue.record("attempt \(attempt): \(decision)")
                return
            }
        }
    }

    @Test("a server that was never reached is a wrong address; one that was is waited for")
    func unreachable() {
        var fresh = RetryPolicy(limit: nil)
        #expect(fresh.failed(sqlState: nil, at: start, jitter: 1) == .stop(.unavailable))
        var running = streaming()
        #expect(running.failed(sqlState: nil, at: start, jitter: 1) == .retry(after: .milliseconds(100)))
    }

    @Test("whoever gives a limit has that many attempts also before the first contact")
    func unreachableWithLimit() {
        var fresh = RetryPolicy(limit: 1)
        #expect(fresh.failed(sqlState: nil, at: start, jitter: 1) == .retry(after: .milliseconds(100)))
        #expect(fresh.failed(sqlState: nil, at: start, jitter: 1) == .stop(.unavailable))
        var none = RetryPolicy(limit: 0)
        #expect(none.failed(sqlState: nil, at: start, jitter: 1) == .stop(.unavailable))
    }

    @Test("a database that takes no connections is a wrong one; one that let us in is waited for")
    func closed() {
        var fresh = RetryPolicy(limit: nil)
        #expect(
            fresh.failed(sqlState: "55000", isRefusal: true, at: start, jitter: 1) == .stop(.configuration))
        var running = streaming()
        #expect(
            running.failed(sqlState: "55000", isRefusal: true, at: start, jitter: 1)
                == .retry(after: .milliseconds(100)))
    }

    @Test(
        "options that the server refuses to take it refuses again",
        arguments: ["42704", "42601", "22023", "55P02"])
    func refusedOptions(sqlState: String) {
        var running = streaming()
        #expect(
            running.failed(sqlState: sqlState, isRefusal: true, at: start, jitter: 1) == .stop(.configuration)
        )
    }

    @Test("a server that let us in, or said that it cannot yet, may be gone for a moment")
    func reached() {
        var connected = RetryPolicy(limit: nil)
        connected.reached()
        #expect(connected.failed(sqlState: nil, at: start, jitter: 1) == .retry(after: .milliseconds(100)))
        var starting = RetryPolicy(limit: nil)
        #expect(starting.failed(sqlState: "57P03", at: start, jitter: 1) == .retry(after: .milliseconds(100)))
        #expect(starting.failed(sqlState: nil, at: start, jitter: 1) == .retry(after: .milliseconds(200)))
    }

    @Test("a pooler that knows no replication is a wrong address; one that has lost its server is waited for")
    func pooler() {
        var fresh = RetryPolicy(limit: nil)
        #expect(fresh.failed(sqlState: "08P01", at: start, jitter: 1) == .stop(.configuration))
        var running = streaming()
        #expect(running.failed(sqlState: "08P01", at: start, jitter: 1) == .retry(after: .milliseconds(100)))
    }

    @Test(
        "what something else holds gets ten seconds at the start, ninety after a loss",
        arguments: [("55006", .busy), ("53300", .configuration)] as [(String, RetryPolicy.StopReason)])
    func patience(sqlState: String, reason: RetryPolicy.StopReason) {
        for (policy, patience) in [(RetryPolicy(limit: nil), 10), (streaming(), 90)] {
            var policy = policy
            for second in 0..<patience {
                let decision = policy.failed(sqlState: sqlState, at: start + .seconds(second), jitter: 1)
                guard case .retry = decision else {
                    Issue.record("second \(second): \(decision)")
                    return
                }
            }
            let decision = policy.failed(sqlState: sqlState, at: start + .seconds(patience), jitter: 1)
            #expect(decision == .stop(reason))
        }
    }

    @Test("patience starts anew once the stream gets on again")
    func patienceAfterSuccess() {
        var policy = streaming()
        _ = policy.failed(sqlState: "55006", at: start, jitter: 1)
        policy.progressed()
        let later = start + .seconds(1000)
        #expect(policy.failed(sqlState: "55006", at: later, jitter: 1) == .retry(after: .milliseconds(100)))
    }

    /// A server that crashes, is down for minutes and comes back has a slot that was taken twice for a moment, not
    /// once for minutes.
    @Test("patience starts anew when the slot was not the trouble in between")
    func patienceAfterOutage() {
        var policy = streaming()
        _ = policy.failed(sqlState: "55006", at: start, jitter: 1)
        _ = policy.failed(sqlState: nil, at: start + .seconds(1), jitter: 1)
        _ = policy.failed(sqlState: "57P03", at: start + .seconds(300), jitter: 1)
        let decision = policy.failed(sqlState: "55006", at: start + .seconds(301), jitter: 1)
        guard case .retry = decision else {
            Issue.record("\(decision)")
            return
        }
    }

    @Test("a limit counts failures in a row")
    func limit() {
        var policy = streaming(limit: 2)
        for _ in 0..<2 {
            guard case .retry = policy.failed(sqlState: "57P01", at: start, jitter: 0) else {
                Issue.record("gave up too early")
                return
            }
        }
        #expect(policy.failed(sqlState: "57P01", at: start, jitter: 0) == .stop(.unavailable))
        // A stream that only starts, and then fails again at the same place, is no success.
        policy.streaming()
        #expect(policy.failed(sqlState: "57P01", at: start, jitter: 0) == .stop(.unavailable))
        policy.progressed()
        #expect(policy.failed(sqlState: "57P01", at: start, jitter: 1) == .retry(after: .milliseconds(100)))
        var none = streaming(limit: 0)
        #expect(none.failed(sqlState: "57P01", at: start, jitter: 0) == .stop(.unavailable))
    }

    @Test(
        "the wait doubles from 0.1 to 10 seconds, and jitter takes up to half of it",
        arguments: [(1, 1), (0, 0.5), (0.5, 0.75), (7, 1), (-7, 0.5)])
    func backoff(jitter: Double, share: Double) {
        var policy = streaming()
        let full = [100, 200, 400, 800, 1600, 3200, 6400, 10_000, 10_000, 10_000].map { Double($0) }
        for milliseconds in full {
            let decision = policy.failed(sqlState: nil, at: start, jitter: jitter)
            #expect(decision == .retry(after: .milliseconds(milliseconds * share)))
        }
        // Far beyond the point where doubling would overflow.
        for _ in 0..<100 { _ = policy.failed(sqlState: nil, at: start, jitter: jitter) }
        #expect(
            policy.failed(sqlState: nil, at: start, jitter: jitter)
                == .retry(after: .milliseconds(10_000 * share)))
    }
}
