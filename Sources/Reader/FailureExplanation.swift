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
        case .connection(let error), .slot(let error):
            if let refusal = ReaderError(refusedByLibpq: error) {
                self = refusal
                return
            }
            var policy = RetryPolicy(limit: 0)
            let decision = policy.failed(
                sqlState: error.sqlState, isRefusal: error.kind == .refused, at: .now, jitter: 0)
            guard case .stop(let reason) = decision else {
                self.init(.unavailable, "the server is not available", underlying: error)
                return
            }
            self.init(error, reason)
        }
    }

    /// What a failure that stops the program means, and what mends it, unless it was about the slot.
    ///
    /// - Parameters:
    ///   - user: who was connected.
    ///   - position: the last event that was emitted.
    init(
        _ error: LibpqError, _ reason: RetryPolicy.StopReason, user: String? = nil,
        capture: ReaderOptions.Capture = .replication, after position: Position = .start
    ) {
        if error.kind == .refused {
            self.init(refused: error, reason)
            return
        }
        let role = user.map(quoted) ?? "…"
        switch (error.sqlState, capture) {
        case ("42501", .triggers):
            self.init(
                Kind(reason), "the role \(role) may not do what streaming needs",
                hint: "As the owner of the schema walbrook, run: SELECT walbrook.allow('\(role)');",
                underlying: error)
        case ("42501", .replication):
            self.init(Kind(reason), "the role \(role) may not do what streaming needs", underlying: error)
        case ("55006", .triggers):
            self.init(
                Kind(reason), "another walbrook reads the changelog of this database",
                hint: "Stop that one: SELECT reader AS pid FROM walbrook.progress;",
                underlying: error)
        case ("22021", .triggers), ("22P05", .triggers):
            self.init(
                Kind(reason),
                "the server cannot convert a value to UTF-8, in a transaction after \(position)",
                underlying: error)
        default:
            self.init(general: error, reason, otherwise: "the server refused")
        }
    }

    /// What it means that a command about the slot, or the stream that comes from it, failed in a way that stops the
    /// program.
    init(
        ofSlot slot: String, _ error: LibpqError, _ reason: RetryPolicy.StopReason, user: String?,
        after position: Position
    ) {
        let kind = Kind(reason)
        let role = user.map(quoted) ?? "…"
        switch error.sqlState {
        case "42501":
            self.init(
                kind, "the role \(role) may not do what streaming needs", hint: Self.replicationHint(role),
                underlying: error)
        case "53400":
            self.init(
                kind, "the server has no free replication slot",
                hint:
                    "Drop one that nobody reads (SELECT slot_name, active FROM pg_replication_slots), or raise "
                    + "max_replication_slots with ALTER SYSTEM and restart the server.",
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
        case "0A000":
            self.init(
                kind, "this server cannot decode changes",
                hint: "Before PostgreSQL 16 a standby cannot: connect to the primary.", underlying: error)
        default:
            self.init(general: error, reason, otherwise: "the server refused")
        }
    }

    /// What can go wrong with anything that a server is asked.
    private init(general error: LibpqError, _ reason: RetryPolicy.StopReason, otherwise: String) {
        let kind = Kind(reason)
        switch error.sqlState {
        case "53300":
            self.init(
                kind, "the server has no connection left for us", hint: Self.connectionHint(error),
                underlying: error)
        case "08P01" where reason == .configuration:
            self.init(
                kind, "what answers there does not speak PostgreSQL's replication protocol",
                hint: "Connect to PostgreSQL itself, not to a pooler before it.", underlying: error)
        default:
            self.init(
                kind, reason == .unavailable ? "the server is not available" : otherwise, underlying: error)
        }
    }

    // MARK: Refused connections

    private init(refused error: LibpqError, _ reason: RetryPolicy.StopReason) {
        let kind = Kind(reason)
        let role = error.user.map(quoted) ?? "…"
        let database = error.database.map(quoted) ?? "…"
        switch (error.sqlState ?? "", error.diagnostics?.function) {
        // In any language, only the refusal to connect names the database.
        case ("42501", let function) where function == "CheckMyDatabase" || error.message.contains(database):
            self.init(
                kind, "the role \(role) may not do what streaming needs",
                hint: "As its owner, run: GRANT CONNECT ON DATABASE \(database) TO \(role);",
                underlying: error)
        case ("42501", "InitPostgres"), ("42501", nil):
            self.init(
                kind, "the role \(role) may not do what streaming needs", hint: Self.replicationHint(role),
                underlying: error)
        case ("42501", _):
            self.init(
                kind, "the role \(role) may not set what the connection's options ask for",
                hint: Self.optionsHint, underlying: error)
        case ("28000", _), ("28P01", _):
            self.init(
                kind, "the server does not let us in",
                hint: "Check user, password (PGPASSWORD, ~/.pgpass) and the server's pg_hba.conf.",
                underlying: error)
        case ("3D000", _):
            self.init(kind, "the database does not exist", hint: "Check -d or PGDATABASE.", underlying: error)
        case ("55000", _) where reason == .configuration:
            self.init(
                kind, "the database \(database) takes no connections",
                hint:
                    "Choose another one, or have its owner run, from another one: ALTER DATABASE \(database) "
                    + "ALLOW_CONNECTIONS true;", underlying: error)
        case (let state, _)
        where state == "55P02" || ["42", "22"].contains(state.prefix(2)) && reason == .configuration:
            self.init(
                kind, "the server does not take the connection's options", hint: Self.optionsHint,
                underlying: error)
        default:
            self.init(general: error, reason, otherwise: "the server refused the connection")
        }
    }

    private static let optionsHint =
        "Check options= in -d and in the service file, PGOPTIONS, and the other PG* variables."

    private static func replicationHint(_ role: String) -> String {
        "Run: ALTER ROLE \(role) REPLICATION; or, on Amazon RDS: GRANT rds_replication TO \(role);"
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

extension ReaderError.Kind {
    fileprivate init(_ reason: RetryPolicy.StopReason) {
        self =
            switch reason {
            case .unavailable: .unavailable
            case .busy: .busy
            case .permissionDenied: .permissionDenied
            case .configuration: .configuration
            }
    }
}
