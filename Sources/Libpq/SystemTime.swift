internal import Glibc

/// The system's clock. Swift's standard library has none for the time of day.
package enum SystemTime {
    /// Time since 1970-01-01 00:00:00 UTC.
    package static var sinceUnixEpoch: Duration {
        var time = timespec()
        // SAFETY: clock_gettime stores into `time`, which lives through the call.
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
