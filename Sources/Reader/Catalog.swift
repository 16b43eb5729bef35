internal import Libpq
package import Replication

/// Looks things up in the server's catalog, over an ordinary connection made when it is needed.
///
/// The answers are today's, while the stream may be older: what is gone from the catalog is simply not found.
package final class Catalog {
    private let connectionString: String
    private let stop: StopSignal
    private let poller: Poller
    private var session: Session?
    private var usedAt = ContinuousClock.now

    /// A connection that is idle for longer is closed, because it would hold up a smart shutdown of the server.
    private static let idleLimit = Duration.seconds(10)
    /// No look-up takes longer than this on a server that works.
    private static let patience = Duration.seconds(5)

    private final class Session {
        let connection: Connection

        init(_ connection: consuming Connection) {
            self.connection = connection
        }
    }

    package init(connectionString: String, stop: StopSignal) {
        self.connectionString = connectionString
        self.stop = stop
        poller = Poller(wakeUp: stop.wakeUp)
    }

    /// Names of the primary key's columns in the order of its index; nil if there is no such table or it has no primary
    /// key.
    package func primaryKey(of relation: OID) throws(StreamFailure) -> [String]? {
        let rows = try query(
            """
            SELECT a.attname
              FROM pg_catalog.pg_index i, unnest((i.indkey::int2[])[0:i.indnkeyatts - 1]) WITH ORDINALITY k(attnum, place)
              JOIN pg_catalog.pg_attribute a ON a.attnum = k.attnum
             WHERE a.attrelid = i.indrelid AND i.indrelid = \(relation.value) AND i.indisprimary AND i.indisvalid
             ORDER BY k.place
            """, columns: 1)
        return rows.isEmpty ? nil : rows.compactMap { $0[0] }
    }

    /// Transactions that a new slot has to wait for: each with its session and age.
    func runningTransactions() throws(StreamFailure) -> [String] {
        let rows = try query(
            """
            SELECT pid, backend_xid, coalesce(extract(epoch FROM now() - xact_start)::bigint, 0)
              FROM pg_catalog.pg_stat_activity
             WHERE backend_xid IS NOT NULL
             ORDER BY age(backend_xid) DESC
             LIMIT 5
            """, columns: 3)
        return rows.map { "transaction \($0[1] ?? "?") of process \($0[0] ?? "?"), \($0[2] ?? "?") s old" }
    }

    /// The end of the server's log.
    package func currentPosition() throws(StreamFailure) -> LSN? {
        let rows = try query(
            """
            SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() ELSE pg_current_wal_flush_lsn() END
            """, columns: 1)
        return rows.first?[0].flatMap { LSN($0) }
    }

    /// Closes the connection if nobody has needed it for a while.
    package func closeIfIdle(at now: ContinuousClock.Instant) {
        if session != nil, now - usedAt > Self.idleLimit { session = nil }
    }

    package func close() {
        session = nil
    }

    // MARK: Asking

    /// The rows of the answer, each with so many columns or more.
    func query(_ text: String, columns: Int) throws(StreamFailure) -> [[String?]] {
        try ask { session throws(LibpqError) in try rows(text, columns, from: session) }
    }

    /// A text as an SQL literal.
    func literal(_ text: String) throws(StreamFailure) -> String {
        try ask { session throws(LibpqError) in try session.connection.literal(text) }
    }

    /// The server's version as a number, such as 150018.
    package func serverVersion() throws(StreamFailure) -> Int {
        try ask { session throws(LibpqError) in session.connection.serverVersion }
    }

    /// The rest of the stream must not differ from what a retry would give, so a failed look-up counts as a failed
    /// connection.
    private func ask<Answer>(
        _ body: (Session) throws(LibpqError) -> Answer
    ) throws(StreamFailure) -> Answer {
        usedAt = .now
        do throws(LibpqError) {
            if let session {
                do throws(LibpqError) {
                    return try body(session)
                } catch  where session.connection.isBroken {
                    // It may have been closed long ago, while it was idle. How the server is now, only a new one tells.
                }
            }
            let session = try connect()
            self.session = session
            return try body(session)
        } catch {
            session = nil
            throw StreamFailure(error)
        }
    }

    private func connect() throws(LibpqError) -> Session {
        let stop = stop
        let connection = try Connection.connect(
            .ordinary(connectionString), poller: poller, limit: Self.patience
        ) { stop.isRequested }
        let session = Session(connection)
        if session.connection.parameter("server_encoding") == "SQL_ASCII" {
            // As on the stream's connection: a column's name can be in any encoding.
            _ = try rows("SET client_encoding TO SQL_ASCII", 0, from: session)
        }
        return session
    }

    private func rows(
        _ text: String, _ columns: Int, from session: Session
    ) throws(LibpqError) -> [[String?]] {
        let deadline = ContinuousClock.now + Self.patience
        return try session.connection.rows(text, columns: columns, poller: poller) { () throws(LibpqError) in
            if stop.isRequested { throw LibpqError(.interrupted, "stopped while looking up the catalog") }
            if .now > deadline { throw LibpqError(.timedOut, "the catalog did not answer") }
        }
    }
}
