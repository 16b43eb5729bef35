/// Keeps sinks that are behind from holding up the server's shutdown.
///
/// A server that shuts down waits until each walsender has been told that everything is flushed. With a stuck sink
/// that is never, with a slow one after hours, and while we do not read the socket we do not see the server ask. So as
/// long as something is undurable, the server is asked on the side, ever more rarely, whether it is going down. If it
/// is, the sinks get a grace period, and then the replication connection is closed.
///
/// - caughtUp: everything is durable, so the server does not wait for us. Leads to `behind`.
/// - behind: something is undurable. Leads to `caughtUp`, and to `leaving` when the server is going down.
/// - leaving: the grace period runs. Leads to `caughtUp` when the sinks manage all of it in time.
package struct ShutdownWatch: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package enum Action: Hashable, Sendable {
        case nothing
        /// Find out whether the server is shutting down, and report it with `probed`.
        case probe
        /// Close the connection; the server waits for it.
        case disconnect
    }

    /// Time before the server is asked first. It doubles with each time, because every question is a connection.
    package static let firstInterval = Duration.seconds(2)
    /// With the grace period still well inside the minute that `pg_ctl stop` waits.
    package static let longestInterval = Duration.seconds(30)
    /// What the sinks get when the server is shutting down.
    package static let grace = Duration.seconds(5)

    private enum State {
        case caughtUp
        case behind(nextProbe: Instant, interval: Duration)
        case leaving(at: Instant)
    }

    private var state = State.caughtUp

    package init() {}

    /// Looks at the state of the sinks.
    ///
    /// - Parameter isPending: whether anything that was received is not durable yet.
    package mutating func check(isPending: Bool, at now: Instant) -> Action {
        guard isPending else {
            state = .caughtUp
            return .nothing
        }
        switch state {
        case .caughtUp:
            state = .behind(nextProbe: now + Self.firstInterval, interval: Self.firstInterval)
            return .nothing
        case .behind(let nextProbe, let interval):
            guard now >= nextProbe else { return .nothing }
            let longer = min(interval * 2, Self.longestInterval)
            state = .behind(nextProbe: now + longer, interval: longer)
            return .probe
        case .leaving(let deadline):
            // Getting on does not extend the grace period: the server waits for all of it, not for some.
            return now >= deadline ? .disconnect : .nothing
        }
    }

    /// The answer to `.probe`.
    package mutating func probed(isShuttingDown: Bool, at now: Instant) {
        guard isShuttingDown, case .behind = state else { return }
        state = .leaving(at: now + Self.grace)
    }

    /// When to look again.
    package var deadline: Instant? {
        switch state {
        case .caughtUp: nil
        case .behind(let nextProbe, _): nextProbe
        case .leaving(let deadline): deadline
        }
    }
}
