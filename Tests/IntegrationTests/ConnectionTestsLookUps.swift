import TestSupport
import Testing

extension Integration {
    /// The second connection, over which types and keys are looked up.
    @Suite struct LookUps {
        /// A server setting or a pooler may end it while it is idle; that is no reason to begin the stream anew.
        @Test func aSessionThatWasEndedIsMadeAnew() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TYPE mood AS ENUM ('good')")
                let process = try database.startStreaming()
                for round in 1...3 {
                    try database.psql(
                        "CREATE TABLE t\(round) (id int PRIMARY KEY, m mood); INSERT INTO t\(round) VALUES (1, 'good')"
                    )
                    #expect(try process.readLines(1).first?.contains("\"table\":\"t\(round)\"") == true)
                    let ended = try database.psql(
                        """
                        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
                         WHERE datname = current_database() AND backend_type = 'client backend'
                           AND application_name = 'walbrook'
                        """)
                    #expect(ended == "1", "there is a session to end")
                }
                process.terminate()
                let run = try Run(endOf: process)
                run.expect(0)
                #expect(!run.error.contains("connection lost"), "\(run.error)")
            }
        }
    }
}
