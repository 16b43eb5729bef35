import Foundation
import TestSupport
import Testing

/// What a user meets who runs the program against a real server.
///
/// All suites in it share one server; a test that restarts or reconfigures a server starts its own.
@Suite(.sharedServer, .everyEventIsValid) struct Integration {}

/// A run of the program that has come to its end.
struct Run: Sendable {
    let status: TestSupport.ExitStatus
    let output: [String]
    let error: String

    /// Runs the program to its end. Blocks.
    init(
        _ arguments: [String], environment: [String: String] = [:], within limit: Duration = .seconds(60)
    ) throws {
        let directory = try TemporaryDirectory()
        let path = directory.path("out")
        let process = try WalbrookProcess.start(arguments, environment: environment, stdout: .file(path))
        status = try process.wait(within: limit)
        error = process.standardError
        output = try EventLog(path).lines()
    }

    /// The end of a program whose output went elsewhere. Blocks.
    init(endOf process: WalbrookProcess, within limit: Duration = .seconds(30)) throws {
        status = try process.wait(within: limit)
        error = process.standardError
        output = []
    }

    /// What the lines say of rows: operation, table, and the new row (of a delete: the old one).
    var changes: [String] {
        let change = /"op":"(\w+)".*?"schema":"(.*?)","table":"((?:[^"\\]|\\.)*)".*"(?:after|before)":(.*)}/
        return output.map { line in
            guard let found = line.firstMatch(of: change) else { return line }
            return "\(found.1) \(found.2).\(found.3) \(found.4)"
        }
    }

    /// The SQL that the message tells to run.
    var remedy: String {
        let statement = /(ALTER|CREATE|SELECT|GRANT)\b(?:[^;"']|"[^"]*"|'[^']*')*;/
        guard let start = error.firstMatch(of: /[Rr]un:\s+/)?.range.upperBound else { return "" }
        var (rest, statements) = (error[start...], "")
        while let next = rest.prefixMatch(of: statement) {
            statements += next.0 + "\n"
            rest = rest[next.range.upperBound...].drop(while: \.isWhitespace)
        }
        return statements
    }

    /// Checks how it ended, and that it said each of the texts.
    func expect(_ code: Int32, saying texts: String..., at location: SourceLocation = #_sourceLocation) {
        #expect(status == .exited(code), "\(error)", sourceLocation: location)
        for text in texts {
            #expect(error.contains(text), "\"\(text)\" is not in: \(error)", sourceLocation: location)
        }
    }
}

/// A database of a test's own, and the slot that goes with it.
struct TestDatabase: Sendable {
    let server: PostgresServer
    let name: String
    /// Slots are the whole cluster's, and so are roles: both take the database's name.
    var slot: String { name }

    /// Runs a body, which may block, with a database on the suite's server; no slot of it is left afterwards.
    static func with(
        options: String = "", _ body: @escaping @Sendable (TestDatabase) throws -> Void
    ) async throws {
        try await blocking {
            let server = try SharedServer.current
            let database = TestDatabase(server: server, name: try server.createDatabase(options: options))
            defer { database.dropSlots() }
            try body(database)
        }
    }

    /// Runs a body with a database on a server of its own.
    static func withServer(
        settings: [String: String] = [:], tcp: Bool = false,
        _ body: @escaping @Sendable (TestDatabase) throws -> Void
    ) async throws {
        try await blocking {
            let server = try PostgresServer.start(settings: settings, tcp: tcp)
            try body(TestDatabase(server: server, name: try server.createDatabase()))
            try server.destroy()
        }
    }

    @discardableResult func psql(_ sql: String) throws -> String {
        try server.psql(sql, database: name)
    }

    /// Runs the program on this database to its end, which is by itself at the end of the log. Blocks.
    func stream(_ arguments: String..., user: String = "postgres") throws -> Run {
        try stream(arguments, user: user)
    }

    func stream(_ arguments: [String], user: String = "postgres") throws -> Run {
        try Run(command(arguments, user: user) + ["--until", "now"])
    }

    /// Starts the program on this database, and leaves it running.
    func start(
        _ arguments: String..., user: String = "postgres", stdout: WalbrookProcess.Output = .pipe
    ) throws -> WalbrookProcess {
        try WalbrookProcess.start(command(arguments, user: user), stdout: stdout)
    }

    /// Starts the program and waits until it streams from its slot.
    func startStreaming(_ arguments: String...) throws -> WalbrookProcess {
        let process = try WalbrookProcess.start(
            command(arguments + ["--log-level", "info"]), stdout: .pipe)
        try process.waitForStandardError(containing: " streaming ")
        return process
    }

    private func command(_ arguments: [String], user: String = "postgres") -> [String] {
        let own = arguments.contains("--slot") || arguments.contains("--temporary") ? [] : ["--slot", slot]
        return ["stream", "-d", server.conninfo(database: name, user: user)] + own + arguments
    }

    /// Names of all publications of the database.
    var publications: String {
        get throws { try psql("SELECT string_agg(pubname, ' ' ORDER BY pubname) FROM pg_publication") }
    }

    /// Names of all slots of the database.
    var slots: String {
        get throws {
            try psql(
                """
                SELECT string_agg(slot_name, ' ' ORDER BY slot_name) FROM pg_replication_slots
                 WHERE database = current_database()
                """)
        }
    }

    /// The server has few slots, and a test that failed may have left one in use.
    func dropSlots() {
        try? eventually(within: .seconds(10), "the slots of \(name) are dropped") {
            _ = try? psql(
                """
                SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
                 WHERE database = current_database() AND active;
                SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
                 WHERE database = current_database() AND NOT active
                """)
            return try slots.isEmpty
        }
    }
}
