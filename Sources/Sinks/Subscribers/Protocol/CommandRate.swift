internal import NIOCore

/// How many commands a connection may send: a bucket that fills with time.
///
/// Acknowledgements do not count; a subscriber may send one for each event.
struct CommandRate {
    private var tokens: Double
    private var filled: NIODeadline
    private let perSecond: Double
    private let burst: Double
    /// Commands that were wrong.
    private var failures = 0

    private static let failureLimit = 10

    init(perSecond: Double, burst: Double, now: NIODeadline) {
        self.perSecond = perSecond
        self.burst = burst
        tokens = burst
        filled = now
    }

    /// - Throws: `Refusal` with the code `LIMIT`.
    mutating func count(_ now: NIODeadline) throws(Refusal) {
        let seconds = Double((now - filled).nanoseconds) / 1e9
        tokens = min(burst, tokens + seconds * perSecond) - 1
        filled = now
        guard tokens >= 0 else { throw Refusal(.limit, "too many commands in too short a time") }
    }

    /// - Throws: `Refusal` with the code `LIMIT`.
    mutating func countFailure() throws(Refusal) {
        failures += 1
        guard failures < Self.failureLimit else { throw Refusal(.limit, "too many wrong commands") }
    }
}
