import TestSupport
import Testing

extension Integration {
    /// What a role may not do is told with the SQL for somebody who may.
    @Suite(.serialized) struct Permissions {
        @Test func aRoleNeedsReplication() async throws {
            try await TestDatabase.with { database in
                let role = #"Re "plica" \#(database.name)"#
                try database.psql(
                    """
                    CREATE TABLE t (id int PRIMARY KEY);
                    CREATE PUBLICATION walbrook FOR ALL TABLES;
                    CREATE ROLE \(quoted(role)) LOGIN
                    """)
                let run = try database.stream(user: role)
                run.expect(77, saying: "may not do what streaming needs", "ALTER ROLE", "REPLICATION")
                #expect(try database.slots.isEmpty)
                try database.psql(run.remedy)
                try database.stream(user: role).expect(0, saying: "created slot")
                // No SELECT on the table is needed.
                try database.psql("INSERT INTO t VALUES (1)")
                let mended = try database.stream(user: role)
                mended.expect(0)
                #expect(mended.changes == [#"insert public.t {"id":1}"#])
            }
        }

        @Test func aRoleNeedsToConnect() async throws {
            try await TestDatabase.with { database in
                let role = try replicationRole(database)
                try database.psql(
                    """
                    CREATE PUBLICATION walbrook FOR ALL TABLES;
                    REVOKE CONNECT ON DATABASE \(database.name) FROM public
                    """)
                let run = try database.stream(user: role)
                run.expect(77, saying: "permission denied for database")
                try database.psql(run.remedy)
                try database.stream(user: role).expect(0, saying: "created slot")
            }
        }

        @Test func aRoleMustBeThere() async throws {
            try await TestDatabase.with { database in
                try database.stream(user: "nobody").expect(
                    77, saying: "the server does not let us in", "\"nobody\" does not exist", "pg_hba.conf")
                #expect(try database.publications.isEmpty && database.slots.isEmpty)
            }
        }

        @Test func onlyASuperuserMakesAPublicationOfAllTables() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let role = try replicationRole(database)
                let run = try database.stream(user: role)
                run.expect(
                    77, saying: "the role \(role) may not create the publication walbrook",
                    "As a superuser, run: CREATE PUBLICATION \"walbrook\" FOR ALL TABLES",
                    "publish_via_partition_root = false")
                #expect(try database.publications.isEmpty && database.slots.isEmpty)
                try database.psql(run.remedy)
                #expect(try database.publications == "walbrook")
                try database.stream(user: role).expect(0, saying: "created slot")
                try database.psql("INSERT INTO t VALUES (1)")
                #expect(try database.stream(user: role).changes == [#"insert public.t {"id":1}"#])
            }
        }

        @Test func theOwnerOfTablesWhoMayCreateMakesAPublicationOfThem() async throws {
            try await TestDatabase.with { database in
                let role = try replicationRole(database)
                try database.psql(
                    """
                    GRANT CREATE ON DATABASE \(database.name) TO \(role);
                    CREATE TABLE a (id int PRIMARY KEY); ALTER TABLE a OWNER TO \(role);
                    CREATE TABLE b (id int PRIMARY KEY); ALTER TABLE b OWNER TO \(role);
                    CREATE TABLE c (id int)
                    """)
                let tables = ["--table", "public.b", "--table", "public.a"]
                let run = try database.stream(tables, user: role)
                run.expect(
                    0, saying: "created publication", "for=\"TABLE public.a, public.b\"", "created slot")
                let published = try database.psql(
                    "SELECT string_agg(tablename, ' ' ORDER BY tablename) FROM pg_publication_tables")
                #expect(published == "a b")
                try database.psql(
                    "INSERT INTO a VALUES (1); INSERT INTO b VALUES (2); INSERT INTO c VALUES (3)")
                let changes = try database.stream(user: role).changes
                #expect(changes == [#"insert public.a {"id":1}"#, #"insert public.b {"id":2}"#])
            }
        }

        @Test(arguments: ["GRANT CREATE ON DATABASE %1$@ TO %2$@", "ALTER TABLE t OWNER TO %2$@"])
        func oneOfTheTwoIsNotEnough(grant: String) async throws {
            try await TestDatabase.with { database in
                let role = try replicationRole(database)
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                try database.psql(
                    grant.replacing("%1$@", with: database.name).replacing("%2$@", with: role))
                let run = try database.stream("--table", "public.t", user: role)
                run.expect(
                    77, saying: "the role \(role) may not create the publication walbrook",
                    "the owner of the tables", "FOR TABLE public.t WITH")
                #expect(try database.publications.isEmpty && database.slots.isEmpty)
                try database.psql(run.remedy)
                try database.stream("--table", "public.t", user: role).expect(0, saying: "created slot")
            }
        }

        /// It would be the same at every attempt.
        @Test func aReadOnlySessionMakesNoPublication() async throws {
            try await TestDatabase.with { database in
                try database.psql("ALTER DATABASE \(database.name) SET default_transaction_read_only = on")
                let process = try database.start("--until", "now")
                try Run(endOf: process, within: .seconds(10)).expect(78, saying: "read-only transaction")
            }
        }

        private func replicationRole(_ database: TestDatabase) throws -> String {
            let role = "role_\(database.name)"
            try database.psql("CREATE ROLE \(role) LOGIN REPLICATION")
            return role
        }
    }
}

/// An SQL identifier.
func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
}
