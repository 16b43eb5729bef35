/// Keeps a consumer that neither reads nor leaves from blocking the server's shutdown.
///
/// A server that shuts down waits until each walsender has been told that everything is flushed. With a stuck sink
/// that never happens, and while we do not read the socket we do not see the server ask either. So while nothing
/// moves, the server is asked on the side now and then whether it is going down; if it is, the sinks get a grace
/// period, and then the replication connection is closed.
///
/// - flowing: nothing is undurable, or something became durable lately.
/// - stuck: something has been undurable without progress; `.probe` is asked for on a timer.
/// - leaving: the server is going down; `.disconnect` follows when the grace period ends without progress.
package struct StallWatch: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package enum Action: Hashable, Sendable {
        case nothing
        /// Find out whether the server is shutting down, and report it with `probed`.
        case probe
        /// Close the connection; the server waits for it.
        case disconnect
    }

    /// Time without progress before the server is asked, and between two times.
    package static let probeInterval = Duration.seconds(2)
    /// What the sinks get when the server is shutting down.
    package static let grace = Duration.seconds(5)

    private enum State {
        case flowing
        case stuck(progress: UInt64, nextProbe: Instant)
        case leaving(at: Instant)
    }

    private var state = State.flowing

    package init() {}

    /// Looks at the state of the sinks.
    ///
    /// - Parameters:
    ///   - isPending: whether anything handed over is not durable yet.
    ///   - progress: any number that grows whenever a sink gets on (bytes, batches).
    package mutating func check(isPending: Bool, progress: UInt64, at now: Instant) -> Action {
        guard isPending else {
            state = .flowing
            return .nothing
        }
        switch state {
        case .flowing:
            state = .stuck(progress: progress, nextProbe: now + Self.probeInterval)
            return .nothing
        case .stuck(let before, _) where before != progress:
            state = .stuck(progress: progress, nextProbe: now + Self.probeInterval)
            return .nothing
        case .stuck(let before, let nextProbe):
            guard now >= nextProbe else { return .nothing }
            state = .stuck(progress: before, nextProbe: now + Self.probeInterval)
            return .probe
        case .leaving(let deadline):
            // Progress does not extend the grace period: the server waits for all of it, not for some.
            return now >= deadline ? .disconnect : .nothing
        }
    }

    /// The answer to `.probe`.
    package mutating func probed(isShuttingDown: Bool, at now: Instant) {
        guard isShuttingDown, case .stuck = state else { return }
        state = .leaving(at: now + Self.grace)
    }

    /// When to look again.
    package var deadline: Instant? {
        switch state {
        case .flowing: nil
        case .stuck(_, let nextProbe): nextProbe
        case .leaving(let deadline): deadline
        }
    }
}
