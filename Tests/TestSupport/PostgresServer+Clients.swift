internal import Foundation
internal import Synchronization

extension PostgresServer {
    /// A keyword/value connection string.
    ///
    /// - Parameter tcp: over 127.0.0.1 instead of the socket; the server must listen there.
    package func conninfo(
        database: String = "postgres", user: String = "postgres", tcp: Bool = false
    ) -> String {
        func quoted(_ value: String) -> String {
            let escaped = value.replacingOccurrences(of: "\\", with: "\\\\")
            return "'\(escaped.replacingOccurrences(of: "'", with: "\\'"))'"
        }
        let host = tcp ? "127.0.0.1" : socketDirectory
        return "host=\(host) port=\(port) user=\(quoted(user)) dbname=\(quoted(database))"
    }

    /// A connection URI.
    package func uri(database: String = "postgres", user: String = "postgres", tcp: Bool = false) -> String {
        func encoded(_ value: String) -> String {
            value.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? value
        }
        let end = tcp ? "127.0.0.1:\(port)/\(encoded(database))" : "/\(encoded(database))"
        let query = tcp ? "" : "?host=\(encoded(socketDirectory))&port=\(port)"
        return "postgresql://\(encoded(user))@\(end)\(query)"
    }

    /// Leads libpq here, for programs that are told nothing else.
    package var environment: [String: String] {
        ["PGHOST": socketDirectory, "PGPORT": "\(port)", "PGUSER": "postgres"]
    }

    /// Runs SQL (or anything psql understands) and returns what it printed, unaligned and without headers.
    ///
    /// - Throws: `TestFailure` with the error, at the first statement that fails.
    @discardableResult package func psql(_ sql: String, database: String = "postgres") throws -> String {
        try run(tool: "psql", arguments: Self.psqlOptions, database: database, input: sql)
            .trimmingCharacters(in: .newlines)
    }

    static let psqlOptions = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"]

    /// Makes a database and returns its name.
    ///
    /// - Parameters:
    ///   - name: by default one that no other database has.
    ///   - options: the rest of the statement, like `ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0`.
    package func createDatabase(_ name: String? = nil, options: String = "") throws -> String {
        let name = name ?? "db\(Self.databases.add(1, ordering: .relaxed).newValue)"
        try psql("CREATE DATABASE \(Self.quotedIdentifier(name)) \(options)")
        return name
    }

    private static let databases = Atomic(0)

    static func quotedIdentifier(_ name: String) -> String {
        "\"\(name.replacingOccurrences(of: "\"", with: "\"\""))\""
    }

    /// Runs a client program of PostgreSQL (pgbench, pg_dump, psql, …) against this server to its end.
    ///
    /// - Returns: its standard output.
    /// - Throws: `TestFailure` with its standard error when it does not exit with 0.
    @discardableResult package func run(
        tool: String, arguments: [String] = [], database: String = "postgres", input: String = ""
    ) throws -> String {
        try ChildProcess.run(
            [PostgresBinaries.path(tool)] + arguments, environment: environment(database), input: input)
    }

    /// Starts a client program and leaves it running: a load that goes on while the test does harm.
    /// Its output is thrown away; with the last reference it is killed.
    package func launch(
        tool: String, arguments: [String] = [], database: String = "postgres"
    ) throws -> ChildProcess {
        try ChildProcess(
            [PostgresBinaries.path(tool)] + arguments,
            environment: ChildProcess.inheritedEnvironment(adding: environment(database)))
    }

    /// Opens a psql that stays connected, for transactions that stay open.
    package func session(database: String = "postgres") throws -> PostgresSession {
        try PostgresSession(
            [PostgresBinaries.path("psql")] + Self.psqlOptions, environment: environment(database))
    }

    func environment(_ database: String) -> [String: String] {
        environment.merging(["PGDATABASE": database]) { $1 }
    }
}
