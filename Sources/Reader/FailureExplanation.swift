internal import Libpq
internal import Replication

extension ReaderError {
    /// What libpq refuses before it asks a server; nil for anything else.
    ///
    /// - Parameter wasConnected: whether there was a connection before. Then only the service file can have changed, perhaps
    ///   because somebody writes it at this moment.
    init?(refusedByLibpq error: LibpqError, wasConnected: Bool = false) {
        switch error.kind {
        case .invalidConnectionString:
            self.init(
                .usage, error.message,
                hint: "-d takes a URI, keyword=value pairs or the name of a database, as psql does.")
        case .invalidParameter where !wasConnected:
            self.init(
                .usage, error.message,
                hint: "Check -d, the service file and the PG* variables in the environment.")
        case .passwordNeeded:
            self.init(
                .permissionDenied, error.message, hint: "Set PGPASSWORD, or put it into ~/.pgpass.")
        default:
            return nil
        }
    }

    /// What a failure means to those who look something up and do not try again.
    package init(ofLookUp failure: StreamFailure) {
        switch failure {
        case .final(let error):
            self = error
        case .stopped:
            self.init(.unavailable, "stopped while looking up the catalog")
        case .useless:
            preconditionFailure("a look-up takes nothing out of the stream")
        case .connection(let error):
            if let refusal = ReaderError(refusedByLibpq: error) {
                self = refusal
                return
            }
            var policy = RetryPolicy(limit: 0)
            let decision = policy.failed(sqlState: error.sqlState, at: .now, jitter: 0)
            guard case .stop(let reason) = decision else {
                self.init(.unavailable, "the server is not available", underlying: error)
                return
            }
            self.init(error, reason, options: ReaderOptions(), user: nil, after: .start)
        }
    }

    /// What a failure that stops the program means, and what mends it.
    ///
    /// - Parameters:
    ///   - position: the last event that was emitted.
    init(
        _ error: LibpqError, _ reason: RetryPolicy.StopReason, options: ReaderOptions, user: String?,
        after position: Position
    ) {
        let kind: Kind =
            switch reason {
            case .unavailable: .unavailable
            case .busy: .busy
            case .permissionDenied: .permissionDenied
            case .configuration: .configuration
            }
        let role = (error.user ?? user).map(quoted) ?? "…"
        let database = error.database.map(quoted) ?? "…"
        let slot = options.slot
        switch error.sqlState {
        case "42501" where options.capture == .triggers:
            self.init(
                kind, "the role \(role) may not do what streaming needs",
                hint: "As the owner of the schema walbrook, run: SELECT walbrook.allow('\(role)');",
                underlying: error)
        case "42501":
            // In any language, only the refusal to connect names the database.
            let mayNotConnect = error.message.contains(database)
            self.init(
                kind, "the role \(role) may not do what streaming needs",
                hint: mayNotConnect
                    ? "As its owner, run: GRANT CONNECT ON DATABASE \(database) TO \(role);"
                    : "Run: ALTER ROLE \(role) REPLICATION; or, on Amazon RDS: GRANT rds_replication TO \(role);",
                underlying: error)
        case "28000", "28P01":
            self.init(
                kind, "the server does not let us in",
                hint: "Check user, password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf.",
                underlying: error)
        case "3D000":
            self.init(kind, "the database does not exist", hint: "Check -d or PGDATABASE.", underlying: error)
        case "53300":
            self.init(
                kind, "the server has no connection left for us", hint: Self.connectionHint(error),
                underlying: error)
        case "53400":
            self.init(
                kind, "the server has no free replication slot",
                hint:
                    "Drop one that nobody reads (SELECT slot_name, active FROM pg_replication_slots), or raise "
                    + "max_replication_slots with ALTER SYSTEM and restart the server.",
                underlying: error)
        case "55006" where options.capture == .triggers:
            self.init(
                kind, "another walbrook reads the changelog of this database",
                hint: "Stop that one: SELECT reader AS pid FROM walbrook.progress;",
                underlying: error)
        case "55006":
            self.init(
                kind, "the slot \(slot) is in use by another consumer",
                hint:
                    "Stop that one (SELECT active_pid FROM pg_replication_slots WHERE slot_name = '\(slot)'), or "
                    + "choose another name by --slot.", underlying: error)
        case "42704":
            self.init(
                kind,
                "the slot \(slot) holds changes from before its publication was made, which cannot be decoded",
                hint:
                    "Run: SELECT pg_replication_slot_advance('\(slot)', pg_current_wal_lsn()); the changes up to "
                    + "then are lost to this stream, so take a new copy of the tables.", underlying: error)
        case "22021", "22P05":
            self.init(
                kind, "the server cannot convert a value to UTF-8, in a transaction after \(position)",
                hint:
                    "Mend the value in the database and skip the transaction with pg_replication_slot_advance, "
                    + "or leave its table out of the publication.", underlying: error)
        case "55000", "58P01":
            self.init(
                kind, "the server cannot stream from the slot \(slot)",
                hint:
                    "If it is lost: SELECT pg_drop_replication_slot('\(slot)'); take a new copy of the tables, and "
                    + "start again.", underlying: error)
        case "08P01" where reason == .configuration:
            self.init(
                kind, "what answers there does not speak PostgreSQL's replication protocol",
                hint: "Connect to PostgreSQL itself, not to a pooler before it.", underlying: error)
        case "0A000":
            self.init(
                kind, "this server cannot decode changes",
                hint: "Before PostgreSQL 16 a standby cannot: connect to the primary.", underlying: error)
        default:
            self.init(
                kind, reason == .unavailable ? "the server is not available" : "the server refused",
                underlying: error)
        }
    }

    /// Walsenders have a limit of their own, which the message names with its value.
    private static func connectionHint(_ error: LibpqError) -> String {
        guard error.message.contains("max_wal_senders") else {
            return "End sessions that nobody needs (see pg_stat_activity), or raise what is exhausted: "
                + "max_connections, or the CONNECTION LIMIT of the role or the database."
        }
        let limit = error.message.split { !$0.isWholeNumber }.compactMap { Int32($0) }.max() ?? 10
        return "Run: ALTER SYSTEM SET max_wal_senders = \(Int(limit) + 10); and restart the server."
    }
}
