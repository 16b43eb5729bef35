import Foundation
import TestSupport
import Testing

extension Integration {
    /// `walbrook tail`, the client for people.
    @Suite(.timeLimit(.minutes(5))) struct Tail {
        /// The port stays the same over the lives of the program.
        private static func serve(_ database: TestDatabase, _ arguments: [String], port: Int) throws
            -> WalbrookProcess
        {
            let process = try WalbrookProcess.start(
                ["stream", "-d", database.server.conninfo(database: database.name), "--slot", database.slot]
                    + arguments + ["--to", "tcp://127.0.0.1:\(port)", "--log-level", "info"], stdout: .devNull
            )
            // What is committed before the slot is complete is not in the stream.
            try process.waitForStandardError(containing: " streaming ")
            return process
        }

        private func ids(_ lines: [String]) -> [Int] {
            lines.compactMap { $0.firstMatch(of: /"after":{"id":([0-9]+)}/).flatMap { Int($0.1) } }
        }

        @Test func goesOnAfterTheServerWasKilled() async throws {
            try await TestDatabase.with { database in
                let directory = try TemporaryDirectory()
                try database.psql("CREATE TABLE t (id int PRIMARY KEY); CREATE TABLE u (id int PRIMARY KEY)")
                let journal = ["--journal", directory.path("journal")]
                var server = try Self.serve(database, journal, port: 0)
                let port = try server.subscriberPort()
                try database.psql("INSERT INTO t VALUES (1), (2); INSERT INTO u VALUES (1)")
                let tail = try WalbrookProcess.start(
                    ["tail", "127.0.0.1:\(port)", "--from", "start", "--table", "public.t"], stdout: .pipe)
                #expect(ids(try tail.readLines(2)) == [1, 2])
                for round in 1...3 {
                    server.kill()
                    try database.psql(
                        "INSERT INTO t VALUES (\(round * 2 + 1)), (\(round * 2 + 2)); INSERT INTO u VALUES (\(round + 1))"
                    )
                    server = try Self.serve(database, journal, port: port)
                    #expect(ids(try tail.readLines(2)) == [round * 2 + 1, round * 2 + 2])
                }
                #expect(tail.standardError.contains("connecting again"))
                tail.terminate()
                #expect(try tail.wait() == .exited(0))
                server.terminate()
                #expect(try server.wait() == .exited(0))
            }
        }

        @Test func acknowledgesWhatItPrinted() async throws {
            try await TestDatabase.with { database in
                let directory = try TemporaryDirectory()
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let server = try Self.serve(database, ["--journal", directory.path("journal")], port: 0)
                let port = try server.subscriberPort()
                let arguments = ["tail", "127.0.0.1:\(port)", "--name", "shop", "--from", "start"]
                try database.psql("INSERT INTO t SELECT generate_series(1, 5)")
                let first = try WalbrookProcess.start(arguments, stdout: .pipe)
                #expect(ids(try first.readLines(5)) == Array(1...5))
                first.kill()
                let second = try WalbrookProcess.start(arguments + ["--ack"], stdout: .pipe)
                #expect(ids(try second.readLines(5)) == Array(1...5), "nothing was acknowledged")
                let place = directory.path("journal") + "/subscribers/shop"
                try eventually("it is acknowledged") {
                    try String(contentsOfFile: place, encoding: .utf8).hasSuffix("-00000006\n")
                }
                second.terminate()
                #expect(try second.wait() == .exited(0))
                try database.psql("INSERT INTO t VALUES (6)")
                let third = try WalbrookProcess.start(arguments, stdout: .pipe)
                #expect(ids(try third.readLines(1)) == [6])
                // As `| head` does.
                try third.closeStandardOutput()
                try database.psql("INSERT INTO t VALUES (7)")
                #expect(try third.wait() == .exited(0))
                server.terminate()
                #expect(try server.wait() == .exited(0))
            }
        }

        @Test func withoutAJournalItSaysWhatIsMissing() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                var server = try Self.serve(database, [], port: 0)
                let port = try server.subscriberPort()
                let tail = try WalbrookProcess.start(["tail", "127.0.0.1:\(port)"], stdout: .pipe)
                try server.waitForStandardError(containing: "a subscriber has come")
                try database.psql("INSERT INTO t VALUES (1)")
                #expect(ids(try tail.readLines(1)) == [1])
                server.terminate()
                #expect(try server.wait() == .exited(0))
                server = try Self.serve(database, [], port: port)
                try tail.waitForStandardError(containing: "the server keeps no journal")
                try server.waitForStandardError(containing: "a subscriber has come")
                try database.psql("INSERT INTO t VALUES (2)")
                #expect(ids(try tail.readLines(1)) == [2])
                tail.terminate()
                #expect(try tail.wait() == .exited(0))
                server.terminate()
                #expect(try server.wait() == .exited(0))
            }
        }

        @Test func refusals() async throws {
            try await TestDatabase.with { database in
                let server = try Self.serve(database, [], port: 0)
                let address = "127.0.0.1:\(try server.subscriberPort())"
                try Run(["tail", address, "--from", "start"]).expect(
                    78, saying: "only from=now is possible (NOJOURNAL)")
                try Run(["tail", address, "--op", "upsert"]).expect(64, saying: "(SYNTAX)")
                try Run(["tail", address, "--from", "yesterday"]).expect(64, saying: "--from takes")
                try Run(["tail", address, "--ack"]).expect(64, saying: "--ack needs --name")
                try Run(["tail", "nowhere"]).expect(64)
                server.terminate()
                #expect(try server.wait() == .exited(0))
                try Run(["tail", address]).expect(69, saying: "cannot connect")
            }
        }

        @Test func overTLS() async throws {
            try await TestDatabase.with { database in
                let directory = try TemporaryDirectory()
                let (certificate, key, token) = (
                    directory.path("cert.pem"), directory.path("key.pem"), directory.path("token")
                )
                try ChildProcess.run([
                    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes",
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
                    "-keyout", key, "-out", certificate,
                ])
                try Data("open-sesame\n".utf8).write(to: URL(fileURLWithPath: token))
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let server = try Self.serve(
                    database,
                    [
                        "--journal", directory.path("journal"), "--tls-cert", certificate, "--tls-key", key,
                        "--token-file", token,
                    ], port: 0)
                let port = try server.subscriberPort()
                try database.psql("INSERT INTO t VALUES (1)")
                let proof = ["--from", "start", "--token-file", token]
                let tail = try WalbrookProcess.start(
                    ["tail", "localhost:\(port)", "--tls-ca", certificate] + proof, stdout: .pipe)
                #expect(ids(try tail.readLines(1)) == [1])
                tail.terminate()
                #expect(try tail.wait() == .exited(0))
                // Not the name in the certificate, an authority that nobody knows, no TLS, no token.
                try Run(["tail", "127.0.0.1:\(port)", "--tls-ca", certificate] + proof).expect(
                    69, saying: "is for another name")
                try Run(["tail", "localhost:\(port)", "--tls"] + proof).expect(
                    69, saying: "no authority that is trusted here")
                try Run(["tail", "localhost:\(port)"] + proof).expect(78, saying: "connect with TLS", "(TLS)")
                try Run(["tail", "localhost:\(port)", "--tls-ca", certificate]).expect(77, saying: "(AUTH)")
                server.terminate()
                #expect(try server.wait() == .exited(0))
            }
        }
    }
}
