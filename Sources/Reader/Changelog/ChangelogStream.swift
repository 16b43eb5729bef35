internal import Libpq
internal import Replication

/// A connection to a changelog: the other transport, which gives the same messages as a replication connection does.
///
/// While a batch is read, the connection does nothing else; not reading the socket holds the server up, so a batch of any
/// size takes no memory here.
package final class ChangelogStream {
    private let connection: Connection
    private let poller: Poller
    private let stop: StopSignal
    private let catalog: Catalog
    private var decoder = ChangelogDecoder()
    private var translator = ChangelogTranslator()
    /// Whether a COPY runs, perhaps one that has not begun to send.
    private(set) var isReading = false
    /// Whether the server knows when a transaction committed.
    var hasCommitTimes = false
    /// Whether a table, or a change of one, was met that was not known before.
    var hasLearned = false

    init(_ connectionString: String, catalog: Catalog, stop: StopSignal) throws(StreamFailure) {
        self.catalog = catalog
        self.stop = stop
        poller = Poller(wakeUp: stop.wakeUp)
        let poller = poller
        connection = try StreamFailure.converting { () throws(LibpqError) in
            try Connection.connect(.ordinary(connectionString), poller: poller) { stop.isRequested }
        }
        if hasUnknownEncoding { _ = try query("SET client_encoding TO SQL_ASCII", columns: 0) }
    }

    package var serverVersion: Int { connection.serverVersion }
    var user: String { connection.user }
    var database: String { connection.database }
    /// Whether the server does not know which encoding its texts have.
    package var hasUnknownEncoding: Bool { connection.parameter("server_encoding") == "SQL_ASCII" }

    // MARK: Commands

    /// Runs SQL and returns its rows, each of as many columns or more.
    func query(_ text: String, columns: Int) throws(StreamFailure) -> [[String?]] {
        isAsking = true
        let rows = try StreamFailure.converting { () throws(LibpqError) in
            try connection.rows(text, columns: columns, poller: poller, tick: checkStop)
        }
        isAsking = false
        return rows
    }

    /// Whether a query runs, or was given up.
    private var isAsking = false

    /// Lets queries be made although the program was told to stop.
    func lastly(_ body: () throws(StreamFailure) -> Void) throws(StreamFailure) {
        isEnding = true
        defer { isEnding = false }
        try body()
    }

    private var isEnding = false

    private func checkStop() throws(LibpqError) {
        if stop.isRequested, !isEnding {
            throw LibpqError(.interrupted, "stopped while waiting for the server")
        }
    }

    func startCopy(_ text: String, lsn: LSN) throws(StreamFailure) {
        decoder = ChangelogDecoder()
        translator.begin(batch: lsn)
        isReading = true
        try StreamFailure.converting { () throws(LibpqError) in
            try connection.startCopyOut(text, poller: poller, tick: checkStop)
        }
    }

    /// Ends what is being read, so that the connection can be used again.
    func abandon(until deadline: ContinuousClock.Instant) throws(StreamFailure) {
        guard isReading || isAsking else { return }
        try StreamFailure.converting { () throws(LibpqError) in
            try connection.abandon(poller: poller, until: deadline)
        }
        (isReading, isAsking) = (false, false)
    }

    // MARK: Reading

    /// What a look at the stream gave.
    package enum Next: Hashable, Sendable {
        case message
        /// Nothing whole has been read yet, or no batch is being read.
        case notYet
        /// The batch is at its end.
        case ended
    }

    /// Takes one row of the changelog, as far as it has been read from the socket, and passes on its messages.
    package func next(
        _ take: (Span<UInt8>) throws(StreamFailure) -> Void
    ) throws(StreamFailure) -> Next {
        guard isReading else { return .notYet }
        let next: CopyNext
        do { next = try connection.nextCopyBuffer() } catch { throw StreamFailure(error) }
        switch next {
        case .message(let message):
            try translate(message.bytes, take)
            return .message
        case .notYet:
            return .notYet
        case .ended:
            try endCopy()
            try translator.endBatch(take)
            return .ended
        }
    }

    private func translate(
        _ bytes: Span<UInt8>, _ take: (Span<UInt8>) throws(StreamFailure) -> Void
    ) throws(StreamFailure) {
        let row: ChangelogRow?
        do { row = try decoder.decode(bytes) } catch { throw StreamFailure(error) }
        guard let row else { return }
        if row.kind != .message, !translator.knows(row.layout) {
            translator.learn(row.layout, try relation(ofLayout: row.layout))
            hasLearned = true
        }
        guard try translator.translate(row, bytes, take) == .translated else {
            throw .final(
                ReaderError(
                    .undecodable,
                    "a row of the changelog does not have the columns of its layout \(row.layout)",
                    hint: "Nothing after it was confirmed. Please report this with the server's version."))
        }
    }

    /// On a connection of its own, because this one is reading.
    private func relation(ofLayout layout: Int64) throws(StreamFailure) -> Relation {
        let rows = try catalog.query(
            """
            SELECT l.relation, l.schema, l.name, c.name, c.type, c.modifier, c.key
              FROM walbrook.layout l
              LEFT JOIN LATERAL unnest(l.columns, l.types, l.modifiers, l.keys) WITH ORDINALITY
                AS c(name, type, modifier, key, place) ON true
             WHERE l.id = \(layout) ORDER BY c.place
            """, columns: 7)
        guard let first = rows.first, let oid = first[0].flatMap({ UInt32($0) }), let schema = first[1],
            let name = first[2]
        else {
            throw .final(
                ReaderError(
                    .configuration,
                    "the changelog has a row of layout \(layout), which is not in walbrook.layout",
                    hint: "Somebody has deleted it there; nothing after it was confirmed."))
        }
        var relation = Relation(oid: OID(oid), schema: schema, name: name, columns: [])
        for row in rows {
            guard let name = row[3], let type = row[4].flatMap({ UInt32($0) }),
                let modifier = row[5].flatMap({ Int32($0) })
            else { continue }
            relation.columns.append(
                RelationColumn(name: name, type: OID(type), typeModifier: modifier, isKey: row[6] == "t"))
        }
        return relation
    }

    private func endCopy() throws(StreamFailure) {
        let error = try StreamFailure.converting { () throws(LibpqError) in
            try connection.copyEnd(poller: poller, until: .now + .seconds(30))
        }
        if let error { throw StreamFailure(error) }
        isReading = false
    }

    // MARK: Waiting

    /// Whether the bell rang since this was asked last.
    func hasRung() -> Bool {
        connection.takeNotifications()
    }

    func read() throws(StreamFailure) {
        do {
            try connection.consumeInput()
            // Up to a record of 16 KiB may be left inside the library, where poll does not see it.
            if connection.isEncrypted, connection.bytesToRead == 0 { try connection.consumeInput() }
        } catch {
            throw StreamFailure(error)
        }
    }

    func wait(readable: Bool, until deadline: ContinuousClock.Instant?) -> Poller.Readiness {
        poller.wait(socket: readable ? connection.socket : nil, readable: readable, until: deadline)
    }
}
