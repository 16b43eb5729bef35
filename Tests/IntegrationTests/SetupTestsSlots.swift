import Foundation
import Synchronization
import TestSupport
import Testing

extension Integration {
    /// A slot that is there must be the right one.
    @Suite(.serialized) struct Slots {
        @Test(arguments: [
            ("pg_create_logical_replication_slot('%@', 'test_decoding')", "uses the plugin test_decoding"),
            ("pg_create_physical_replication_slot('%@')", "is one for physical replication"),
        ])
        func ofAnotherKindIsRefused(making function: String, sentence: String) async throws {
            try await TestDatabase.with { database in
                let server = database.server
                defer { _ = try? server.psql("SELECT pg_drop_replication_slot('\(database.slot)')") }
                try database.psql("SELECT \(function.replacing("%@", with: database.slot))")
                let run = try database.stream()
                run.expect(78, saying: "the slot \(database.slot) \(sentence)", "--slot")
                #expect(try database.publications.isEmpty)
                try database.stream("--slot", "\(database.slot)_2").expect(0, saying: "created slot")
            }
        }

        @Test func ofAnotherDatabaseIsRefused() async throws {
            try await TestDatabase.with { database in
                try database.stream().expect(0)
                let other = TestDatabase(server: database.server, name: try database.server.createDatabase())
                let run = try other.stream("--slot", database.slot)
                run.expect(
                    78,
                    saying: "the slot \(database.slot) belongs to the database \(database.name), not to "
                        + other.name, "--slot")
                #expect(try other.publications.isEmpty)
                try database.stream().expect(0)
            }
        }

        @Test func allTakenIsSaid() async throws {
            try await TestDatabase.withServer(settings: ["max_replication_slots": "1"]) { database in
                try database.psql("SELECT pg_create_physical_replication_slot('only')")
                let run = try database.stream()
                run.expect(78, saying: "no free replication slot", "restart the server")
                try database.psql(run.remedy)
                try database.server.restart()
                try database.stream().expect(0, saying: "created slot")
            }
        }

        @Test func lostIsSaid() async throws {
            let settings = [
                "max_slot_wal_keep_size": "1MB", "max_wal_size": "32MB", "min_wal_size": "32MB",
            ]
            try await TestDatabase.withServer(settings: settings) { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                try database.stream().expect(0)
                let status = "SELECT wal_status FROM pg_replication_slots"
                try eventually("the slot is lost") {
                    try database.psql("INSERT INTO t SELECT coalesce(max(id), 0) + 1 FROM t")
                    try database.psql("SELECT pg_switch_wal()")
                    try database.psql("CHECKPOINT")
                    return try database.psql(status) == "lost"
                }
                let confirmed = try database.psql("SELECT confirmed_flush_lsn FROM pg_replication_slots")
                let run = try database.stream()
                run.expect(
                    78, saying: "the slot \(database.slot) is lost", "removed WAL", "from \(confirmed) on",
                    "max_slot_wal_keep_size", "new copy of the tables")
                #expect(run.output.isEmpty)
                #expect(try database.psql(status) == "lost")
                try database.psql(run.remedy)
                try database.stream().expect(0, saying: "created slot")
            }
        }
    }

    /// What happens to the slot while the program is away. It is stopped, so that it comes back when told to.
    @Suite(.serialized) struct SlotsMeanwhile {
        @Test func droppedIsNotMadeAnew() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let process = try database.startStreaming()
                try whileAway(process, database) {
                    try database.psql("INSERT INTO t VALUES (1)")
                    try database.psql("SELECT pg_drop_replication_slot('\(database.slot)')")
                }
                try Run(endOf: process).expect(
                    78, saying: "the slot \(database.slot) was dropped while the stream was interrupted",
                    "are lost to this stream", "new copy of the tables")
                #expect(try database.slots.isEmpty)
            }
        }

        @Test func droppedAndMadeAnewIsNoticed() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let process = try database.startStreaming()
                try whileAway(process, database) {
                    try database.psql("INSERT INTO t VALUES (1)")
                    try database.psql("SELECT pg_drop_replication_slot('\(database.slot)')")
                    try database.psql(
                        "SELECT pg_create_logical_replication_slot('\(database.slot)', 'pgoutput')")
                }
                try Run(endOf: process).expect(78, saying: "somebody else moved it", "lost to this stream")
            }
        }

        @Test func advancedBySomebodyElseIsNoticed() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let process = try database.startStreaming()
                let position = "(SELECT confirmed_flush_lsn FROM pg_replication_slots WHERE slot_name = '%@')"
                    .replacing("%@", with: database.slot)
                try whileAway(process, database) {
                    try database.psql("INSERT INTO t VALUES (1)")
                    try database.psql(
                        "SELECT pg_replication_slot_advance('\(database.slot)', pg_current_wal_lsn())")
                }
                let moved = try database.psql("SELECT \(position)")
                let run = try Run(endOf: process)
                run.expect(
                    78, saying: "the slot stands at \(moved)", "somebody else moved it",
                    "lost to this stream", "Use a slot of its own for each consumer")
                #expect(try database.psql("SELECT \(position)") == moved)
            }
        }

        /// Between our look at the slot and the start of the stream.
        @Test(arguments: [
            ("pg_replication_slot_advance('%@', pg_current_wal_lsn())", "somebody else moved it"),
            (
                "pg_drop_replication_slot('%@'), pg_create_logical_replication_slot('%@', 'pgoutput')",
                "somebody else moved it"
            ),
            ("pg_drop_replication_slot('%@')", "was dropped while the stream was interrupted"),
        ])
        func touchedAtTheLastMomentIsNoticed(calls: String, sentence: String) async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let starts = Atomic(0)
                let relay = try Relay(to: database.server) {
                    StartFilter {
                        guard starts.add(1, ordering: .relaxed).newValue == 2 else { return }
                        try database.psql("INSERT INTO t VALUES (1)")
                        try database.psql("SELECT \(calls.replacing("%@", with: database.slot))")
                    }
                }
                let process = try WalbrookProcess.start(
                    ["stream", "-d", relay.conninfo(database: database.name), "--slot", database.slot]
                        + ["--log-level", "info"], stdout: .pipe)
                try process.waitForStandardError(containing: " streaming ")
                try database.psql(
                    """
                    SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
                     WHERE slot_name = '\(database.slot)'
                    """)
                try Run(endOf: process).expect(78, saying: sentence, "lost to this stream")
                #expect(starts.load(ordering: .relaxed) == 2)
            }
        }

        @Test func unchangedIsContinued() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let process = try database.startStreaming()
                try database.psql("INSERT INTO t VALUES (1)")
                #expect(try process.readLines(1).count == 1)
                try whileAway(process, database) {
                    try database.psql("INSERT INTO t VALUES (2)")
                }
                #expect(try process.readLines(1).first?.hasSuffix(#""after":{"id":2}}"#) == true)
                process.terminate()
                try Run(endOf: process).expect(0, saying: "connection lost; trying again", "streaming again")
            }
        }

        private func whileAway(
            _ process: WalbrookProcess, _ database: TestDatabase, _ body: () throws -> Void
        ) throws {
            process.signal(SIGSTOP)
            defer { process.signal(SIGCONT) }
            try eventually("the slot is free") {
                try database.psql(
                    """
                    SELECT count(pg_terminate_backend(active_pid)) FROM pg_replication_slots
                     WHERE slot_name = '\(database.slot)' AND active
                    """) == "0"
            }
            try body()
        }
    }
}
