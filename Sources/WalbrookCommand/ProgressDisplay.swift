internal import Glibc
internal import Reader
internal import Replication
internal import Sinks
internal import Walbrook

/// One line on the terminal that says how the stream gets on, while its events go elsewhere.
struct ProgressDisplay {
    private let statistics: StreamStatistics
    private let lag: LagProbe
    private var last: (events: UInt64, at: ContinuousClock.Instant)
    private var server: UInt64?
    private var ticks = 0

    /// Asking the server for its position takes a connection, so it is done less often than the line is drawn.
    private static let ticksPerQuestion = 4

    /// Nil when standard error is no terminal, or standard output is the same one.
    init?(statistics: StreamStatistics, connectionString: String, isQuiet: Bool) throws(WalbrookError) {
        guard !isQuiet, isatty(STDERR_FILENO) == 1, isatty(STDOUT_FILENO) == 0 else { return nil }
        self.statistics = statistics
        lag = try LagProbe(connectionString: connectionString)
        last = (0, .now)
    }

    mutating func update() {
        if ticks % Self.ticksPerQuestion == 0 { server = lag.serverPosition() }
        ticks += 1
        let now = statistics.snapshot
        let time = ContinuousClock.now
        let rate = Double(now.events - last.events) / ((time - last.at) / .seconds(1))
        last = (now.events, time)
        StandardError.write("\r\u{1B}[K\(now.events) events  \(Int(rate))/s  \(lagText(now))")
    }

    func clear() {
        StandardError.write("\r\u{1B}[K")
    }

    private func lagText(_ now: StreamStatistics.Snapshot) -> String {
        guard let server, now.confirmed > 0 else { return "lag unknown" }
        let bytes = server > now.confirmed ? server - now.confirmed : 0
        var seconds = 0.0
        if bytes > 0, let commit = now.lastCommit {
            seconds = max(0, Double(Timestamp.now.microseconds - commit) / 1e6)
        }
        return "lag \(sizeText(bytes)), \((seconds * 10).rounded() / 10) s"
    }

    private func sizeText(_ bytes: UInt64) -> String {
        var (value, unit) = (Double(bytes), "B")
        for next in ["KiB", "MiB", "GiB", "TiB"] where value >= 1024 { (value, unit) = (value / 1024, next) }
        return "\((value * 10).rounded() / 10) \(unit)"
    }
}
