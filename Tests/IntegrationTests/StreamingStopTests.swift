import Foundation
import TestSupport
import Testing

extension Integration.Streaming {
    /// `--until`, and what the server may forget. Each with a server of its own, where nobody else writes.
    @Suite struct Stops {
        @Test func untilNowEndsWithinASecondWhenNothingHappens() async throws {
            try await blocking {
                let server = try PostgresServer.start()
                try server.psql("CREATE TABLE t (id int PRIMARY KEY)")
                try Self.expectQuickEnd(server, "made the slot")
                try Self.expectQuickEnd(server, "idle")
                try server.psql("SELECT pg_switch_wal()")
                try Self.expectQuickEnd(server, "behind the long header of a segment's first page")
                try Self.fillPage(server)
                try Self.expectQuickEnd(server, "behind the short header of a page")
                for _ in 1...5 {
                    try server.psql(
                        "SET synchronous_commit = off; INSERT INTO t SELECT coalesce(max(id), 0) + 1 FROM t")
                    try Self.expectQuickEnd(server, "after an asynchronous commit")
                }
                try server.destroy()
            }
        }

        /// The end of the log is the very LSN of the message that was written last.
        @Test func untilNowTakesTheLastMessage() async throws {
            try await TestDatabase.withServer { database in
                try database.stream().expect(0)
                for number in 1...3 {
                    try database.psql("SELECT pg_logical_emit_message(false, 'p', '\(number)')")
                    let lines = try database.stream().output
                    #expect(lines.count == 1 && lines[0].hasSuffix("\"content\":\"\(number)\"}"))
                }
            }
        }

        /// Other tests may keep the machine busy for a while, so the best of some attempts counts.
        private static func expectQuickEnd(_ server: PostgresServer, _ situation: String) throws {
            var best = Duration.seconds(60)
            for _ in 1...5 where best >= .seconds(1) {
                let start = ContinuousClock.now
                let process = try WalbrookProcess.start(
                    ["stream", "-d", server.conninfo(), "--until", "now"], stdout: .devNull)
                let status = try process.wait(within: .seconds(20))
                best = min(best, ContinuousClock.now - start)
                #expect(status == .exited(0), "\(situation): \(process.standardError)")
            }
            #expect(best < .seconds(1), "\(situation): it took \(best)")
        }

        /// Writes until the next record would start right behind the header of a new page.
        private static func fillPage(_ server: PostgresServer) throws {
            try server.psql(
                """
                DO $$
                DECLARE missing int; overhead int := 56;
                BEGIN
                    FOR attempt IN 1..5000 LOOP
                        missing := 8192 - mod(pg_current_wal_insert_lsn() - '0/0', 8192)::int;
                        EXIT WHEN missing = 8192 - 24;
                        PERFORM pg_logical_emit_message(
                            false, 'p', repeat('x', greatest(missing - overhead - (attempt % 8), 1)));
                    END LOOP;
                    IF mod(pg_current_wal_insert_lsn() - '0/0', 8192) <> 24 THEN
                        RAISE 'no luck in reaching the page boundary';
                    END IF;
                END $$
                """)
        }

        @Test func untilAPositionEndsWithItAndUntilAnLSNBeforeIt() async throws {
            try await blocking {
                let fixture = try Integration.Streaming.Fixture("CREATE TABLE t (id int PRIMARY KEY)")
                try fixture.psql("INSERT INTO t VALUES (1), (2), (3); INSERT INTO t VALUES (4)")
                // A second slot on the same events, since a slot forgets what was confirmed.
                for copy in ["pos", "lsn", "commit"] {
                    try fixture.psql(
                        "SELECT pg_copy_logical_replication_slot('\(fixture.slot)', '\(fixture.slot)_\(copy)')"
                    )
                }
                let all = try fixture.stream("--until", "now")
                #expect(all.count == 4)
                func position(_ line: String) -> String { String(line.dropFirst(8).prefix(26)) }

                let upTo = try fixture.stream("--until", position(all[1]), "--slot", fixture.slot + "_pos")
                #expect(upTo == Array(all.prefix(2)), "up to and with the event")
                let rest = try fixture.stream("--until", "now", "--slot", fixture.slot + "_pos")
                #expect(rest == all, "a transaction that was cut comes whole again")

                let lsn = String(position(all[3]).prefix(17))
                let below = try fixture.stream("--until", lsn, "--slot", fixture.slot + "_lsn")
                #expect(below == Array(all.prefix(3)), "every transaction with a commit LSN below it")
                #expect(try fixture.stream("--until", "now", "--slot", fixture.slot + "_lsn") == [all[3]])
            }
        }

        @Test func anIdleDatabaseBesideABusyOneHoldsNoLog() async throws {
            try await blocking {
                let server = try PostgresServer.start()
                let busy = try server.createDatabase()
                try server.psql("CREATE TABLE t (id int PRIMARY KEY)", database: busy)
                let process = try WalbrookProcess.start(["stream", "-d", server.conninfo()], stdout: .pipe)
                try eventually("the slot is active") {
                    try server.psql("SELECT count(*) FROM pg_replication_slots WHERE active") == "1"
                }
                for round in 1...3 {
                    try server.psql(
                        "INSERT INTO t SELECT g FROM generate_series(\(round)000, \(round)500) g",
                        database: busy)
                    let end = try server.psql("SELECT pg_current_wal_lsn()")
                    try eventually(
                        within: .seconds(10), "the idle database's slot passes what the busy one wrote"
                    ) {
                        try server.psql(
                            "SELECT confirmed_flush_lsn >= '\(end)' FROM pg_replication_slots") == "t"
                    }
                }
                process.terminate()
                #expect(try process.wait() == .exited(0))
                try server.destroy()
            }
        }
    }
}
