import Foundation
import TestSupport
import Testing

extension Integration {
    /// Passwords come from wherever libpq takes them, and are never told.
    @Suite struct Passwords {
        private static let password = "S3cret/W@rd"
        private static let inURI = "S3cret%2FW%40rd"

        /// A server that asks everybody but its superuser on the socket.
        private struct Fixture: Sendable {
            let server: PostgresServer
            let directory: TemporaryDirectory
            let host: String

            init() throws {
                directory = try TemporaryDirectory()
                let rules = directory.path("pg_hba.conf")
                try """
                local all postgres trust
                local all banned reject
                local all all scram-sha-256
                """.write(toFile: rules, atomically: false, encoding: .utf8)
                server = try PostgresServer.start(settings: ["hba_file": rules])
                try server.psql(
                    """
                    CREATE ROLE app LOGIN REPLICATION PASSWORD '\(password)';
                    CREATE ROLE banned LOGIN REPLICATION;
                    CREATE PUBLICATION walbrook FOR ALL TABLES
                    """)
                host = "host=\(server.socketDirectory) dbname=postgres"
            }

            func stream(_ string: String, _ environment: [String: String] = [:]) throws -> Run {
                let run = try Run(
                    ["stream", "-d", string, "--temporary", "--until", "now", "--log-level", "trace"],
                    environment: environment)
                for secret in [password, inURI, "S3cret", "W@rd"] {
                    #expect(!run.error.contains(secret), "\(run.error)")
                }
                return run
            }

            /// A file as `.pgpass`.
            func passwordFile(_ password: String) throws -> [String: String] {
                let file = directory.path("pgpass-\(password.count)")
                try "*:*:postgres:app:\(password)\n".write(toFile: file, atomically: false, encoding: .utf8)
                try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
                return ["PGPASSFILE": file]
            }
        }

        @Test func areTakenFromEverywhere() async throws {
            try await blocking {
                let fixture = try Fixture()
                let (host, password) = (fixture.host + " user=app", Self.password)
                let path = try #require(
                    fixture.server.socketDirectory.addingPercentEncoding(
                        withAllowedCharacters: .alphanumerics))
                try fixture.stream(host, ["PGPASSWORD": password]).expect(0)
                try fixture.stream(host, fixture.passwordFile(password)).expect(0)
                try fixture.stream(host + " password='\(password)'").expect(0)
                try fixture.stream("postgresql://app:\(Self.inURI)@/postgres?host=\(path)").expect(0)
                try fixture.stream("postgresql:///postgres?host=\(path)&user=app&password=\(Self.inURI)")
                    .expect(0)
            }
        }

        @Test func thatAreMissingOrWrongEndTheProgram() async throws {
            try await blocking {
                let fixture = try Fixture()
                let host = fixture.host + " user=app"
                let path = try #require(
                    fixture.server.socketDirectory.addingPercentEncoding(
                        withAllowedCharacters: .alphanumerics))
                let none = ["PGPASSFILE": fixture.directory.path("none")]
                try fixture.stream(host, none).expect(
                    77, saying: "asks for a password and none was given", "PGPASSWORD", "~/.pgpass")
                let wrong = Self.password + "!"
                let runs = [
                    try fixture.stream(host, ["PGPASSWORD": wrong]),
                    try fixture.stream(host, fixture.passwordFile(wrong)),
                    try fixture.stream(host + " password='\(wrong)'"),
                    try fixture.stream("postgresql://app:\(Self.inURI)1@/postgres?host=\(path)"),
                ]
                for run in runs {
                    run.expect(
                        77, saying: "the server does not let us in", "authentication failed for user \"app\"",
                        "pg_hba.conf")
                }
                try fixture.stream(fixture.host + " user=banned").expect(
                    77, saying: "the server does not let us in", "pg_hba.conf rejects connection")
            }
        }

        /// libpq's own messages quote what they could not understand.
        @Test(arguments: [
            "postgresql://app:\(inURI)@localhost:port/shop", "postgresql://app:\(inURI)@[localhost/shop",
            "postgresql://app:\(inURI)@localhost/shop?nosuchword=\(inURI)",
            "host=localhost password='\(password) user=app", "host=localhost password \(password)",
            "host=localhost pasword=\(password)", "app:\(inURI)@localhost/shop",
            // The blank before the next keyword is missing.
            "host=localhost port=5432password=S3cret", "host=localhost sslmode=disable,password=S3cret",
            // Not encoded, the password ends early.
            "postgresql://app:\(password)@127.0.0.1:1/shop", "postgresql://app:S3cret/Word@127.0.0.1:1/shop",
            "postgresql://app:12@S3cret@127.0.0.1:1/shop", "postgresql://app:12#S3cret@127.0.0.1:1/shop",
        ])
        func areNotToldByABadConnectionString(string: String) async throws {
            let run = try await blocking {
                try Run(["stream", "-d", string, "--log-level", "trace", "--retry-limit", "0"])
            }
            #expect(run.status != .exited(0))
            for secret in [Self.password, Self.inURI, "S3cret", "W@rd"] {
                #expect(!run.error.contains(secret), "\(run.error)")
            }
            #expect(!run.error.isEmpty)
        }
    }
}
