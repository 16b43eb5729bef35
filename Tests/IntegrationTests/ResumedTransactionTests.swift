import TestSupport
import Testing

extension Integration {
    /// A start in the middle of a transaction, of which the server sends other rows than the first time.
    @Suite struct ResumedTransactions {
        /// While a transaction is open that has written to it, a table joins the publication, and somebody else writes to it.
        /// pgoutput then takes it for published in the open transaction, too, until it has to look for itself.
        @Test(arguments: [["--no-streaming"], ["--streaming"]])
        func aTableJoinsThePublicationMeanwhile(flags: [String]) async throws {
            try await TestDatabase.withServer { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
                try database.psql("CREATE TABLE joins (id int PRIMARY KEY)")
                try database.psql("CREATE PUBLICATION walbrook FOR TABLE t")
                for slot in ["whole", "parts"] {
                    try database.psql("SELECT pg_create_logical_replication_slot('\(slot)', 'pgoutput')")
                }
                let writer = try database.server.session(database: database.name)
                try writer.send("BEGIN; INSERT INTO joins SELECT generate_series(1, 7)")
                try database.psql("ALTER PUBLICATION walbrook ADD TABLE joins")
                try database.psql("INSERT INTO joins VALUES (100)")
                // COPY puts many rows into one record.
                try writer.send(
                    "COPY t FROM PROGRAM 'seq -f ''%g,x'' 1500' WITH (FORMAT csv); "
                        + "UPDATE t SET v = 'z' WHERE id % 2 = 0; COMMIT")
                try writer.close()

                let whole = try database.stream(["--slot", "whole"] + flags)
                whole.expect(0)
                try #require(whole.output.count == 1 + 7 + 1500 + 750)
                let middle = try #require(whole.output[700].firstMatch(of: /"pos":"([^"]*)"/)?.1)
                let directory = try TemporaryDirectory()
                let path = directory.path("part.ndjson")
                let parts = ["--slot", "parts", "--to", "file:\(path)"] + flags
                try Run(
                    ["stream", "-d", database.server.conninfo(database: database.name)] + parts
                        + ["--until", String(middle)]
                ).expect(0)
                #expect(try EventLog(path).lines() == Array(whole.output[...700]))
                try database.stream(parts).expect(0)
                #expect(try EventLog(path).lines() == whole.output)
            }
        }
    }
}
