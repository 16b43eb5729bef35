import Foundation
import TestSupport
import Testing

extension Integration {
    /// `--table` chooses what a new publication holds, and what comes out.
    @Suite(.serialized) struct Tables {
        @Test func oneThatIsMissingIsNamed() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE a (id int PRIMARY KEY); CREATE VIEW v AS SELECT 1")
                for missing in ["public.b", "other.a", "public.A", "public.v", "public.\"a\""] {
                    let run = try database.stream("--table", "public.a", "--table", missing)
                    run.expect(78, saying: "there is no table \(missing)", "spelling of the catalog")
                }
                #expect(try database.publications.isEmpty && database.slots.isEmpty)
            }
        }

        @Test func aPatternMakesAPublicationOfAllTablesAndChooses() async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    """
                    CREATE TABLE orders_1 (id int PRIMARY KEY);
                    CREATE TABLE orders_22 (id int PRIMARY KEY);
                    CREATE TABLE other (id int PRIMARY KEY)
                    """)
                let run = try database.stream("--table", "public.orders_?")
                run.expect(0, saying: "for=\"ALL TABLES\"")
                #expect(try database.psql("SELECT puballtables FROM pg_publication") == "t")
                try database.psql(
                    """
                    INSERT INTO orders_1 VALUES (1);
                    INSERT INTO orders_22 VALUES (2);
                    INSERT INTO other VALUES (3);
                    CREATE TABLE orders_3 (id int PRIMARY KEY);
                    INSERT INTO orders_3 VALUES (4)
                    """)
                #expect(
                    try database.stream("--table", "public.orders_?").changes
                        == [#"insert public.orders_1 {"id":1}"#, #"insert public.orders_3 {"id":4}"#])
            }
        }

        @Test func patternsChooseAndLeaveOut() async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    """
                    CREATE SCHEMA audit;
                    CREATE TABLE a (id int PRIMARY KEY);
                    CREATE TABLE b (id int PRIMARY KEY);
                    CREATE TABLE audit.a (id int PRIMARY KEY)
                    """)
                try database.stream("--exclude-table", "audit.*").expect(0)
                try database.psql(
                    "INSERT INTO a VALUES (1); INSERT INTO b VALUES (2); INSERT INTO audit.a VALUES (3)")
                let run = try database.stream("--exclude-table", "audit.*", "--exclude-table", "*.b")
                #expect(run.changes == [#"insert public.a {"id":1}"#])
            }
        }

        @Test func namesAreTakenAsTheyAre() async throws {
            try await TestDatabase.with { database in
                let tables = [
                    #"Order "Lines".2"#, "Größe 📦", "it's", "SELECT", #"back\slash"#, "tab\there", "a,b;c",
                ]
                for table in tables {
                    try database.psql("CREATE TABLE \(quoted(table)) (id int PRIMARY KEY)")
                }
                let arguments = tables.flatMap { ["--table", "public." + $0] }
                try database.stream(arguments).expect(0, saying: "created publication", "created slot")
                for table in tables {
                    try database.psql("INSERT INTO \(quoted(table)) VALUES (1)")
                }
                let run = try database.stream(arguments)
                run.expect(0)
                let escaped = [
                    #"Order \"Lines\".2"#, "Größe 📦", "it's", "SELECT", #"back\\slash"#, #"tab\there"#,
                    "a,b;c",
                ]
                #expect(run.changes == escaped.map { #"insert public.\#($0) {"id":1}"# })
            }
        }

        /// The publication is there already, and is not looked at by whoever names a table.
        @Test func oneOfWhichNothingComesIsWarnedOf() async throws {
            try await TestDatabase.with { database in
                try database.psql(Self.partitioned)
                try database.psql(
                    """
                    CREATE UNLOGGED TABLE fast (id int PRIMARY KEY);
                    CREATE TABLE "Late" (id int PRIMARY KEY);
                    CREATE TABLE good (id int PRIMARY KEY);
                    CREATE PUBLICATION walbrook FOR TABLE sales, good
                    """)
                let tables = ["nowhere", "fast", "Late", "sales", "sales_1", "good"]
                let arguments = tables.flatMap { ["--table", "public.\($0)"] }
                for run in try [
                    database.stream(arguments), database.stream(arguments),
                    database.stream(arguments + ["--temporary"]),
                ] {
                    run.expect(
                        0, saying: "there is no such table", "table=public.nowhere",
                        "the table is not logged",
                        "ALTER TABLE public.fast SET LOGGED;", "the table is not in the publication",
                        #"ALTER PUBLICATION walbrook ADD TABLE public.\"Late\";"#,
                        "changes of the partitioned table come under the names of its partitions",
                        "ALTER PUBLICATION walbrook SET (publish_via_partition_root = true);")
                    #expect(run.error.components(separatedBy: "nothing will come of a table").count == 5)
                }
                try database.psql(
                    "ALTER PUBLICATION walbrook SET (publish_via_partition_root = true); INSERT INTO sales VALUES (1)"
                )
                let run = try database.stream(arguments)
                run.expect(
                    0, saying: "changes of the partition come under the name of the partitioned table",
                    "--table public.sales", "table=public.sales_1")
                #expect(!run.error.contains("table=public.sales "))
                #expect(run.changes == [#"insert public.sales {"id":1}"#])
            }
        }

        @Test(arguments: ["FOR ALL TABLES", "FOR TABLE sales", "FOR TABLE sales_1"])
        func aPartitionedOneIsWarnedOfOnlyWithTheRightRemedy(covered: String) async throws {
            try await TestDatabase.with { database in
                try database.psql(Self.partitioned)
                try database.psql("CREATE PUBLICATION walbrook \(covered)")
                let run = try database.stream("--table", "public.sales")
                let named = covered != "FOR TABLE sales_1"
                run.expect(
                    0,
                    saying: named
                        ? "SET (publish_via_partition_root = true);"
                        : "ALTER PUBLICATION walbrook ADD TABLE public.sales;")
                try database.psql("INSERT INTO sales VALUES (1)")
                let fine = try database.stream("--table", "public.sales_1")
                fine.expect(0)
                #expect(fine.error.isEmpty)
                #expect(fine.changes == [#"insert public.sales_1 {"id":1}"#])
            }
        }

        private static let partitioned = """
            CREATE TABLE sales (id int PRIMARY KEY) PARTITION BY RANGE (id);
            CREATE TABLE sales_1 PARTITION OF sales FOR VALUES FROM (0) TO (100);
            """

        /// PostgreSQL compares names byte by byte. To Swift, both of these are the same.
        @Test func namesThatOnlyLookAlikeAreOthers() async throws {
            try await TestDatabase.with { database in
                let (composed, decomposed) = ("caf\u{e9}", "cafe\u{301}")
                try database.psql("CREATE TABLE \"\(composed)\" (id int PRIMARY KEY)")
                try database.stream("--table", "public.\(decomposed)").expect(78, saying: "there is no table")
                try database.psql("CREATE PUBLICATION \"\(composed)\" FOR ALL TABLES")
                let arguments = ["--no-create", "--temporary", "--publication"]
                try database.stream(arguments + [decomposed]).expect(78, saying: "there is no publication")
                try database.stream(arguments + [composed]).expect(0)
                let run = try database.stream(
                    arguments + [composed, "--table", "public.\(decomposed)", "--until", "now"])
                run.expect(0, saying: "there is no such table")
            }
        }
    }
}
