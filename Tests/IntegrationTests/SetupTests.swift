import TestSupport
import Testing

extension Integration {
    /// The first start makes a publication and a slot; later ones find them.
    @Suite(.serialized) struct FirstStart {
        @Test func makesThePublicationBeforeTheSlotAndSaysSo() async throws {
            try await TestDatabase.withServer { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                // Both have the default name.
                let arguments = ["stream", "-d", database.server.conninfo(database: database.name)]
                let run = try Run(arguments + ["--until", "now"])
                run.expect(
                    0, saying: "created publication", "publication=walbrook", "for=\"ALL TABLES\"",
                    "publish=\"insert, update, delete, truncate\"", "tables created later need a primary key",
                    "created slot", "slot=walbrook")
                let made = try database.psql(
                    """
                    SELECT slot_name, plugin, temporary, database = current_database(), pubname, puballtables,
                           pubviaroot, p.xmin::text::bigint < s.catalog_xmin::text::bigint
                      FROM pg_replication_slots s, pg_publication p
                    """)
                #expect(made == "walbrook|pgoutput|f|t|walbrook|t|f|t")

                try database.psql("INSERT INTO t VALUES (1)")
                let second = try Run(arguments + ["--until", "now"])
                #expect(second.changes == [#"insert public.t {"id":1}"#])
                #expect(second.status == .exited(0) && second.error.isEmpty, "\(second.error)")
            }
        }

