internal import Replication

/// Decides how to wait for more: at once while caught up, in gulps while behind, in long ones while what comes is old.
///
/// The walsender sends each row by itself. To a socket that can take it, that is a packet a row, which costs more than to
/// decode the row; where the window is closed, rows gather in the server's own buffer, and tens of KiB of them make one
/// packet. Congestion control closes the window of a connection within one machine as it happens to turn out. So a small
/// receive buffer is asked for there, and a nap lets it fill up; it is read when the server has gathered behind it. A
/// nap after which packets were large is made shorter, since the server may have to wait for room; after one with small
/// packets the server was caught up with, and the next one is twice as long.
///
/// Measured on 2 cores over loopback, the same million rows in 100,000 transactions, seconds and packets: 5.4 to 11.9
/// and 320,000 to 1,170,000 with short naps alone (BBR); 3.7 to 4.3 and 3,000 to 5,000 with long ones and a buffer of
/// 48 KiB. With buffers of 32 and 64 KiB it was the same, with 192 KiB it takes up to a tenth longer. At most 5 ms
/// of nap did not fill 64 KiB: 10 s and a packet a row. With CUBIC it took 6.3 s in an hour when pg_recvlogical took
/// 15.9. Bound to either core, it took as long as left alone.
///
/// How much is read between two naps bounds the rate, so it is all that is there: with 16 KiB after each nap of 0.15 ms,
/// and a nap however much there was, a server that can do 185,000 rows of 0.6 KiB a second over either kind of socket was
/// idle for a third of the time, 125,000 rows/s. Over a unix socket, napping below 16 or 32 KiB, and
/// two to eight reads in a row, were alike.
///
/// A unix socket took some 60 updates with old and new rows at once: naps of 0.03 to 0.15 ms were alike, 0.4 ms took 1.3
/// times as long, 1.2 ms 3 times. The walsender is never idle then, so that nothing is left to gain. No line came sooner with
/// SO_RCVLOWAT, which while caught up spares the wake-ups for keepalives and begins.
struct ReadPacer {
    typealias Instant = ContinuousClock.Instant

    /// Bytes asked for as receive buffer; the system doubles them, for what it needs itself.
    ///
    /// A server sends what it has gathered in pieces of half of the largest window that it was ever offered, 64 KiB at most,
    /// and waits until one fits. How much window a buffer makes depends on the packets that came last: of 48 KiB, up to
    /// 93 KiB, and far less after small ones. So that could stand still, until the server probed the window, which each status of ours
    /// puts off. Updates of 0.2 KiB into a file, in seconds: 0.81 to 8.5 with 96 KiB, 0.85 to 0.93 with 192 KiB (40 runs).
    static let receiveBuffer = 192 * 1024
    /// Segments as large as on loopback; what comes over a network is left to itself.
    static let leastSegmentSize = 16 * 1024
    /// With this much in the kernel there is no reason to let more pile up.
    static let enoughWaiting = 32 * 1024
    /// With this much in the kernel it is read at once, so many times in a row.
    static let worthReading = 8 * 1024
    static let mostReads = 4

    private static let shortNap = Duration.microseconds(150)
    private static let longestNap = Duration.milliseconds(20)
    /// Bytes in a packet from which on the server has gathered.
    private static let gathered = 4 * 1024
    /// Events of this age are not waited for: what a nap adds to it does not count.
    private static let oldAge: Int64 = 100_000

    /// This much within `window` means that we are behind.
    private static let muchInWindow = 4 * 1024
    private static let window = Duration.milliseconds(1)
    /// A nap that brought less than this means that we have caught up.
    private static let littleAfterNap = 512

    private(set) var isBehind = false
    private(set) var nap = Self.shortNap
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
    ///
    /// - Parameters:
    ///   - packets: those they came in; nil where nothing is known of packets.
    ///   - lastCommit: the time of the last commit that was read; nil before the first one.
    mutating func napped(bytes: Int, packets: Int?, lastCommit: Timestamp?, at now: Timestamp) {
        guard bytes >= Self.littleAfterNap else {
            self = ReadPacer()
            return
        }
        let isOld = lastCommit.map { now.microseconds - $0.microseconds >= Self.oldAge } ?? true
        guard let packets, isOld else {
            nap = Self.shortNap
            return
        }
        if bytes >= Self.gathered * packets {
            nap = max(nap * 9 / 10, Self.shortNap)
        } else {
            nap = min(nap * 2, Self.longestNap)
        }
    }
}
