import TestSupport
import Testing

extension Integration {
    /// A publication must not break the application: the server refuses UPDATE and DELETE on published tables that
    /// have no usable replica identity.
    @Suite(.serialized) struct Identity {
        /// Tables that the server would refuse to update, by name, with what makes each of them.
        private static let refused = [
            ("audit.log", "(v int)"),
            ("public.deferred", "(id int PRIMARY KEY DEFERRABLE, v int)"),
            ("public.dropped", "(id int NOT NULL CONSTRAINT dropped_id UNIQUE, v int)"),
            ("public.keyless", "(v int)"),
            ("public.leaf_2", "PARTITION OF public.root FOR VALUES FROM (100) TO (200)"),
            ("public.nothing", "(id int PRIMARY KEY, v int)"),
            (#"public."Großer ""Name"".1 ;'""#, "(v int)"),
        ]
        private static let allowed = [
            ("public.keyed", "(id int PRIMARY KEY, v int)"),
            ("public.indexed", "(id int NOT NULL CONSTRAINT indexed_id UNIQUE, v int)"),
            ("public.whole", "(v int)"),
            ("public.leaf_1", "PARTITION OF public.root FOR VALUES FROM (0) TO (100)"),
        ]
        private static let schema =
            """
            CREATE SCHEMA audit;
            CREATE TABLE public.root (id int, v int) PARTITION BY RANGE (id);
            """
            + (refused + allowed).map { "CREATE TABLE \($0) \($1);" }.joined(separator: "\n")
                + """
                ALTER TABLE nothing REPLICA IDENTITY NOTHING;
                ALTER TABLE dropped REPLICA IDENTITY USING INDEX dropped_id;
                ALTER TABLE dropped DROP CONSTRAINT dropped_id;
                ALTER TABLE indexed REPLICA IDENTITY USING INDEX indexed_id;
                ALTER TABLE whole REPLICA IDENTITY FULL;
                ALTER TABLE leaf_1 ADD PRIMARY KEY (id);
                -- No obstacle:
                CREATE UNLOGGED TABLE unlogged (v int);
                CREATE FOREIGN DATA WRAPPER nowhere;
                CREATE SERVER nowhere FOREIGN DATA WRAPPER nowhere;
                CREATE FOREIGN TABLE far_away (v int) SERVER nowhere;
                CREATE MATERIALIZED VIEW seen AS SELECT 1 AS v;
                INSERT INTO root VALUES (1, 0), (101, 0);
                """

        private static let updatable = (refused + allowed).map(\.0) + ["unlogged", "root"]

        /// The server refuses whether or not a row fits.
        private func updateAll(_ database: TestDatabase) throws {
            for table in Self.updatable {
                try database.psql("UPDATE \(table) SET v = v + 1; DELETE FROM \(table) WHERE v < 0")
            }
        }

        @Test func nothingIsMadeUntilEachTableHasOne() async throws {
            try await TestDatabase.with { database in
                try database.psql(Self.schema)
                let session = try database.server.session(database: database.name)
                try session.send("CREATE TEMPORARY TABLE passing (v int)")
                let run = try database.stream()
                run.expect(
                    78, saying: "no publication was made", "UPDATE and DELETE would fail",
                    "7 tables without a usable replica identity", "--publish-without-identity")
                #expect(try database.publications.isEmpty && database.slots.isEmpty)
                try updateAll(database)

                let lines = run.remedy.split(separator: "\n").map(String.init)
                let wanted = Self.refused.map { "ALTER TABLE \($0.0) REPLICA IDENTITY FULL;" }
                #expect(lines.sorted() == wanted.sorted())
                try database.psql(run.remedy)
                try database.stream().expect(0, saying: "created publication", "created slot")
                try session.send("UPDATE passing SET v = 1")
                try updateAll(database)
                let mended = try database.stream()
                mended.expect(0)
                #expect(
                    mended.changes == [
                        #"update public.leaf_2 {"id":101,"v":3}"#, #"update public.leaf_1 {"id":1,"v":3}"#,
                        #"update public.leaf_1 {"id":1,"v":4}"#, #"update public.leaf_2 {"id":101,"v":4}"#,
                    ])
                try session.close()
            }
        }

        @Test func onlyChosenTablesAndTheirPartitionsAreLookedAt() async throws {
            try await TestDatabase.with { database in
                try database.psql(Self.schema)
                let run = try database.stream("--table", "public.root", "--table", "public.keyed")
                run.expect(78, saying: "1 table without a usable replica identity")
                #expect(run.remedy == "ALTER TABLE public.leaf_2 REPLICA IDENTITY FULL;\n")
                #expect(try database.publications.isEmpty && database.slots.isEmpty)
                try database.psql(run.remedy)
                try database.stream("--table", "public.root", "--table", "public.keyed").expect(0)
                try updateAll(database)
                let second = ["--publication", "second", "--slot", "\(database.slot)_2"]
                try database.stream(["--table", "public.whole"] + second).expect(0)
                try updateAll(database)
            }
        }

        @Test func aTableWithAKeyNeedsNothing() async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    "CREATE TABLE t (id int PRIMARY KEY, v int); INSERT INTO t VALUES (1, 1)")
                try database.stream().expect(0)
                try database.psql("UPDATE t SET v = 2; DELETE FROM t")
                let changes = try database.stream().changes
                #expect(changes == [#"update public.t {"id":1,"v":2}"#, #"delete public.t {"id":1}"#])
            }
        }

        @Test func publishedWithoutIdentityTheApplicationGoesOn() async throws {
            try await TestDatabase.with { database in
                try database.psql(Self.schema)
                let run = try database.stream("--publish-without-identity")
                run.expect(0, saying: "publish=\"insert, truncate\"", "created slot")
                #expect(!run.error.contains("tables created later"))
                let published = try database.psql(
                    "SELECT pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot FROM pg_publication")
                #expect(published == "t|f|f|t|f")
                try updateAll(database)
                try database.psql("INSERT INTO keyless VALUES (7); TRUNCATE audit.log")
                try database.psql(
                    "CREATE TABLE later (v int); INSERT INTO later VALUES (8); DELETE FROM later")
                let second = try database.stream("--publish-without-identity")
                second.expect(0)
                #expect(second.changes.first == #"insert public.keyless {"v":7}"#)
                #expect(second.output.count == 3)
                #expect(second.output[1].contains(#""op":"truncate""#))
                #expect(second.changes.last == #"insert public.later {"v":8}"#)
            }
        }
    }
}
