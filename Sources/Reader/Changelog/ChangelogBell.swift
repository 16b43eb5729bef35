/// When to look for changes, and whether writers ring.
///
/// A bell is a NOTIFY, and those make all commits of a server wait for each other. So writers ring only while the reader
/// holds a lock, which it takes when there was nothing to read; meanwhile it looks now and then. Writers that have seen the
/// lock free hold a share of it until what they wrote can be seen: when the reader has got it, one more look misses nothing.
package struct ChangelogBell {
    package typealias Instant = ContinuousClock.Instant

    /// Between two batches, in multiples of the time that one takes: what is written meanwhile makes one more instead of
    /// several, each of which would have the server flush its log.
    private static let restRatio = 4
    private static let leastRest = Duration.milliseconds(25)
    private static let mostRest = Duration.milliseconds(100)

    private let pollInterval: Duration
    /// Whether writers ring.
    package private(set) var isArmed = false
    package private(set) var nextLook: Instant
    private var rest = leastRest
    /// Whether a look found nothing since there was something, so that it is time to be rung for.
    private var isQuiet = false

    package init(pollInterval: Duration, now: Instant) {
        self.pollInterval = pollInterval
        nextLook = now
    }

    /// Whether to look now.
    package func isDue(isRung: Bool, at now: Instant) -> Bool {
        now >= nextLook || isArmed && isRung
    }

    /// There is a batch, and writers need not ring for what comes next.
    package mutating func foundBatch() {
        isArmed = false
        isQuiet = false
        rest = Self.leastRest
    }

    /// A batch was read, in so much time.
    package mutating func hasRead(in time: Duration, at now: Instant) {
        nextLook = now + min(max(Self.leastRest, time * Self.restRatio), Self.mostRest, pollInterval)
    }

    /// There was nothing. Returns whether to try to take the lock, and then to look again.
    ///
    /// - Parameter isRung: whether somebody rang; `isArmed` held then, and the lock was let go.
    package mutating func foundNothing(isRung: Bool, at now: Instant) -> Bool {
        if isArmed, !isRung {
            nextLook = now + pollInterval
            return false
        }
        isArmed = false
        nextLook = now + min(rest, pollInterval)
        // Whoever rings for nothing is not answered at once.
        defer { isQuiet = true }
        return isQuiet && !isRung
    }

    /// The lock was taken, or somebody shares it.
    package mutating func triedToArm(_ isArmed: Bool, at now: Instant) {
        self.isArmed = isArmed
        // A long transaction can share it for hours.
        if isArmed {
            nextLook = now
        } else {
            nextLook = now + min(rest, pollInterval)
            rest = min(rest * 2, Self.mostRest)
        }
    }
}

/// The lock. It is one that everybody may take: who does changes how fast events come, and nothing else.
extension ChangelogStream {
    private static let lock = "1463904833, 1"

    func tryToArm() throws(StreamFailure) -> Bool {
        try query("SELECT pg_try_advisory_lock(\(Self.lock))", columns: 1).first?[0] == "t"
    }

    func disarm() throws(StreamFailure) {
        _ = try query("SELECT pg_advisory_unlock(\(Self.lock))", columns: 1)
    }
}
