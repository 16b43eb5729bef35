import Foundation
import TestSupport
import Testing

extension Integration {
    /// A connection that is refused says nothing about the slot, which nobody has looked at.
    @Suite(.serialized) struct Refusals {
        /// No such setting, a value that it does not take, one that only the server's start takes, no setting at all.
        @Test(arguments: [
            "-c statment_timeout=0", "-c work_mem=abc", "-c max_connections=5", "-c statement_timeout", "-q",
        ])
        func optionsThatTheServerDoesNotTake(options: String) async throws {
            try await TestDatabase.with { database in
                try withKeptChange(database)
                let conninfo = database.server.conninfo(database: database.name)
                let arguments = ["--slot", database.slot, "--until", "now", "-d"]
                for run in [
                    try Run(["stream"] + arguments + [conninfo + " options='\(options)'"]),
                    try Run(["stream"] + arguments + [conninfo], environment: ["PGOPTIONS": options]),
                    try Run(["schema", "-d", conninfo + " options='\(options)'"]),
                ] {
                    run.expect(
                        78, saying: "the server does not take the connection's options", "PGOPTIONS")
                    #expect(!run.error.contains("slot"), "\(run.error)")
                }
                try expectKeptChange(database)
            }
        }

        @Test func anOptionThatTheRoleMayNotSet() async throws {
            try await TestDatabase.with { database in
                let role = "role_\(database.name)"
                try database.psql("CREATE ROLE \(role) LOGIN REPLICATION")
                let run = try Run([
                    "stream", "--slot", database.slot, "--until", "now", "-d",
                    database.server.conninfo(database: database.name, user: role)
                        + " options='-c session_replication_role=replica'",
                ])
                run.expect(
                    77, saying: "the role \"\(role)\" may not set what the connection's options ask for",
                    "session_replication_role", "PGOPTIONS")
                #expect(!run.error.contains("ALTER ROLE"), "\(run.error)")
            }
        }

        @Test func aDatabaseThatTakesNoConnections() async throws {
            try await TestDatabase.with { database in
                try withKeptChange(database)
                try allowConnections(false, to: database)
                let run = try database.stream()
                run.expect(78, saying: "takes no connections", "ALTER DATABASE")
                #expect(!run.error.contains("slot"), "\(run.error)")
                try allowConnections(true, to: database)
                try expectKeptChange(database)
            }
        }

        @Test func aDatabaseThatIsClosedForAWhileIsWaitedFor() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let process = try database.startStreaming()
                try allowConnections(false, to: database)
                try database.server.psql(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = '\(database.name)'
                    """)
                try process.waitForStandardError(containing: "accepting connections")
                try allowConnections(true, to: database)
                try database.psql("INSERT INTO t VALUES (1)")
                #expect(try process.readLines(1).first?.hasSuffix(#""after":{"id":1}}"#) == true)
                process.terminate()
                try Run(endOf: process).expect(0, saying: "connection lost; trying again", "streaming again")
            }
        }

        /// It is rewritten, perhaps, or its disk is not there for a moment.
        @Test func aServiceFileThatIsGoneForAWhileIsWaitedFor() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let directory = try TemporaryDirectory()
                let file = directory.path("pg_service.conf")
                let service =
                    "[shop]\nhost=\(database.server.socketDirectory)\nport=\(database.server.port)\n"
                try service.write(toFile: file, atomically: true, encoding: .utf8)
                let process = try WalbrookProcess.start(
                    [
                        "stream", "-d", "service=shop user=postgres dbname=\(database.name)", "--slot",
                        database.slot, "--log-level", "info",
                    ], environment: ["PGSERVICEFILE": file], stdout: .pipe)
                try process.waitForStandardError(containing: " streaming ")
                try "".write(toFile: file, atomically: true, encoding: .utf8)
                try database.psql(
                    "SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots WHERE slot_name = '\(database.slot)'"
                )
                try process.waitForStandardError(containing: "definition of service")
                try service.write(toFile: file, atomically: true, encoding: .utf8)
                try database.psql("INSERT INTO t VALUES (1)")
                #expect(try process.readLines(1).count == 1)
                process.terminate()
                try Run(endOf: process).expect(0, saying: "streaming again")
            }
        }

        private func withKeptChange(_ database: TestDatabase) throws {
            try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
            try database.stream().expect(0)
            try database.psql("INSERT INTO t VALUES (1)")
        }

        private func expectKeptChange(_ database: TestDatabase) throws {
            #expect(try database.stream().changes == [#"insert public.t {"id":1}"#])
        }

        private func allowConnections(_ allowed: Bool, to database: TestDatabase) throws {
            try database.server.psql("ALTER DATABASE \(database.name) ALLOW_CONNECTIONS \(allowed)")
        }
    }
}
