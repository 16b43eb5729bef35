internal import Libpq
internal import Replication

extension ReaderError {
    /// What libpq refuses before it asks a server; nil for anything else.
    init?(refusedByLibpq error: LibpqError) {
        switch error.kind {
        case .invalidConnectionString:
            self.init(.usage, error.message, hint: "-d takes a URI or keyword=value pairs, as psql does.")
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
        case "42501":
            // In any language, only the refusal to connect names the database.
            let mayNotConnect = error.message.contains(database)
            self.init(
                kind, "the role \(role) may not do what streaming needs",
                hint: mayNotConnect
                    ? "Run: GRANT CONNECT ON DATABASE \(database) TO \(role);"
                    : "Run: ALTER ROLE \(role) REPLICATION;", underlying: error)
        case "28000", "28P01":
            self.init(
                kind, "the server does not let us in",
                hint: "Check user, password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf.",
                underlying: error)
        case "3D000":
            self.init(kind, "the database does not exist", hint: "Check -d or PGDATABASE.", underlying: error)
        case "53300":
            self.init(
                kind, "the server has no connection left for us",
                hint:
                    "Run: ALTER SYSTEM SET max_wal_senders = 20; (or max_connections) and restart the server.",
                underlying: error)
        case "53400":
            self.init(
                kind, "the server has no free replication slot",
                hint:
                    "Drop one that nobody reads (SELECT slot_name, active FROM pg_replication_slots), or run: "
                    + "ALTER SYSTEM SET max_replication_slots = 20; and restart the server.",
                underlying: error)
        case "55006":
            self.init(
                kind, "the slot \(slot) is in use by another consumer",
                hint: "Stop that one, or choose another name by --slot.", underlying: error)
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
        default:
            self.init(
                kind, reason == .unavailable ? "the server is not available" : "the server refused",
                underlying: error)
        }
    }
}
