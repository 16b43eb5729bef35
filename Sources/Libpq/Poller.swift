internal import CLibpq
internal import Glibc

/// A descriptor that any thread can signal to wake a poller.
package final class WakeUp: Sendable {
    let descriptor: Int32

    /// - Throws: `LibpqError` when the process is out of descriptors.
    package init() throws(LibpqError) {
        descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        guard descriptor >= 0 else {
            throw LibpqError(.connectionFailed, "no descriptor for a wake-up: error \(errno)")
        }
    }

    deinit {
        close(descriptor)
    }

    /// Makes the poller that waits now, or waits next, return.
    package func signal() {
        eventfd_write(descriptor, 1)
    }

    func clear() {
        var count: eventfd_t = 0
        unsafe eventfd_read(descriptor, &count)
    }
}

/// Waits for a connection's socket, for a wake-up, or for a point in time.
package struct Poller: Sendable {
    package typealias Instant = ContinuousClock.Instant

    /// What a wait was ended by; all false when the deadline passed.
    package struct Readiness: Sendable {
        package var isReadable = false
        package var isWritable = false
        package var wasWoken = false
    }

    private let wakeUp: WakeUp

    package init(wakeUp: WakeUp) {
        self.wakeUp = wakeUp
    }

    /// Waits. An interrupting signal counts as nothing happened.
    ///
    /// - Parameters:
    ///   - socket: the connection's descriptor, or nil to wait for the wake-up and the deadline alone.
    ///   - deadline: nil for no limit.
    package func wait(
        socket: Int32?, readable: Bool = true, writable: Bool = false, until deadline: Instant?
    ) -> Readiness {
        var events: Int16 = 0
        if readable { events |= Int16(POLLIN) }
        if writable { events |= Int16(POLLOUT) }
        var descriptors = (
            pollfd(fd: wakeUp.descriptor, events: Int16(POLLIN), revents: 0),
            // poll passes over a negative descriptor.
            pollfd(fd: socket ?? -1, events: events, revents: 0)
        )
        // Rounded up, so that the deadline has passed when poll says so.
        var milliseconds: Int32 = -1
        if let deadline {
            let left = max(.zero, deadline - .now)
            milliseconds = Int32(clamping: Int64((left / .milliseconds(1)).rounded(.up)))
        }
        // SAFETY: the two entries lie side by side in a tuple that lives through the call.
        let ready = unsafe withUnsafeMutableBytes(of: &descriptors) { bytes in
            unsafe poll(bytes.assumingMemoryBound(to: pollfd.self).baseAddress, 2, milliseconds)
        }
        var result = Readiness()
        guard ready > 0 else { return result }
        let failed = Int16(POLLERR) | Int16(POLLHUP) | Int16(POLLNVAL)
        result.wasWoken = descriptors.0.revents != 0
        result.isReadable = descriptors.1.revents & (Int16(POLLIN) | failed) != 0
        result.isWritable = descriptors.1.revents & (Int16(POLLOUT) | failed) != 0
        if result.wasWoken { wakeUp.clear() }
        return result
    }

    /// Lets this thread's naps end when they shall, instead of up to 50 microseconds later.
    package static func sharpenNaps() {
        _ = walbrook_set_timer_slack(1000)
    }

    /// Sleeps without looking at the socket, for a time far below a millisecond if asked to.
    package static func nap(_ duration: Duration) {
        let parts = duration.components
        var time = timespec(tv_sec: Int(parts.seconds), tv_nsec: Int(parts.attoseconds / 1_000_000_000))
        // SAFETY: `time` lives through the call; the remainder is not asked for.
        unsafe nanosleep(&time, nil)
    }
}
