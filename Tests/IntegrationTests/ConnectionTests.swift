import Foundation
import TestSupport
import Testing

extension Integration {
    /// Every way of libpq to say which server and database.
    @Suite(.serialized) struct Addresses {
        @Test(arguments: ["uri", "conninfo", "short uri"])
        func connectionStrings(form: String) async throws {
            try await TestDatabase.with { database in
                let (server, name) = (database.server, database.name)
                let string =
                    switch form {
                    case "uri": server.uri(database: name)
                    case "conninfo": server.conninfo(database: name)
                    default: server.uri(database: name).replacing("postgresql://", with: "postgres://")
                    }
                try expectStream(database, ["-d", string])
                try expectStream(database, ["--dsn=\(string)"])
            }
        }

        /// What libpq does not take for a URI is none, whatever a value looks like.
        @Test(arguments: ["application_name=a://b:c", "password=a://b:c application_name='c://d@e:f'"])
        func valuesThatLookLikeURIs(values: String) async throws {
            try await TestDatabase.with { database in
                try expectStream(
                    database, ["-d", database.server.conninfo(database: database.name) + " " + values])
            }
        }

        @Test func theNameOfADatabase() async throws {
            try await blocking {
                let server = try SharedServer.current
                for name in [try server.createDatabase(), try server.createDatabase("the shop: a/b")] {
                    try expectStream(
                        TestDatabase(server: server, name: name), ["-d", name], server.environment)
                }
            }
        }

        @Test func namesWithBlanksAndQuotes() async throws {
            try await blocking {
                let server = try SharedServer.current
                let name = try server.createDatabase(#"Größe 'a' "b" \ /?&=%"#)
                let role = #"O'Neil "x" \ @:/"#
                try server.psql("CREATE ROLE \(quoted(role)) LOGIN SUPERUSER")
                let database = TestDatabase(server: server, name: name)
                try expectStream(database, ["-d", server.conninfo(database: name, user: role)])
                try expectStream(database, ["-d", server.uri(database: name, user: role)])
            }
        }

        @Test func environmentAlone() async throws {
            try await TestDatabase.with { database in
                let environment = database.server.environment.merging(["PGDATABASE": database.name]) { $1 }
                try expectStream(database, [], environment)
                // What the string says beats it.
                try expectStream(
                    database, ["-d", "dbname=\(database.name)"],
                    environment.merging(["PGDATABASE": "nowhere"]) { $1 })
            }
        }

        @Test func serviceFile() async throws {
            try await TestDatabase.with { database in
                let directory = try TemporaryDirectory()
                let file = directory.path("pg_service.conf")
                let server = database.server
                try """
                [shop]
                host=\(server.socketDirectory)
                port=\(server.port)
                user=postgres
                dbname=\(database.name)
                """.write(toFile: file, atomically: false, encoding: .utf8)
                let environment = ["PGSERVICEFILE": file]
                try expectStream(database, ["-d", "service=shop"], environment)
                try expectStream(database, ["-d", "postgresql:///?service=shop"], environment)
                try expectStream(database, [], environment.merging(["PGSERVICE": "shop"]) { $1 })
                let run = try Run(["stream", "-d", "service=store"], environment: environment)
                run.expect(64, saying: "definition of service \"store\" not found")
            }
        }

        @Test func theFirstHostThatAnswers() async throws {
            try await TestDatabase.with { database in
                let (server, nowhere) = (database.server, try TemporaryDirectory())
                let string = """
                    host=\(nowhere.path),\(server.socketDirectory) port=\(server.port) user=postgres \
                    dbname=\(database.name) target_session_attrs=read-write
                    """
                try expectStream(database, ["-d", string])
            }
        }

        @Test func aMissingDatabase() async throws {
            try await TestDatabase.with { database in
                let run = try Run(["stream", "-d", database.server.conninfo(database: "No 'such' one")])
                run.expect(
                    78, saying: "the database does not exist", "No 'such' one", "Check -d or PGDATABASE")
            }
        }

        @Test(arguments: ["", "host=127.0.0.1 port=1", "postgresql://127.0.0.1:1/shop"])
        func nobodyListens(string: String) async throws {
            try await blocking {
                let nowhere = try TemporaryDirectory()
                let run = try Run(["stream", "-d", string], environment: ["PGHOST": nowhere.path])
                run.expect(69, saying: "the server is not available", "connection to server")
                #expect(run.output.isEmpty)
            }
        }

        @Test func nobodyListensForAsManyAttemptsAsAreAskedFor() async throws {
            let run = try await blocking {
                try Run(["stream", "-d", "host=127.0.0.1 port=1", "--retry-limit", "2"])
            }
            run.expect(69, saying: "the server is not available", "connection to server")
            #expect(run.error.components(separatedBy: "not ready; trying again").count == 3, "\(run.error)")
        }

        /// No server is asked, and asking again would not help.
        @Test(arguments: [
            ("sslmode=bogus", "invalid sslmode value: \"bogus\""),
            ("postgresql://127.0.0.1:1/shop?sslmode=bogus", "invalid sslmode value: \"bogus\""),
            ("target_session_attrs=any1", "invalid target_session_attrs value: \"any1\""),
            ("port=abc", "invalid integer value \"abc\" for connection option \"port\""),
            ("port=70000", "invalid port number: \"70000\""),
            ("host=127.0.0.1,127.0.0.1 port=1,0", "invalid port number: \"0\""),
            ("connect_timeout=1s", "invalid integer value \"1s\" for connection option \"connect_timeout\""),
            ("host=127.0.0.1,127.0.0.1 port=1,1,1", "could not match 3 port numbers to 2 hosts"),
            ("host=a,b,c hostaddr=127.0.0.1", "could not match 3 host names to 1 hostaddr values"),
            ("service=nosuch", "definition of service \"nosuch\" not found"),
            ("service=broken", "syntax error in service file"),
        ])
        func valuesOfNoUse(string: String, sentence: String) async throws {
            try await blocking {
                let directory = try TemporaryDirectory()
                let file = directory.path("pg_service.conf")
                try "[broken]\nnonsense\n".write(toFile: file, atomically: false, encoding: .utf8)
                let service = string == "service=broken" ? ["PGSERVICEFILE": file] : [:]
                for command in [["stream", "--retry-limit", "3"], ["schema"]] {
                    let run = try Run(
                        command + ["-d", string],
                        environment: ["PGHOST": directory.path].merging(service) { $1 })
                    run.expect(64, saying: sentence, "Check -d, the service file and the PG* variables")
                    #expect(!run.error.contains("trying again"), "\(run.error)")
                }
            }
        }

        @Test func aValueOfNoUseInTheEnvironment() async throws {
            let run = try await blocking { try Run(["stream"], environment: ["PGSSLMODE": "bogus"]) }
            run.expect(64, saying: "invalid sslmode value: \"bogus\"", "PG* variables")
        }

        @Test(arguments: [
            ["PGHOST": "127.0.0.1", "PGPORT": "1"], ["PGHOST": "127.0.0.1,127.0.0.1", "PGPORT": "1,1"],
            ["PGHOSTADDR": "127.0.0.1", "PGPORT": "1"], ["PGHOSTADDR": "127.0.0.1,127.0.0.1", "PGPORT": "1"],
            ["PGHOST": "a,b", "PGHOSTADDR": "127.0.0.1,127.0.0.1", "PGPORT": "1"], ["PGPORT": "1"],
            ["PGHOST": "no-such-host.invalid"],
        ])
        func aServerThatIsNotThereIsNoValueOfNoUse(environment: [String: String]) async throws {
            let run = try await blocking { try Run(["stream"], environment: environment) }
            run.expect(69, saying: "the server is not available")
        }

        @Test(arguments: [
            "app@shop", "mysql://h/shop", "host=a b", "postgresql://[", "nosuchword=1", "postgres://h/?x=1",
        ])
        func noConnectionString(string: String) async throws {
            let run = try await blocking { try Run(["stream", "-d", string]) }
            run.expect(
                64, saying: "the connection string is not valid",
                "-d takes a URI, keyword=value pairs or the name")
        }

        private func expectStream(
            _ database: TestDatabase, _ arguments: [String], _ environment: [String: String] = [:],
            at location: SourceLocation = #_sourceLocation
        ) throws {
            // No other database has a publication of that name.
            let publication = "only_" + database.name.filter { $0.isASCII && $0.isLetter || $0.isNumber }
            if try database.publications.isEmpty {
                try database.psql("CREATE PUBLICATION \(quoted(publication)) FOR ALL TABLES")
            }
            let run = try Run(
                ["stream", "--temporary", "--publication", publication, "--until", "now"] + arguments,
                environment: environment)
            run.expect(0, at: location)
        }
    }

