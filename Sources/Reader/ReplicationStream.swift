package import Libpq
internal import Replication

/// A replication connection: its commands before the stream, then the stream itself.
///
/// PostgreSQL manual, "Streaming Replication Protocol". This is the transport: bytes of pgoutput messages come out,
/// positions go in. It knows nothing of what the messages mean.
package final class ReplicationStream {
    private let connection: Connection
    private let poller: Poller
    private let stop: StopSignal
    /// What had come at the last look; nil where the server is not on this machine.
    private var received: (bytes: UInt64, segments: UInt32)?
    /// Nil before anything was asked of the kernel.
    private var isGathering: Bool?
    /// Whether something waits to be sent until the socket takes it.
    private(set) var needsFlush = false

    /// Connects to a walsender.
    init(_ connectionString: String, stop: StopSignal) throws(StreamFailure) {
        self.stop = stop
        poller = Poller(wakeUp: stop.wakeUp)
        let poller = poller
        connection = try StreamFailure.converting { () throws(LibpqError) in
            try Connection.connect(.replication(connectionString), poller: poller) { stop.isRequested }
        }
        if connection.parameter("server_encoding") == "SQL_ASCII" {
            // The server cannot convert what it does not know; the transformer repairs it.
            try run("SET client_encoding TO SQL_ASCII")
        }
    }

    package var serverVersion: Int { connection.serverVersion }
    var user: String { connection.user }
    var address: (host: String, hostAddress: String, port: String) { connection.address }
    /// Whether the server does not know which encoding its texts have.
    package var hasUnknownEncoding: Bool { connection.parameter("server_encoding") == "SQL_ASCII" }

    func literal(_ text: String) throws(StreamFailure) -> String {
        try StreamFailure.converting { () throws(LibpqError) in try connection.literal(text) }
    }

    /// Strings as a list of SQL literals.
    func literals(_ texts: [String]) throws(StreamFailure) -> String {
        try texts.map { text throws(StreamFailure) in try literal(text) }.joined(separator: ", ")
    }

    func identifier(_ name: String) throws(StreamFailure) -> String {
        try StreamFailure.converting { () throws(LibpqError) in try connection.identifier(name) }
    }

    // MARK: Commands

    /// Runs SQL or a replication command and returns its rows.
    ///
    /// - Parameters:
    ///   - columns: each row has as many or more.
    ///   - tick: called every second without an answer.
    func query(
        _ text: String, columns: Int, tick: () -> Void = {}
    ) throws(StreamFailure) -> [[String?]] {
        try StreamFailure.converting { () throws(LibpqError) in
            try connection.rows(text, columns: columns, poller: poller) { () throws(LibpqError) in
                try checkStop()
                tick()
            }
        }
    }

    /// Runs SQL that has no answer.
    func run(_ text: String) throws(StreamFailure) {
        _ = try query(text, columns: 0)
    }

    /// Ends what the server is doing for this connection, and lets commands be run although the program was told to stop,
    /// for a moment.
    func lastly<Answer>(_ body: () throws(StreamFailure) -> Answer) throws(StreamFailure) -> Answer {
        let deadline = ContinuousClock.now + Self.lastPatience
        do { try connection.abandon(poller: poller, until: deadline) } catch { throw StreamFailure(error) }
        lastDeadline = deadline
        defer { lastDeadline = nil }
        return try body()
    }

    private static let lastPatience = Duration.seconds(5)
    private var lastDeadline: ContinuousClock.Instant?

    private func checkStop() throws(LibpqError) {
        if let lastDeadline {
            guard .now < lastDeadline else {
                throw LibpqError(.timedOut, "the server did not answer in time")
            }
        } else if stop.isRequested {
            throw LibpqError(.interrupted, "stopped while waiting for the server")
        }
    }

    /// Those of some names that a subquery does not give, compared as the server does it: byte by byte. To Swift, an é of
    /// one code point and one of two are the same.
    func names(_ names: [String], missingFrom subquery: String) throws(StreamFailure) -> [String] {
        let rows = try query(
            """
            SELECT ordinal FROM unnest(ARRAY[\(try literals(names))]) WITH ORDINALITY AS wanted(name, ordinal)
             WHERE name NOT IN (\(subquery)) ORDER BY ordinal
            """, columns: 1)
        return rows.compactMap { row in
            row[0].flatMap { Int($0) }.flatMap { names.indices.contains($0 - 1) ? names[$0 - 1] : nil }
        }
    }

    /// Asks the server to give up what it is doing for this connection.
    func cancel() {
        connection.cancel()
    }

    /// The cluster and database behind the connection, and the end of its log.
    func identifySystem() throws(StreamFailure) -> (identity: ServerIdentity, flushed: LSN) {
        guard let row = try query("IDENTIFY_SYSTEM", columns: 4).first,
            let system = row[0], let timeline = row[1].flatMap({ UInt32($0) }),
            let flushed = row[2].flatMap({ LSN($0) }), let database = row[3]
        else { throw StreamFailure(LibpqError(.unexpectedResult, "IDENTIFY_SYSTEM gave no identity")) }
        return (ServerIdentity(systemIdentifier: system, timeline: timeline, database: database), flushed)
    }

    func history(of timeline: UInt32) throws(StreamFailure) -> TimelineHistory {
        // The first timeline has no ancestors, and no file.
        guard timeline > 1 else { return TimelineHistory(parsing: "") }
        let rows = try query("TIMELINE_HISTORY \(timeline)", columns: 2)
        return TimelineHistory(parsing: rows.first?[1] ?? "")
    }

    /// Starts the stream at the slot's confirmed position.
    ///
    /// - Parameter streamsInProgress: whether large transactions come before they commit, from servers that can.
    func start(slot: String, publications: [String], streamsInProgress: Bool) throws(StreamFailure) {
        let names = try publications.map { name throws(StreamFailure) in try identifier(name) }
        // The grammar of replication commands knows no escapes in a string but the doubled quote.
        let list = names.joined(separator: ",").replacing("'", with: "''")
        var options = ["publication_names '\(list)'"]
        switch serverVersion {
        case 160_000... where streamsInProgress: options += ["proto_version '4'", "streaming 'parallel'"]
        case 140_000... where streamsInProgress: options += ["proto_version '2'", "streaming 'on'"]
        default: options.append("proto_version '1'")
        }
        // Fixed, because they decide the ordinals of positions.
        if serverVersion >= 140_000 { options.append("messages 'true'") }
        let command =
            "START_REPLICATION SLOT \(try identifier(slot)) LOGICAL 0/0 (\(options.joined(separator: ", ")))"
        do {
            try connection.startCopy(command, poller: poller, tick: checkStop)
        } catch {
            throw StreamFailure(error).ofSlot
        }
    }

    // MARK: The stream

    /// The next message, as far as it has been read from the socket.
    package func next() throws(StreamFailure) -> CopyNext {
        do { return try connection.nextCopyBuffer() } catch { throw StreamFailure(error) }
    }

    /// Reads once: what the kernel holds, up to the size of libpq's buffer, which is 16 KiB at first and doubles when it is
    /// full.
    func read() throws(StreamFailure) {
        do {
            try connection.consumeInput()
            if connection.isEncrypted, connection.bytesToRead == 0 {
                // Up to a record of 16 KiB may be left inside the library, where poll does not see it.
                try connection.consumeInput()
                try connection.consumeInput()
            }
        } catch {
            throw StreamFailure(error)
        }
    }

    /// Bounds what the kernel takes before it is read, or lets it take much; see `ReadPacer`.
    func letGather(_ gathers: Bool) {
        guard gathers != isGathering else { return }
        isGathering = gathers
        guard isNear else { return }
        connection.limitReceiveBuffer(
            to: gathers ? ReadPacer.smallReceiveBuffer : ReadPacer.largeReceiveBuffer)
    }

    /// Counts what comes from here on.
    func countReceived() {
        received = isNear ? connection.received : nil
    }

    /// Whether the server is on the same machine and reached by TCP.
    private var isNear: Bool {
        connection.segmentSize.map { $0 >= ReadPacer.leastSegmentSize } ?? false
    }

    /// What has come since the last call; nil where nothing is known of packets.
    func takeReceived() -> (bytes: Int, packets: Int)? {
        guard let before = received, let now = connection.received else { return nil }
        received = now
        return (Int(truncatingIfNeeded: now.bytes &- before.bytes), Int(now.segments &- before.segments))
    }

    /// Bytes that wait in the kernel.
    var bytesToRead: Int { connection.bytesToRead }

    /// Waits for something to read, for room to send what is left, for a wake-up or for the deadline.
    func wait(readable: Bool, until deadline: ContinuousClock.Instant?) -> Poller.Readiness {
        let isInterested = readable || needsFlush
        return poller.wait(
            socket: isInterested ? connection.socket : nil, readable: readable, writable: needsFlush,
            until: deadline)
    }

    func send(_ status: StandbyStatus) throws(StreamFailure) {
        var message = OutputBuffer(capacity: 64)
        status.encode(into: &message)
        do { try connection.putCopyData(message.span) } catch { throw StreamFailure(error) }
        try flush()
    }

    func flush() throws(StreamFailure) {
        do { needsFlush = try !connection.flush() } catch { throw StreamFailure(error) }
    }

    /// Why the server ended the stream.
    func endReason() -> LibpqError {
        do {
            return try connection.copyEnd(poller: poller, until: .now + .seconds(5))
                ?? LibpqError(.connectionLost, "the server ended the stream")
        } catch {
            return error
        }
    }

    /// Ends the stream from our side: what was sent before has then been taken in by the server.
    ///
    /// Fails with `timedOut` if the server is too busy to answer before the deadline.
    func end(until deadline: ContinuousClock.Instant) throws(StreamFailure) {
        do { try connection.endCopy(poller: poller, until: deadline) } catch { throw StreamFailure(error) }
    }
}
