internal import Foundation

/// Judges a file of events with a database: replayed into empty tables, the events must give the rows
/// that the source has.
package enum Oracle {
    /// The definitions of a database, to take before a workload that changes them.
    package static func schema(of database: String, on server: PostgresServer) throws -> String {
        // A publication would make the replay fail on tables without identity, as it would in the source.
        try server.run(
            tool: "pg_dump",
            arguments: [
                "--schema-only", "--no-publications", "--no-subscriptions", "--no-owner", "--no-privileges",
            ], database: database)
    }

    /// Replays the events into a new database on the same server and compares all logged tables.
    ///
    /// Writers of the source must have ended. The new database is dropped when all is equal and kept for
    /// inspection when not.
    ///
    /// - Parameters:
    ///   - schema: what the new database begins with; the source's present definitions when nil.
    ///   - excluded: tables that are not in the publication, as `schema.table`.
    /// - Throws: `TestFailure` with the tables and their first rows that differ.
    package static func verify(
        events path: String, source database: String, on server: PostgresServer,
        emptyFrom schema: String? = nil, excluding excluded: Set<String> = []
    ) throws {
        let definitions = try schema ?? Self.schema(of: database, on: server)
        let target = try server.createDatabase(options: "TEMPLATE template0")
        try server.psql(definitions, database: target)
        try server.psql(silenceTriggers, database: target)
        try replay(events: path, into: target, on: server)
        try TableComparison(server: server, source: database, target: target).compare(excluding: excluded)
        try server.psql("DROP DATABASE \(target)")
    }

    /// Applies events to the tables of a database, as a user does it: with `sql/replay.sql`.
    ///
    /// - Parameter variables: what psql sets before, on top of `events`.
    package static func replay(
        events path: String, into database: String, on server: PostgresServer,
        variables: [String: String] = [:]
    ) throws {
        let all = variables.merging(["events": path, "ON_ERROR_STOP": "1"]) { $1 }
        let settings = all.flatMap { ["-v", "\($0)=\($1)"] }
        try server.run(
            tool: "psql", arguments: ["-X", "-q"] + settings + ["-f", repository("sql/replay.sql")],
            database: database)
    }

    /// What triggers and foreign keys did in the source comes as events, and must not be done twice. (The
    /// replication role alone would leave ENABLE ALWAYS triggers on.)
    private static let silenceTriggers = """
        SELECT format('ALTER TABLE %s DISABLE TRIGGER ALL', oid::regclass) FROM pg_class
        WHERE relkind IN ('r', 'p') AND oid >= 16384 \\gexec
        SELECT format('ALTER EVENT TRIGGER %I DISABLE', evtname) FROM pg_event_trigger \\gexec
        """

    /// A file of the repository that this file was compiled from.
    private static func repository(_ path: String, from file: String = #filePath) -> String {
        var root = URL(fileURLWithPath: file)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        return root.appendingPathComponent(path).path
    }
}
