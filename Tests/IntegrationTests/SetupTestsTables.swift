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
    }
}