        @Test func takesANameWithQuotesForThePublication() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let name = #"It's "Änderungen", alle \ "#
                try database.stream("--publication", name).expect(0, saying: "created publication")
                #expect(try database.publications == name)
                try database.psql("INSERT INTO t VALUES (1)")
                let run = try database.stream("--publication", name)
                run.expect(0)
                #expect(run.changes == [#"insert public.t {"id":1}"#])
            }
        }

        @Test func usesAPublicationThatIsThere() async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    """
                    CREATE TABLE wanted (id int PRIMARY KEY);
                    CREATE TABLE other (id int);
                    CREATE PUBLICATION walbrook FOR TABLE wanted
                    """)
                let run = try database.stream()
                run.expect(0, saying: "created slot")
                #expect(!run.error.contains("created publication"))
                try database.psql("INSERT INTO wanted VALUES (1); INSERT INTO other VALUES (2)")
                #expect(try database.stream().changes == [#"insert public.wanted {"id":1}"#])
            }
        }

        /// Under the names of its partitions, the rows of a table that was asked for by name would all be filtered out.
        @Test func namesAPartitionedTableAsItWasAskedFor() async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    """
                    CREATE TABLE sales (id int PRIMARY KEY) PARTITION BY RANGE (id);
                    CREATE TABLE sales_1 PARTITION OF sales FOR VALUES FROM (0) TO (100)
                    """)
                try database.stream("--table", "public.sales").expect(0)
                #expect(try database.psql("SELECT pubviaroot FROM pg_publication") == "t")
                try database.psql("INSERT INTO sales VALUES (1)")
                #expect(
                    try database.stream("--table", "public.sales").changes == [
                        #"insert public.sales {"id":1}"#
                    ])
            }
        }

        /// The publication is shared, and one of them made it.
        @Test func manyAtOnceDoNotHinderEachOther() async throws {
            try await TestDatabase.with { database in
                let processes = try (1...4).map { number in
                    try database.start("--slot", "\(database.slot)_\(number)", "--until", "now")
                }
                for process in processes { try Run(endOf: process).expect(0, saying: "created slot") }
                #expect(try database.publications == "walbrook")
            }
        }

        /// Whoever comes second finds the slot, and waits for it while it is in use.
        @Test func someAtOnceShareTheSlot() async throws {
            for _ in 1...5 {
                try await TestDatabase.with { database in
                    let processes = try (1...3).map { _ in try database.start("--until", "now") }
                    let runs = try processes.map { try Run(endOf: $0) }
                    for run in runs { run.expect(0) }
                    #expect(runs.count { $0.error.contains("created slot") } == 1)
                }
            }
        }

        @Test func needsLogicalWAL() async throws {
            try await TestDatabase.withServer(settings: ["wal_level": "replica"]) { database in
                let run = try database.stream()
                run.expect(78, saying: "wal_level is replica", "restart the server")
                #expect(try database.publications.isEmpty)
                try database.psql(run.remedy)
                try database.server.restart()
                try database.stream().expect(0, saying: "created slot")
            }
        }

        @Test func needsSlotsToBeAllowed() async throws {
            try await TestDatabase.withServer(settings: ["max_replication_slots": "0"]) { database in
                let run = try database.stream()
                run.expect(78, saying: "max_replication_slots", "restart the server")
                try database.psql(run.remedy)
                try database.server.restart()
                try database.stream().expect(0, saying: "created slot")
            }
        }
    }

    /// Nothing is made where the user said so, or where it could not be whole.
    @Suite(.serialized) struct NothingIsMade {
        @Test func withoutLeaveItIsAnErrorThatBothAreMissing() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let run = try database.stream("--no-create")
                run.expect(78, saying: "there is no slot \(database.slot)", "--no-create")
                #expect(try database.publications.isEmpty && database.slots.isEmpty)
                // The remedies of all runs together, in the order a user meets them.
                try database.psql(run.remedy)
                try database.psql("INSERT INTO t VALUES (1)")
                let next = try database.stream("--no-create")
                if next.status != .exited(0) { try database.psql(next.remedy) }
                try database.psql("INSERT INTO t VALUES (2)")
                let last = try database.stream("--no-create")
                last.expect(0)
                let changes = next.changes + last.changes
                #expect(changes == [#"insert public.t {"id":1}"#, #"insert public.t {"id":2}"#])
            }
        }

        @Test func withoutLeaveItIsAnErrorThatTheSlotIsMissing() async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    "CREATE TABLE t (id int PRIMARY KEY); CREATE PUBLICATION walbrook FOR ALL TABLES")
                let run = try database.stream("--no-create")
                run.expect(78, saying: "there is no slot \(database.slot)", "--no-create")
                #expect(try database.slots.isEmpty)
                try database.psql(run.remedy)
                try database.psql("INSERT INTO t VALUES (1)")
                #expect(try database.stream("--no-create").changes == [#"insert public.t {"id":1}"#])
            }
        }

        /// A publication made now is none for the changes since the slot was made: the server would refuse to
        /// decode them for ever, or leave them out without a word.
        @Test(arguments: [true, false])
        func aSlotWithoutItsPublicationIsOfNoUse(mayCreate: Bool) async throws {
            try await TestDatabase.with { database in
                let flags = mayCreate ? "--transactions" : "--no-create"
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                try database.stream().expect(0)
                try database.psql("DROP PUBLICATION walbrook; INSERT INTO t VALUES (1)")
                let run = try database.stream(flags)
                run.expect(78, saying: "there is no publication walbrook")
                #expect(run.output.isEmpty)
                #expect(try database.publications.isEmpty)
                try database.psql(run.remedy)
                try database.stream(flags).expect(0)
                try database.psql("INSERT INTO t VALUES (2)")
                let mended = try database.stream(flags)
                mended.expect(0)
                #expect(mended.changes.contains(#"insert public.t {"id":2}"#))
            }
        }

        @Test func oneOfSeveralPublicationsIsMissing() async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    """
                    CREATE TABLE a (id int PRIMARY KEY);
                    CREATE TABLE b (id int PRIMARY KEY);
                    CREATE PUBLICATION first FOR TABLE a
                    """)
                let run = try database.stream("--publication", "first", "--publication", "second")
                run.expect(78, saying: "there is no publication second", "CREATE PUBLICATION")
                #expect(try database.publications == "first" && database.slots.isEmpty)
                try database.psql("CREATE PUBLICATION second FOR TABLE b")
                try database.stream("--publication", "first", "--publication", "second").expect(0)
                try database.psql("INSERT INTO a VALUES (1); INSERT INTO b VALUES (2)")
                let both = try database.stream("--publication", "first", "--publication", "second")
                #expect(both.changes == [#"insert public.a {"id":1}"#, #"insert public.b {"id":2}"#])
            }
        }
    }
}
