/// Decides how to wait for more: at once while caught up, in gulps while behind.
///
/// The walsender sends one small message a row, and waking for each makes each send dearer for the server. While
/// much is coming, a nap lets it pile up. Each read acknowledges what it took: after a long nap that is so many packets
/// that the server's congestion control lets it send every row in a packet of its own, while after a short one it has
/// to gather rows, which is twice as cheap for it. Measured over loopback with BBR, the same million rows: 2.7 to 2.8 s
/// with naps of 0.15 ms; 2.3 to 5.2 s with 0.3 and 1 ms, as it happened to turn out; 3.3 to 5.8 s with 0.05 ms.
struct ReadPacer {
    typealias Instant = ContinuousClock.Instant

    static let nap = Duration.microseconds(150)
    /// With this much in the kernel there is no reason to let more pile up: wide rows come faster than one read a nap.
    static let enoughWaiting = 64 * 1024

    /// This much within `window` means that we are behind.
    private static let muchInWindow = 4 * 1024
    private static let window = Duration.milliseconds(1)
    /// A nap that brought less than this means that we have caught up.
    private static let littleAfterNap = 512

    private(set) var isBehind = false
    private var windowStart: Instant?
    private var inWindow = 0

    /// Woken by the socket, with so many bytes waiting.
    mutating func woke(bytes: Int, at now: Instant) {
        if let start = windowStart, now - start <= Self.window {
            inWindow += bytes
        } else {
            windowStart = now
            inWindow = bytes
        }
        if inWindow >= Self.muchInWindow { isBehind = true }
    }

    /// Back from a nap, with so many bytes waiting.
    mutating func napped(bytes: Int) {
        guard bytes < Self.littleAfterNap else { return }
        isBehind = false
        windowStart = nil
    }
}
