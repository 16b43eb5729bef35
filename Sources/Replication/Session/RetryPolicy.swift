/// What a failure of the connection means, and how long to wait before the next attempt.
///
/// What cannot heal by itself stops the program; a slot or walsender that is still taken gets some patience;
/// everything else is tried again, for ever unless a limit is set, with exponential backoff and jitter.
package struct RetryPolicy: Sendable {
    package typealias Instant = ContinuousClock.Instant

    package enum Decision: Hashable, Sendable {
        case retry(after: Duration)
        case stop(StopReason)
    }

    /// Why the program ends; each has its exit code.
    package enum StopReason: Hashable, Sendable {
        case unavailable
        case busy
        case permissionDenied
        case configuration
    }

    /// Patience with a slot or walsender that something else holds, before the first stream and after it. A walsender
    /// whose client vanished without a word lives on for `wal_sender_timeout`, a minute by default.
    package static let patienceAtStart = Duration.seconds(10)
    package static let patienceAfterLoss = Duration.seconds(90)

    static let firstDelay = Duration.milliseconds(100)
    static let longestDelay = Duration.seconds(10)

    private let limit: Int?
    private var failures = 0
    private var wasReached = false
    private var hasStreamed = false
    private var busySince: Instant?

    /// - Parameter limit: failed attempts in a row before giving up; nil for never.
    package init(limit: Int?) {
        self.limit = limit
    }

    /// A server let us in.
    package mutating func reached() {
        wasReached = true
    }

    /// The stream runs.
    package mutating func streaming() {
        wasReached = true
        hasStreamed = true
    }

    /// The stream got on: the next failure starts counting anew. That it started is not enough, because a transaction
    /// that cannot be decoded lets it start each time.
    package mutating func progressed() {
        failures = 0
        busySince = nil
    }

    /// A connection failed or could not be had.
    ///
    /// - Parameters:
    ///   - sqlState: the server's SQLSTATE; nil when the connection broke or the server was not reached.
    ///   - isRefusal: whether the server answered an attempt to connect with it, and not a command.
    ///   - jitter: a random number from 0 to 1.
    package mutating func failed(
        sqlState: String?, isRefusal: Bool = false, at now: Instant, jitter: Double
    ) -> Decision {
        failures += 1
        // A server that starts or goes down says so, and is not to be had for a moment after that.
        defer { if sqlState != nil { wasReached = true } }
        switch Meaning(sqlState: sqlState, isRefusal: isRefusal) {
        case .final(let reason):
            return .stop(reason)
        case .busy(let reason):
            let since = busySince ?? now
            busySince = since
            let patience = hasStreamed ? Self.patienceAfterLoss : Self.patienceAtStart
            if now - since >= patience { return .stop(reason) }
        case .unreachable:
            busySince = nil
            // A server that was never reached is more likely a wrong address than a lost connection, unless somebody has
            // said how often to try.
            if !wasReached, (limit ?? 0) == 0 { return .stop(.unavailable) }
        case .misunderstood:
            busySince = nil
            if !wasReached { return .stop(.configuration) }
        case .closed:
            busySince = nil
            // A database that let us in before is closed for a time.
            if !wasReached, (limit ?? 0) == 0 { return .stop(.configuration) }
        case .transient:
            busySince = nil
        }
        if let limit, failures > limit { return .stop(.unavailable) }
        return .retry(after: delay(jitter: jitter))
    }

    private func delay(jitter: Double) -> Duration {
        let doublings = min(failures - 1, 10)
        let full = min(Self.firstDelay * (1 << doublings), Self.longestDelay)
        return full / 2 + full / 2 * min(max(jitter, 0), 1)
    }

    private enum Meaning {
        case transient
        case unreachable
        /// A pooler's word for whatever it cannot do: at the start, replication; later, to reach its server.
        case misunderstood
        /// The database takes no connections, for a time or, like template0, never.
        case closed
        case busy(StopReason)
        case final(StopReason)

        init(sqlState: String?, isRefusal: Bool) {
            guard let sqlState else {
                self = .unreachable
                return
            }
            if isRefusal, let own = Meaning(refusal: sqlState) {
                self = own
                return
            }
            self =
                switch sqlState {
                // Still held by the process before, or by somebody else.
                case "55006": .busy(.busy)
                // No free connection or walsender.
                case "53300": .busy(.configuration)
                case "42501": .final(.permissionDenied)
                // Lost slot, wal_level, removed WAL, no free slot, a decoding that this server cannot do.
                case "55000", "58P01", "53400", "0A000": .final(.configuration)
                // A row that the server cannot convert to the client encoding.
                case "22021", "22P05": .final(.configuration)
                case "3D000": .final(.configuration)
                case "08P01": .misunderstood
                // Somebody else made the slot a moment ago; the next attempt finds it.
                case "42710": .transient
                default:
                    switch sqlState.prefix(2) {
                    case "28": .final(.permissionDenied)
                    // 25: the server or the session is read-only.
                    case "42", "22", "25": .final(.configuration)
                    default: .transient
                    }
                }
        }

        /// States that mean something else to a command.
        private init?(refusal sqlState: String) {
            switch sqlState {
            case "55000": self = .closed
            // A setting in the connection's options that no session can change.
            case "55P02": self = .final(.configuration)
            default: return nil
            }
        }
    }
}
