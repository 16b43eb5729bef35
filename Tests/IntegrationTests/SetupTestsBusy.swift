import Foundation
import TestSupport
import Testing

extension Integration {
    /// What somebody else holds is waited for, for a while and not in silence.
    ///
    /// These tests take the ten seconds of that while, so they run beside each other.
    @Suite struct Busy {
        @Test func aSlotInUseIsTriedAgain() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let first = try database.startStreaming()
                let start = ContinuousClock.now
                let run = try Run(endOf: database.start())
                run.expect(
                    75, saying: "not ready; trying again", "is active for PID",
                    "the slot \(database.slot) is in use by another consumer", "--slot")
                #expect(ContinuousClock.now - start > .seconds(5), "it had no patience")
                // The first one did not notice.
                try database.psql("INSERT INTO t VALUES (1)")
                #expect(try first.readLines(1).count == 1)
                first.terminate()
                try Run(endOf: first).expect(0)
            }
        }

        @Test func aSlotThatBecomesFreeIsTaken() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let first = try database.startStreaming()
                let second = try database.start()
                try second.waitForStandardError(containing: "not ready; trying again")
                first.terminate()
                try Run(endOf: first).expect(0)
                try database.psql("INSERT INTO t VALUES (1)")
                #expect(try second.readLines(1).first?.hasSuffix(#""after":{"id":1}}"#) == true)
                second.terminate()
                try Run(endOf: second).expect(0)
            }
        }

        @Test func aSlotInUseDoesNotDelayTheEnd() async throws {
            try await TestDatabase.with { database in
                let first = try database.startStreaming()
                let second = try database.start()
                try second.waitForStandardError(containing: "not ready; trying again")
                second.terminate()
                try Run(endOf: second, within: .seconds(10)).expect(0)
                #expect(first.isRunning)
            }
        }

        @Test func allWalsendersTakenIsSaid() async throws {
            try await TestDatabase.withServer(settings: ["max_wal_senders": "1"]) { database in
                let first = try database.startStreaming()
                let run = try Run(endOf: database.start("--slot", "other"))
                run.expect(
                    78, saying: "not ready; trying again", "the server has no connection left for us",
                    "max_wal_senders", "restart the server")
                first.terminate()
                try Run(endOf: first).expect(0)
                try database.psql(run.remedy)
                try database.server.restart()
                let again = try database.startStreaming()
                try database.stream("--slot", "other").expect(0, saying: "created slot")
                #expect(again.isRunning)
            }
        }

        @Test func aWalsenderThatBecomesFreeIsTaken() async throws {
            try await TestDatabase.withServer(settings: ["max_wal_senders": "1"]) { database in
                let first = try database.startStreaming()
                let second = try database.start("--slot", "other", "--until", "now")
                try second.waitForStandardError(containing: "not ready; trying again")
                first.terminate()
                try Run(endOf: first).expect(0)
                try Run(endOf: second).expect(0, saying: "created slot")
            }
        }
    }

    /// A new slot waits for all transactions of the cluster that run when it is made; so each test has a server of
    /// its own.
    @Suite(.serialized) struct OpenTransactions {
        @Test(arguments: ["", "--temporary"])
        func areNamedAndWaitedFor(flag: String) async throws {
            try await TestDatabase.withServer { database in
                try database.psql(
                    "CREATE TABLE t (id int PRIMARY KEY); CREATE PUBLICATION walbrook FOR ALL TABLES")
                let session = try database.server.session(database: database.name)
                let transaction = try session.send(
                    "BEGIN; INSERT INTO t VALUES (1); SELECT pg_backend_pid(), pg_current_xact_id()")
                let parts = transaction.split(separator: "|")
                let process = try flag.isEmpty ? database.start() : database.start(flag)
                try process.waitForStandardError(
                    containing: "creating the slot waits for transactions to end")
                try process.waitForStandardError(
                    containing: "transaction \(parts[1]) of process \(parts[0]), ")
                try session.send("COMMIT; INSERT INTO t VALUES (2)")
                try eventually("the slot is in use") {
                    try database.psql("SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE active")
                        .isEmpty == false
                }
                try session.send("INSERT INTO t VALUES (3)")
                #expect(try process.readLines(1).count == 1)
                process.terminate()
                let run = try Run(endOf: process)
                run.expect(0)
                #expect(run.error.components(separatedBy: "waits for").count == 2, "it is said once")
                try session.close()
            }
        }

        @Test(arguments: [SIGTERM, SIGINT])
        func doNotDelayTheEnd(signal: Int32) async throws {
            try await TestDatabase.withServer { database in
                let session = try database.server.session(database: database.name)
                try session.send("BEGIN; SELECT pg_current_xact_id()")
                let process = try database.start()
                try process.waitForStandardError(containing: "creating the slot waits")
                process.signal(signal)
                let run = try Run(endOf: process, within: .seconds(10))
                run.expect(0)
                #expect(!run.error.contains("created slot"))
                #expect(run.error.contains("dropped publication"), "\(run.error)")
                #expect(try database.publications.isEmpty, "it was made for that slot")
                try eventually("the slot is gone") { try isWithoutTrace(database) }
                try session.send("COMMIT")
                #expect(try isWithoutTrace(database))
                try database.stream().expect(0, saying: "created slot")
                try session.close()
            }
        }

        /// The server would make it as soon as it gets the table's lock.
        @Test func aPublicationThatIsWaitedForIsGivenUp() async throws {
            try await TestDatabase.withServer { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let session = try database.server.session(database: database.name)
                try session.send("BEGIN; LOCK TABLE t; SELECT 1")
                let process = try database.start("--table", "public.t")
                try eventually("it waits for the lock") {
                    try database.psql(
                        "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'") == "1"
                }
                process.terminate()
                try Run(endOf: process, within: .seconds(10)).expect(0)
                try session.send("COMMIT; SELECT 1")
                try eventually("the walsender is gone") { try isWithoutTrace(database) }
                #expect(try database.publications.isEmpty)
                try session.close()
            }
        }

        @Test func aPublicationFromBeforeIsLeftAlone() async throws {
            try await TestDatabase.withServer { database in
                try database.psql("CREATE PUBLICATION walbrook FOR ALL TABLES")
                let session = try database.server.session(database: database.name)
                try session.send("BEGIN; SELECT pg_current_xact_id()")
                let process = try database.start()
                try process.waitForStandardError(containing: "creating the slot waits")
                process.terminate()
                try Run(endOf: process, within: .seconds(10)).expect(0)
                #expect(try database.publications == "walbrook")
                try session.close()
            }
        }

        /// Another stream found the publication, and waits for its slot too.
        @Test func aPublicationThatSomebodyElseUsesIsLeftAndSaid() async throws {
            try await TestDatabase.withServer { database in
                let session = try database.server.session(database: database.name)
                try session.send("BEGIN; SELECT pg_current_xact_id()")
                let process = try database.start()
                try process.waitForStandardError(containing: "creating the slot waits")
                let other = try database.start("--slot", "other", "--until", "now")
                try other.waitForStandardError(containing: "creating the slot waits")
                process.terminate()
                try Run(endOf: process, within: .seconds(10)).expect(
                    0, saying: "left behind", "the slot other", "DROP PUBLICATION")
                try session.send("COMMIT")
                try Run(endOf: other).expect(0, saying: "created slot")
                #expect(try database.publications == "walbrook")
                try session.close()
            }
        }

        private func isWithoutTrace(_ database: TestDatabase) throws -> Bool {
            try database.psql(
                """
                SELECT (SELECT count(*) FROM pg_replication_slots),
                       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'walsender')
                """) == "0|0"
        }
    }
}
