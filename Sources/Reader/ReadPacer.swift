internal import Replication

/// Decides how to wait for more: at once while caught up, in gulps while behind, in long ones while what comes is old.
///
/// The walsender sends each row by itself. To a socket that can take it, that is a packet a row, which costs more than to
/// decode the row; where the window is closed, rows gather in the server's own buffer, and tens of KiB of them make one
/// packet. Congestion control closes the window of a connection within one machine as it happens to turn out. So a small
/// receive buffer is asked for there while rows are old, and a nap lets it fill up; it is read when the server has
/// gathered behind it. A nap after which packets are small was too short and is doubled. One with large packets is
/// made a little shorter, and one in which so much came that the server may have had to wait for room is halved.
///
/// Measured on 2 cores over loopback, the same million rows in 100,000 transactions, seconds and packets: 5.4 to 11.9
/// and 320,000 to 1,170,000 with short naps alone (BBR); 3.7 to 4.3 and 3,000 to 5,000 with long ones. At most 5 ms of nap
/// did not fill 64 KiB: 10 s and a packet a row. With CUBIC it took 6.3 s in an hour when pg_recvlogical took
/// 15.9. Bound to either core, it took as long as left alone.
///
/// How wide rows are decides how long a nap may be: the server can make 50 MB/s of rows of 0.1 KiB, 250 of 0.6 KiB and 2 GB/s
/// of 40 KiB, and waits once its buffer (4 MiB at most) is full. Rows of 5 KiB: 75,000 a second with naps of 0.15 to
/// 20 ms by the size of packets alone, 145,000 when much that came shortens them to nothing, 117,000 with pg_recvlogical, which
/// never naps. Bounds of 1 to 2 MiB between two naps were alike; with 256 or 512 KiB rows of 0.1 to 0.6 KiB took up to an
/// eighth longer.
///
/// libpq reads until its buffer is full and doubles one that has no room left, so each read is followed by taking
/// the messages out: several reads in a row made it 16 MiB large with rows of 40 KiB, and took 128 MiB in all. The buffer stays
/// at 16 KiB (more after a longer row, and over TLS), and reads go on without a nap down to a rest that is not worth it.
///
/// A unix socket took some 60 updates with old and new rows at once: naps of 0.03 to 0.2 ms were alike, 0.4 ms took 1.3
/// times as long, 1.2 ms 3 times. The walsender is never idle then, so that nothing is left to gain. Wide rows
/// fill it sooner: of 2.5 KiB, 157,000 a second with naps of 0.15 ms, 300,000 with shorter ones and none. No line came sooner
/// with SO_RCVLOWAT, which while caught up spares the wake-ups for keepalives and begins.
struct ReadPacer {
    typealias Instant = ContinuousClock.Instant

    /// Bytes asked for as receive buffer while old rows are let gather; the system doubles them, for what it needs itself.
    ///
    /// A packet that does not fit is dropped, though the window allowed it, and comes again when the server finds out, after
    /// milliseconds; runs that stood still for 0.2 s had such drops, too. On loopback a packet has up to 64 KiB and is accounted
    /// as 65,649 bytes (Linux 6.18), so there is room for six and a half. With 192 KiB, just short of six, rows of
    /// 0.2 to 0.6 KiB took 5 to 15 % longer. With 80 KiB hardly any was dropped, and narrow rows were as fast, but those of
    /// 10 KiB and more half as fast.
    static let smallReceiveBuffer = 213_300
    /// The same while what comes is fresh, as far as the system allows it (net.core.rmem_max): hardly anything is dropped then, and
    /// rows do not gather. Transactions of 1.5 MB every 20 ms: the line behind each came after 6 ms at most, with the small
    /// buffer after up to 0.2 s in half of the runs. Narrow old rows took twice as long with the large one.
    static let largeReceiveBuffer = 4 * 1024 * 1024
    /// Segments as large as on loopback; what comes over a network is left to itself.
    static let leastSegmentSize = 16 * 1024

    /// With this much in the kernel there is no reason to let more pile up.
    private static let enoughWaiting = 32 * 1024
    /// After a nap, reads go on as long as there is this much, up to a number of them.
    private static let worthReading = 8 * 1024
    private static let mostReads = 4

    private static let shortNap = Duration.microseconds(200)
    private static let longestNap = Duration.milliseconds(20)
    /// A shorter one is none: it is read as soon as something comes.
    private static let leastNap = Duration.microseconds(20)
    /// Bytes in a packet from which on the server has gathered.
    private static let gathered = 4 * 1024
    /// With this much since the nap before, the server may have waited for room.
    private static let muchBetweenNaps = 1536 * 1024
    /// The same where nothing is known but what waits after a nap.
    private static let muchAfterNap = 64 * 1024
    /// Events of this age are not waited for: what a nap adds to it does not count.
    private static let oldAge: Int64 = 100_000

    /// This much within `window` means that we are behind.
    private static let muchInWindow = 4 * 1024
    private static let window = Duration.milliseconds(1)
    /// A nap that brought less than this means that we have caught up.
    private static let littleAfterNap = 512

    private(set) var isBehind = false
    /// Zero: wait for the socket.
    private(set) var nap = Self.shortNap
    /// Whether to bound the receive buffer, so that the server has to gather.
    private(set) var wantsGathering = true
    /// Reads before the next nap.
    private var readsLeft = 0
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

    /// Nothing came for a while.
    mutating func idled() {
        wantsGathering = false
    }

    /// Whether to let more come before the next read.
    mutating func shouldNap(waiting: Int) -> Bool {
        guard waiting < Self.enoughWaiting, readsLeft == 0 || waiting < Self.worthReading else {
            readsLeft = max(readsLeft - 1, 0)
            return false
        }
        readsLeft = Self.mostReads - 1
        return true
    }

    /// Back from a nap.
    ///
    /// - Parameters:
    ///   - waiting: bytes that wait now.
    ///   - received: what has come since the nap before; nil where nothing is known of packets.
    ///   - lastCommit: the time of the last commit that was read; nil before the first one.
    mutating func napped(
        waiting: Int, received: (bytes: Int, packets: Int)?, lastCommit: Timestamp?, at now: Timestamp
    ) {
        guard waiting >= (nap == .zero ? 1 : Self.littleAfterNap) else {
            self = ReadPacer()
            wantsGathering = false
            return
        }
        let isOld = lastCommit.map { now.microseconds - $0.microseconds >= Self.oldAge } ?? true
        if let received, isOld {
            if received.bytes >= Self.muchBetweenNaps {
                shorten(to: nap / 2)
            } else if received.bytes >= Self.gathered * received.packets {
                shorten(to: nap * 9 / 10)
            } else {
                lengthen(to: nap * 2, atMost: Self.longestNap)
            }
            if nap > Self.shortNap { wantsGathering = true }
            return
        }
        wantsGathering = false
        nap = min(nap, Self.shortNap)
        if waiting >= Self.muchAfterNap {
            shorten(to: nap / 2)
        } else if waiting < Self.enoughWaiting {
            lengthen(to: nap * 5 / 4, atMost: Self.shortNap)
        }
    }

    private mutating func shorten(to duration: Duration) {
        nap = duration >= Self.leastNap ? duration : .zero
    }

    private mutating func lengthen(to duration: Duration, atMost most: Duration) {
        nap = min(max(duration, Self.leastNap), most)
    }
}
