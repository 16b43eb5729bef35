import Foundation
import TestSupport
import Testing

extension Integration {
    /// TLS as libpq does it.
    @Suite struct TLS {
        /// A server that takes connections over TCP only with TLS.
        private struct Fixture: Sendable {
            let database: TestDatabase
            let directory: TemporaryDirectory

            init() throws {
                directory = try TemporaryDirectory()
                let server = try PostgresServer.start(tcp: true)
                database = TestDatabase(server: server, name: try server.createDatabase())
                // The server makes its key itself: it must be its own and nobody else's.
                try server.psql(
                    """
                    COPY (SELECT) TO PROGRAM 'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
                    -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
                    -keyout server.key -out server.crt 2>&1';
                    COPY (SELECT 'local all all trust' UNION ALL SELECT 'hostssl all all all trust')
                        TO '\(server.dataDirectory)/pg_hba.conf'
                    """)
                try server.configure(["ssl": "on"])
                try server.restart()
                try server.psql("SELECT pg_read_file('server.crt')").appending("\n").write(
                    toFile: directory.path("root.crt"), atomically: false, encoding: .utf8)
            }

            func string(_ more: String) -> String {
                database.server.conninfo(database: database.name, tcp: true) + " " + more
            }

            func stream(_ more: String) throws -> Run {
                try Run(["stream", "-d", string(more), "--until", "now"])
            }

            func start(_ more: String, _ stdout: WalbrookProcess.Output) throws -> WalbrookProcess {
                try WalbrookProcess.start(["stream", "-d", string(more)], stdout: stdout)
            }
        }

        @Test func manyRowsOfAllSizesComeWhole() async throws {
            try await blocking {
                let fixture = try Fixture()
                let database = fixture.database
                try database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
                try fixture.stream("sslmode=require").expect(0, saying: "created slot")
                // Records of TLS hold 16 KiB; these end everywhere in them.
                try database.psql(
                    """
                    INSERT INTO t SELECT g, repeat(chr(97 + g % 26), g * 7919 % 3001) FROM generate_series(1, 4000) g;
                    INSERT INTO t SELECT g, repeat('x', 16380 + g) FROM generate_series(4001, 4040) g;
                    INSERT INTO t VALUES (5000, repeat('y', 3000000))
                    """)
                let events = fixture.directory.path("events")
                let process = try WalbrookProcess.start(
                    ["stream", "-d", fixture.string("sslmode=require"), "--until", "now"],
                    stdout: .file(events))
                try Run(endOf: process).expect(0)
                #expect(try EventLog(events).counts() == ["insert": 4041])
                try Oracle.verify(events: events, source: database.name, on: database.server)
            }
        }

        /// What the library holds already makes no socket readable.
        @Test func eachRowComesAtOnce() async throws {
            try await blocking {
                let fixture = try Fixture()
                let database = fixture.database
                try database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
                let process = try fixture.start("sslmode=require", .pipe)
                try eventually("it streams") {
                    try database.psql(
                        """
                        SELECT count(*) FROM pg_stat_replication r JOIN pg_stat_ssl USING (pid)
                         WHERE ssl AND state = 'streaming'
                        """) == "1"
                }
                for id in 1...60 {
                    try database.psql("INSERT INTO t VALUES (\(id), repeat('x', \(id * 1021)))")
                    let line = try process.readLines(1, within: .seconds(10))[0]
                    #expect(line.contains(#""after":{"id":\#(id),"#))
                }
                process.terminate()
                try Run(endOf: process).expect(0)
            }
        }

        @Test func theServerIsVerified() async throws {
            try await blocking {
                let fixture = try Fixture()
                let own = "sslrootcert=\(fixture.directory.path("root.crt"))"
                try fixture.stream("host=localhost hostaddr=127.0.0.1 sslmode=verify-full \(own)").expect(0)

                let other = try Fixture()
                let wrong = "sslrootcert=\(other.directory.path("root.crt"))"
                for mode in ["verify-ca", "verify-full"] {
                    try fixture.stream("host=localhost hostaddr=127.0.0.1 sslmode=\(mode) \(wrong)").expect(
                        69, saying: "the server is not available", "certificate verify failed")
                }
                try fixture.stream("host=example.org hostaddr=127.0.0.1 sslmode=verify-full \(own)").expect(
                    69, saying: "does not match host name \"example.org\"")
                try fixture.stream("sslmode=disable").expect(
                    77, saying: "the server does not let us in", "no encryption")
            }
        }

        @Test func aServerWithoutItIsRefused() async throws {
            try await TestDatabase.withServer(tcp: true) { database in
                let string = database.server.conninfo(database: database.name, tcp: true)
                try Run(["stream", "-d", "\(string) sslmode=require"]).expect(
                    69, saying: "server does not support SSL, but SSL was required")
                #expect(try database.publications.isEmpty && database.slots.isEmpty)
            }
        }
    }
}
