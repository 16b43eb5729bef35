internal import Libpq

/// Finds out whether a server is shutting down, over a connection attempt on the side: it then refuses with SQLSTATE
/// 57P03 before it looks at who asks.
struct ShutdownProbe {
    let connectionString: String
    let stop: StopSignal

    private static let patience = Duration.seconds(1)

    /// - Parameter address: the server in use, which may be one of several in the connection string.
    func isShuttingDown(at address: (host: String, hostAddress: String, port: String)) -> Bool {
        var parameters = ConnectionParameters.ordinary(connectionString)
        parameters.overrides["host"] = address.host
        if !address.hostAddress.isEmpty { parameters.overrides["hostaddr"] = address.hostAddress }
        parameters.overrides["port"] = address.port
        do {
            let stop = stop
            _ = try Connection.connect(
                parameters, poller: Poller(wakeUp: stop.wakeUp), limit: Self.patience
            ) { stop.isRequested }
            return false
        } catch {
            return error.sqlState == "57P03" || error.sqlState == "57P01"
        }
    }
}
