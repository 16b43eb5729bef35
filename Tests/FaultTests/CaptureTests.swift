import Foundation
import TestSupport
import Testing

/// Capture by triggers beside many writers, while whoever reads is killed again and again.
@Suite struct CaptureTests {
    private static let clients = 8
    private static let transactions = 1250
    /// Changes of each transaction: two blocks of counters, and rows of its own.
    private static let changes = 20

    /// Rows are locked in the order of their numbers, so that no two transactions wait for each other.
    private static let script = #"""
        \set a random(0, 49)
        \set b random(50, 99)
        BEGIN;
        UPDATE counters SET n = n + 1
         WHERE id IN (SELECT id FROM counters WHERE block = :a ORDER BY id FOR UPDATE);
        INSERT INTO entries (v) SELECT 'a "b" \c, ' || g FROM generate_series(1, 10) g;
        UPDATE counters SET n = n + 1
         WHERE id IN (SELECT id FROM counters WHERE block = :b ORDER BY id FOR UPDATE);
        COMMIT;
        """#

    @Test(.timeLimit(.minutes(10)))
    func killedBesideWriters() async throws {
        let server = try await blocking { try PostgresServer.start(settings: ["wal_level": "replica"]) }
        let directory = try TemporaryDirectory()
        let path = directory.path("events.ndjson")
        let arguments = [
            "stream", "-d", server.conninfo(), "--capture", "triggers", "--transactions", "--to",
            "file:\(path)",
        ]
        try await blocking {
            try server.run(
                tool: "psql", arguments: ["-q", "-v", "ON_ERROR_STOP=1", "-f", Self.captureScript])
            try server.psql(
                """
                CREATE TABLE counters (id int PRIMARY KEY, block int, n int NOT NULL DEFAULT 0);
                CREATE INDEX ON counters (block);
                CREATE TABLE entries (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text);
                SELECT walbrook.capture('counters'), walbrook.capture('entries');
                INSERT INTO counters (id, block) SELECT g, g / 5 FROM generate_series(0, 499) g;
                INSERT INTO counters (id, block) SELECT g, 1000 FROM generate_series(1000, 1002) g;
                """)
            try Self.script.write(toFile: directory.path("script"), atomically: true, encoding: .utf8)
        }
        async let written: Void = blocking { try Self.write(server, directory.path("script")) }
        let killing = try await blocking {
            var seed = Seed("kill -9 beside a changelog")
            for _ in 1...20 {
                let process = try WalbrookProcess.start(arguments, stdout: .devNull)
                seed.pause(100...1500)
                guard process.isRunning else { throw TestFailure(process.standardError) }
                process.kill()
            }
            return true
        }
        try await written
        try await blocking {
            #expect(killing)
            try WalbrookProcess.start(arguments + ["--until", "now"], stdout: .devNull)
                .succeed(within: .seconds(180))
            try Self.judge(path, server)
            #expect(try server.psql("SELECT count(*) FROM walbrook.changelog") == "0")
            try server.destroy()
        }
    }

    /// Eight writers, and three transactions that begin before them and commit after a part of their work.
    private static func write(_ server: PostgresServer, _ script: String) throws {
        let long = try (0..<3).map { index in
            let session = try server.session()
            try session.send("BEGIN; UPDATE counters SET n = n + 1 WHERE id = \(1000 + index)")
            return session
        }
        for (index, session) in long.enumerated() {
            try server.run(
                tool: "pgbench",
                arguments: [
                    "-n", "-c", "\(clients)", "-j", "2", "-t",
                    "\(transactions / 3 + (index == 0 ? transactions % 3 : 0))",
                    "-f", script,
                ])
            try session.send("UPDATE counters SET n = n + 1 WHERE id = \(1000 + index); COMMIT")
            try session.close()
        }
    }

    private static func judge(_ path: String, _ server: PostgresServer) throws {
        let log = EventLog(path)
        try log.assertPositionsStrictlyIncrease()
        let counts = try log.counts()
        let all = clients * transactions
        #expect(counts["update"] == all * 10 + 6)
        #expect(counts["insert"] == all * 10 + 503)
        #expect(counts["begin"] == all + 5 && counts["commit"] == all + 5)
        // In the database, which is quicker at it: transactions are whole and come once, each change of a row finds what the
        // one before it left, and the last of each row is what the table has.
        let copy = try server.psql(
            """
            CREATE UNLOGGED TABLE event (place bigint GENERATED ALWAYS AS IDENTITY, e json);
            \\copy event (e) FROM '\(path)' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')
            SELECT (SELECT count(*) FROM (
                SELECT FROM (SELECT place, e->>'op' AS op, e->>'xid' AS xid, (e->>'changes')::int AS changes FROM event) e
                GROUP BY xid HAVING NOT (
                    max(place) - min(place) + 1 = count(*) AND count(*) = max(changes) + 2
                    AND min(place) FILTER (WHERE op = 'begin') = min(place)
                    AND max(place) FILTER (WHERE op = 'commit') = max(place))) cut),
              (SELECT count(*) FROM (
                SELECT (e#>>'{before,n}')::int AS before, (e#>>'{after,n}')::int AS after,
                    lag((e#>>'{after,n}')::int, 1, 0) OVER (PARTITION BY e#>>'{key,id}' ORDER BY place) AS last
                FROM event WHERE e->>'op' = 'update') updates WHERE before <> last OR after <> before + 1),
              (SELECT count(*) FROM (
                SELECT DISTINCT ON (e#>>'{key,id}') (e#>>'{after,id}')::int, (e#>>'{after,block}')::int, (e#>>'{after,n}')::int, true
                FROM event WHERE e->>'table' = 'counters' ORDER BY e#>>'{key,id}', place DESC) AS last (id, block, n, is_event)
                NATURAL FULL JOIN (SELECT *, true AS is_row FROM counters) counters WHERE is_row IS NULL OR is_event IS NULL),
              (SELECT count(*) FROM counters),
              (SELECT count(*) FROM event JOIN entries ON id = (e#>>'{after,id}')::bigint AND v = e#>>'{after,v}'
                WHERE e->>'table' = 'entries'),
              (SELECT count(*) FROM entries);
            DROP TABLE event
            """)
        #expect(
            copy == "0|0|0|503|\(all * 10)|\(all * 10)",
            "transactions that are cut, changes out of their row's order, rows that differ")
    }

    private static var captureScript: String {
        var root = URL(fileURLWithPath: #filePath)
        for _ in 0..<3 { root.deleteLastPathComponent() }
        return root.appendingPathComponent("sql/capture.sql").path
    }

    /// The server dies beside the stream, which goes on by itself and writes nothing twice.
    @Test(.timeLimit(.minutes(5)))
    func throughCrashesOfTheServer() async throws {
        let server = try await blocking { try PostgresServer.start(settings: ["wal_level": "replica"]) }
        let directory = try TemporaryDirectory()
        let path = directory.path("events.ndjson")
        let arguments = ["stream", "-d", server.conninfo(), "--capture", "triggers", "--to", "file:\(path)"]
        let process = try await blocking {
            try Load.prepare(server, "postgres")
            try server.run(
                tool: "psql", arguments: ["-q", "-v", "ON_ERROR_STOP=1", "-f", Self.captureScript])
            // What was there before is no event, so begin with nothing.
            try server.psql(
                """
                SELECT walbrook.capture('pgbench_tellers'), walbrook.capture('pgbench_branches'),
                    walbrook.capture('pgbench_history');
                UPDATE pgbench_tellers SET filler = 'x'; UPDATE pgbench_branches SET filler = 'x';
                """)
            let process = try WalbrookProcess.start(arguments + ["--log-level", "info"], stdout: .devNull)
            try process.waitForStandardError(containing: " streaming ")
            return process
        }
        try await Load.during(server, "postgres") {
            var seed = Seed("crashes of the server beside a changelog")
            for _ in 1...6 {
                seed.pause(300...1200)
                try server.kill()
                try server.start()
            }
        }
        try await blocking {
            process.terminate()
            try process.succeed()
            try WalbrookProcess.start(arguments + ["--until", "now"], stdout: .devNull).succeed()
            try EventLog(path).assertPositionsStrictlyIncrease()
            let counts = try EventLog(path).counts()
            let history = try server.psql("SELECT count(*) FROM pgbench_history")
            #expect("\(counts["insert"] ?? 0)" == history)
            // Of each row the last event is the row as it is, and each but the first follows the one before.
            let balance = try server.psql("SELECT sum(bbalance) FROM pgbench_branches")
            let last = try EventLog(path).lines().last { $0.contains("\"pgbench_branches\"") } ?? ""
            #expect(last.contains("\"bbalance\":\(balance),"))
            try server.destroy()
        }
    }
}
