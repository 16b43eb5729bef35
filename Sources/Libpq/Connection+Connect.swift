internal import CLibpq
internal import Glibc

extension Connection {
    /// Connects, waiting through `poller`.
    ///
    /// libpq goes on to the next host when one refuses. One that says nothing is left out here after its time, which
    /// asynchronous libpq leaves to its caller.
    ///
    /// - Parameters:
    ///   - limit: time for one host, if that is less than `connect_timeout` says.
    ///   - isCancelled: looked at after each wake-up; true ends the attempt.
    /// - Throws: `LibpqError`; a server's refusal has its SQLSTATE.
    package static func connect(
        _ parameters: ConnectionParameters, poller: Poller, limit: Duration? = nil, isCancelled: () -> Bool
    ) throws(LibpqError) -> Connection {
        var parameters = parameters
        while true {
            let connection = try Connection(starting: parameters)
            if connection.isBroken,
                let refusal = parameters.refusal(saying: connection.errorMessage.oneLine)
            {
                throw refusal
            }
            let patience = min(limit ?? .seconds(3600), parameters.patiencePerHost())
            do throws(LibpqError) {
                try connection.complete(poller: poller, patience: patience, isCancelled: isCancelled)
            } catch  where error.kind == .timedOut {
                guard parameters.leaveOutHost(connection.address) else { throw error }
                continue
            }
            connection.enterNonBlockingMode()
            let deadline = Instant.now + patience
            try connection.overruleEnvironment(parameters, poller: poller) { () throws(LibpqError) in
                if isCancelled() { throw LibpqError(.interrupted, "stopped while connecting") }
                if .now >= deadline { throw Self.noAnswer }
            }
            return connection
        }
    }

    private static var noAnswer: LibpqError {
        LibpqError(.timedOut, "no answer from the server while connecting")
    }

    private func complete(poller: Poller, patience: Duration, isCancelled: () -> Bool) throws(LibpqError) {
        guard !isBroken else { throw connectionError }
        var next = PGRES_POLLING_WRITING
        var host = address
        var deadline = Instant.now + patience
        while next != PGRES_POLLING_OK {
            guard next != PGRES_POLLING_FAILED else { throw connectionError }
            let ready = poller.wait(
                socket: socket, readable: next == PGRES_POLLING_READING,
                writable: next == PGRES_POLLING_WRITING,
                until: deadline)
            if isCancelled() { throw LibpqError(.interrupted, "stopped while connecting") }
            if ready.isReadable || ready.isWritable {
                next = pollConnection()
                if address != host { (host, deadline) = (address, .now + patience) }
            } else if .now >= deadline {
                throw Self.noAnswer
            }
        }
    }

    /// libpq sends what these two environment variables say as settings of their own, which beat `options`.
    private func overruleEnvironment(
        _ parameters: ConnectionParameters, poller: Poller, tick: () throws(LibpqError) -> Void
    ) throws(LibpqError) {
        for (variable, name) in [("PGDATESTYLE", "datestyle"), ("PGTZ", "timezone")] {
            guard unsafe getenv(variable) != nil,
                let value = parameters.settings.first(where: { $0.name == name })?.value
            else { continue }
            _ = try query("SET \(name) TO \(try literal(value))", poller: poller, tick: tick)
        }
    }
}