    /// A server that is there but says nothing. It is stopped, so that the kernel takes its connections.
    @Suite struct SilentServer {
        @Test func isGivenUpAfterTheTimeout() async throws {
            try await with { silent in
                let start = ContinuousClock.now
                let run = try Run(["stream", "-d", silent.conninfo() + " connect_timeout=2"])
                run.expect(69, saying: "no answer from the server while connecting")
                #expect((.seconds(2) ... .seconds(20)).contains(ContinuousClock.now - start))
            }
        }

        @Test func doesNotDelayTheEnd() async throws {
            try await with { silent in
                let process = try WalbrookProcess.start(
                    ["stream", "-d", silent.conninfo()], stdout: .devNull)
                let descriptors = "/proc/\(process.pid)/fd"
                try eventually("it has a socket") {
                    try FileManager.default.contentsOfDirectory(atPath: descriptors).contains { name in
                        let path = "\(descriptors)/\(name)"
                        let target = try? FileManager.default.destinationOfSymbolicLink(atPath: path)
                        return target?.hasPrefix("socket:") == true
                    }
                }
                process.terminate()
                try Run(endOf: process, within: .seconds(10)).expect(0)
            }
        }

        @Test func leavesItToTheNextHost() async throws {
            try await with { silent in
                let server = try SharedServer.current
                let database = try server.createDatabase()
                try server.psql("CREATE PUBLICATION walbrook FOR ALL TABLES", database: database)
                let string = """
                    host=\(silent.socketDirectory),\(server.socketDirectory) port=5432 user=postgres \
                    dbname=\(database) connect_timeout=2
                    """
                try Run(["stream", "-d", string, "--temporary", "--until", "now"]).expect(0)
            }
        }

        private func with(_ body: @escaping @Sendable (PostgresServer) throws -> Void) async throws {
            try await blocking {
                let server = try PostgresServer.start()
                let pid = try #require(server.postmasterPID)
                kill(pid, SIGSTOP)
                defer { kill(pid, SIGCONT) }
                try body(server)
            }
        }
    }
}
