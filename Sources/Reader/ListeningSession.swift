internal import Libpq
internal import Replication

/// A connection that listens, from its start to its end. Used by one thread.
final class ListeningSession {
    private let connection: Connection
    private let poller: Poller
    private let stop: StopSignal
    private let asksForPosition: Bool
    /// How long a server that is there may take to answer.
    private let patience: Duration

    /// Whoever does not acknowledge what was sent, or answer, for so long is gone; less would take a short failure of the
    /// network for one, at the price of notifications.
    private static let leastPatience = Duration.seconds(5)

    init(_ options: NotificationReader.Options, stop: StopSignal) throws(StreamFailure) {
        self.stop = stop
        poller = Poller(wakeUp: stop.wakeUp)
        asksForPosition = options.asksForPosition
        patience = max(options.statusInterval, Self.leastPatience)
        var parameters = ConnectionParameters.ordinary(options.connectionString)
        parameters.defaults["tcp_user_timeout"] = "\(Int64(patience / .milliseconds(1)))"
        let poller = poller
        connection = try StreamFailure.converting { () throws(LibpqError) in
            try Connection.connect(parameters, poller: poller) { stop.isRequested }
        }
        if connection.parameter("server_encoding") == "SQL_ASCII" {
            // The server cannot convert what it does not know; the transformer repairs it.
            _ = try query("SET client_encoding TO SQL_ASCII", columns: 0)
        }
    }

    func listen(to channels: [String]) throws(StreamFailure) {
        for channel in channels {
            let name = try StreamFailure.converting { () throws(LibpqError) in
                try connection.identifier(channel)
            }
            _ = try query("LISTEN \(name)", columns: 0)
        }
    }

    /// Which server this is, for sinks that remember whose events they hold.
    func facts() throws(StreamFailure) -> StreamFacts {
        let rows = try query(
            """
            SELECT system_identifier, timeline_id, current_database()
              FROM pg_catalog.pg_control_system(), pg_catalog.pg_control_checkpoint()
            """, columns: 3)
        guard let row = rows.first, let system = row[0], let timeline = row[1].flatMap({ UInt32($0) }),
            let database = row[2]
        else { throw StreamFailure(LibpqError(.unexpectedResult, "the server did not tell its identity")) }
        var facts = StreamFacts.unknown
        facts.identity = ServerIdentity(systemIdentifier: system, timeline: timeline, database: database)
        facts.serverVersion = connection.serverVersion
        facts.hasUnknownEncoding = connection.parameter("server_encoding") == "SQL_ASCII"
        return facts
    }

    /// For each channel, that nobody knows what is missing.
    func gaps(_ channels: [String]) throws(StreamFailure) -> [ChannelEvent] {
        let lsn = try position()
        return channels.map {
            ChannelEvent(channel: Array($0.utf8), content: .gap(count: nil), receivedAt: .now, lsn: lsn)
        }
    }

    /// What has come, after waiting for it. Empty after a wake-up, and when nothing came in time and the server still
    /// answers.
    func receive(within limit: Duration) throws(StreamFailure) -> [ChannelEvent] {
        var events: [ChannelEvent] = []
        // What came beside the answer to a query.
        take(into: &events)
        if events.isEmpty {
            let deadline = ContinuousClock.now + limit
            let ready = poller.wait(socket: connection.socket, until: deadline)
            if ready.isReadable {
                do { try read(into: &events) } catch { throw StreamFailure(error) }
            } else if .now >= deadline {
                _ = try query("SELECT 1", columns: 1)
                take(into: &events)
            }
        }
        guard !events.isEmpty, asksForPosition else { return events }
        let lsn = try position()
        for index in events.indices { events[index].lsn = lsn }
        return events
    }

    /// About as many bytes are taken at once: few, because they are held beside what waits in the inbox.
    private static let mostAtOnce = 128 * 1024

    /// Reads what the kernel holds, or a part of it. What was read is taken out each time: otherwise the library's buffer
    /// would grow to all that the kernel had, and it never shrinks.
    private func read(into events: inout [ChannelEvent]) throws(LibpqError) {
        var bytes = 0
        repeat {
            try connection.consumeInput()
            bytes += take(into: &events)
        } while bytes < Self.mostAtOnce && connection.bytesToRead > 0
    }

    /// Takes out what was read, and returns about how much memory that has.
    @discardableResult
    private func take(into events: inout [ChannelEvent]) -> Int {
        var bytes = 0
        while let notification = connection.nextNotification() {
            let event = ChannelEvent(
                channel: notification.channel,
                content: .notification(payload: notification.payload, pid: notification.pid),
                receivedAt: .now)
            bytes += event.footprint
            events.append(event)
        }
        return bytes
    }

    private func position() throws(StreamFailure) -> LSN? {
        guard asksForPosition else { return nil }
        let rows = try query("SELECT pg_catalog.pg_current_wal_insert_lsn()", columns: 1)
        guard let lsn = rows.first?[0].flatMap({ LSN($0) }) else {
            throw StreamFailure(LibpqError(.unexpectedResult, "the server did not tell its insert position"))
        }
        return lsn
    }

    private func query(_ text: String, columns: Int) throws(StreamFailure) -> [[String?]] {
        let deadline = ContinuousClock.now + patience
        return try StreamFailure.converting { () throws(LibpqError) in
            try connection.rows(text, columns: columns, poller: poller) { () throws(LibpqError) in
                if stop.isRequested { throw LibpqError(.interrupted, "stopped while listening") }
                if .now > deadline { throw LibpqError(.connectionLost, "the server does not answer") }
            }
        }
    }
}

extension StreamFacts {
    /// Of a server of which nothing is known but that it is there.
    static let unknown = StreamFacts(
        identity: ServerIdentity(systemIdentifier: "", timeline: 0, database: ""), serverVersion: 0, slot: "",
        confirmed: .zero, senderTimeout: .zero, hasUnknownEncoding: false, stopPoint: nil)
}
