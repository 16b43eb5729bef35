import TestSupport
import Testing

extension Integration {
    /// Whatever happens to any query of a start: from the first one to the look-ups of a table whose columns have types
    /// of its own.
    @Suite struct EachQuery {
        enum Start: Sendable {
            /// Slot and publication are there, and changes to look things up for.
            case again
            /// Both are made.
            case first
        }

        /// A server, or something between, that answers otherwise than it must.
        @Test(arguments: [
            (Start.again, Damage.oneColumnLess), (.again, .nothing), (.first, .oneColumnLess),
            (.first, .noRows),
            (.first, .nulls),
        ])
        func answeredWronglyEndsTheProgramAndNeverTrapsIt(start: Start, damage: Damage) async throws {
            try await forEachQuery(of: start) { database, target, log in
                let relay = try Relay(to: database.server) { DamagingFilter(damage, to: target, log) }
                return (
                    relay,
                    { run, query in
                        guard case .exited(let code) = run.status else {
                            Issue.record("\(run.status) by damage to: \(query)\n\(run.error)")
                            return
                        }
                        #expect([0, 69, 70, 77, 78].contains(code), "\(query)\n\(run.error)")
                        if damage == .nothing, query.hasPrefix("IDENTIFY") {
                            run.expect(
                                70, saying: "does not answer as PostgreSQL does", "0 columns instead of")
                        }
                    }
                )
            }
        }

        /// The connection breaks, or the server ends it.
        @Test(arguments: [(Start.again, EndingFilter.Ending.cut), (.first, .terminated)])
        func interruptedIsDoneAgain(start: Start, ending: EndingFilter.Ending) async throws {
            try await forEachQuery(of: start) { database, target, log in
                let relay = try Relay(to: database.server) {
                    EndingFilter(ending, before: target, log, on: database.server)
                }
                return (
                    relay,
                    { run, query in
                        #expect(run.status == .exited(0), "\(query)\n\(run.error)")
                        #expect(run.output.count <= 1, "\(query)\n\(run.output)")
                    }
                )
            }
        }

        private typealias Check = (_ run: Run, _ query: String) throws -> Void

        /// Runs the program once for each query that it makes, with something between it and the server.
        private func forEachQuery(
            of start: Start,
            _ between: @escaping @Sendable (TestDatabase, _ target: Int, QueryLog) throws -> (Relay, Check)
        ) async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    """
                    CREATE TYPE mood AS ENUM ('good', 'bad');
                    CREATE TYPE pair AS (a int, b mood[]);
                    CREATE TABLE t (id int, p pair);
                    ALTER TABLE t REPLICA IDENTITY FULL
                    """)
                if start == .again { try database.stream().expect(0) }
                var target = 0
                var queries: [String] = []
                repeat {
                    try database.psql(start == .again ? Self.oneRow(database) : Self.nothingMade(database))
                    target += 1
                    let log = QueryLog()
                    let (relay, check) = try between(database, target, log)
                    let run = try Run(
                        ["stream", "-d", relay.conninfo(database: database.name), "--slot", database.slot]
                            + ["--table", "public.t", "--until", "now"], within: .seconds(20))
                    queries = log.all
                    if target <= queries.count {
                        try check(run, queries[target - 1])
                    } else {
                        // Nothing happened to the last one.
                        run.expect(0)
                        #expect(run.output.count == (start == .again ? 1 : 0))
                    }
                } while target <= queries.count
                #expect(target > 8)
            }
        }

        private static func oneRow(_ database: TestDatabase) -> String {
            """
            SELECT pg_replication_slot_advance('\(database.slot)', pg_current_wal_lsn());
            INSERT INTO t VALUES (1, '(1,{good})')
            """
        }

        private static func nothingMade(_ database: TestDatabase) -> String {
            """
            SELECT pg_drop_replication_slot(slot_name) FROM pg_replication_slots
             WHERE database = current_database();
            DROP PUBLICATION IF EXISTS walbrook
            """
        }
    }
}
