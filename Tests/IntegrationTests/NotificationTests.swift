import Foundation
import TestSupport
import Testing

extension Integration {
    /// Notifications in the stream.
    @Suite struct Notifications {
        @Test func theyJoinTheRowsInOneOrder() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let process = try database.startStreaming("--listen", "jobs", "--listen", #"Odd "name" é"#)
                try database.psql("NOTIFY jobs, 'first'")
                let first = try process.readLines(1)
                try database.psql(#"INSERT INTO t VALUES (1); NOTIFY "Odd ""name"" é", '{"a": [1]}'"#)
                try database.psql("NOTIFY jobs; NOTIFY other, 'not asked for'")
                let lines = first + (try process.readLines(3))
                let notifications = lines.filter { $0.contains(#""op":"notify""#) }
                #expect(notifications.count == 3 && lines.contains { $0.contains(#""op":"insert""#) })
                #expect(notifications[0].contains(#","channel":"jobs","payload":"first","pid":"#))
                #expect(
                    notifications[1].contains(#","channel":"Odd \"name\" é","payload":{"a": [1]},"pid":"#))
                #expect(notifications[2].contains(#","channel":"jobs","payload":"","pid":"#))
                let positions = lines.map { $0.prefix(34) }
                #expect(positions == positions.sorted() && Set(positions).count == 4)
                process.terminate()
                #expect(try process.wait() == .exited(0))
            }
        }

        @Test func filtersOfTablesLeaveThemAlone() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (id int PRIMARY KEY)")
                let process = try database.startStreaming(
                    "--listen", "c", "--table", "public.a", "--op", "notify")
                try database.psql(
                    "INSERT INTO a VALUES (1); NOTIFY c, '1'; INSERT INTO b VALUES (1); NOTIFY c, '2'")
                let lines = try process.readLines(2)
                #expect(lines.allSatisfy { $0.contains(#""op":"notify""#) })
                process.terminate()
                #expect(try process.wait() == .exited(0))
            }
        }

        @Test func inAFileTheyGoOnBehindWhatItHolds() async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY)")
                let directory = try TemporaryDirectory()
                let path = directory.path("events")
                for run in 0..<3 {
                    let process = try WalbrookProcess.start(
                        [
                            "stream", "-d", database.server.conninfo(database: database.name), "--slot",
                            database.slot, "--listen", "c", "--to", "file:\(path)", "--log-level", "info",
                        ], stdout: .devNull)
                    try process.waitForStandardError(containing: " streaming ")
                    if run != 1 { try database.psql("INSERT INTO t VALUES (\(run))") }
                    try database.psql("NOTIFY c, 'a \(run)'; NOTIFY c, 'b \(run)'")
                    try eventually("what was sent is in the file") {
                        try EventLog(path).lines().contains { $0.contains("\"b \(run)\"") }
                    }
                    if run == 1 {
                        // What is in the file and not durable yet is cut off again, and a notification comes once.
                        let last = try EventLog(path).lines().last?.dropFirst(8).prefix(26) ?? ""
                        try eventually("it is durable") {
                            process.signal(SIGUSR1)
                            return process.standardError.contains("durable=\(last)")
                        }
                        process.kill()
                    } else {
                        process.terminate()
                        #expect(try process.wait() == .exited(0))
                    }
                }
                let log = EventLog(path)
                try log.assertPositionsStrictlyIncrease()
                #expect(try log.counts() == ["insert": 2, "notify": 6])
            }
        }

        @Test func aLostConnectionLeavesAGap() async throws {
            try await TestDatabase.with { database in
                let process = try database.startStreaming("--listen", "a", "--listen", "b")
                try database.psql("NOTIFY a, 'before'")
                var lines = try process.readLines(1)
                try database.psql(
                    """
                    SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                     WHERE datname = current_database() AND backend_type = 'client backend' AND query ~* '^(listen|select 1)'
                       AND pid <> pg_backend_pid()
                    """)
                lines += try process.readLines(2)
                #expect(lines[1].contains(#""op":"gap""#) && lines[1].hasSuffix(#","channel":"a"}"#))
                #expect(lines[2].contains(#""op":"gap""#) && lines[2].hasSuffix(#","channel":"b"}"#))
                try database.psql("NOTIFY b, 'after'")
                lines += try process.readLines(1)
                #expect(lines[3].contains(#""payload":"after""#))
                process.terminate()
                #expect(try process.wait() == .exited(0))
                #expect(process.standardError.contains("listening again"))
            }
        }

        @Test func withoutReplicationTheyAreAllThereIs() async throws {
            try await TestDatabase.withServer(settings: ["wal_level": "replica"]) { database in
                try database.psql("CREATE ROLE reader LOGIN")
                let directory = try TemporaryDirectory()
                let path = directory.path("events")
                let arguments = [
                    "stream", "-d", database.server.conninfo(database: database.name, user: "reader"),
                    "--no-replication", "--listen", "c", "--log-level", "info", "--to", "file:\(path)",
                ]
                for run in 0..<2 {
                    let process = try WalbrookProcess.start(arguments, stdout: .devNull)
                    try process.waitForStandardError(containing: " listening")
                    try database.psql("NOTIFY c, '1 \(run)'; NOTIFY c, '2 \(run)'")
                    try database.psql("CREATE TABLE t\(run) (id int); NOTIFY c, '3 \(run)'")
                    try eventually("what was sent is in the file") {
                        try EventLog(path).lines().contains { $0.contains("\"3 \(run)\"") }
                    }
                    process.terminate()
                    #expect(try process.wait() == .exited(0))
                }
                let log = EventLog(path)
                try log.assertPositionsStrictlyIncrease()
                #expect(try log.counts() == ["notify": 6])
                #expect(try database.psql("SELECT count(*) FROM pg_replication_slots") == "0")
            }
        }

        @Test(arguments: [
            (["--listen", "c", "--format", "wal2json"], "--listen has no form in --format wal2json"),
            (["--listen", "c", "--format", "debezium"], "--listen has no form in --format debezium"),
            (["--no-replication"], "of use only with --listen"),
            (["--listen", ""], "1 to 63 bytes"),
            (["--listen", "c", "--no-replication", "--until", "now"], "leave out --until"),
            (["--listen", "c", "--no-replication", "--slot", "s"], "all of --slot"),
            (["--listen", "c", "--no-replication", "--publication", "p"], "--publication"),
            (["--listen", "c", "--no-replication", "--no-streaming"], "--streaming"),
        ])
        func whatCannotBeIsRefused(arguments: [String], message: String) async throws {
            try await blocking {
                try Run(["stream"] + arguments).expect(64, saying: message)
            }
        }

        @Test func cloudEventsCarryThem() async throws {
            try await TestDatabase.with { database in
                let process = try database.startStreaming("--listen", "c", "--format", "cloudevents")
                try database.psql("NOTIFY c, 'x'")
                let line = try process.readLines(1)[0]
                #expect(line.contains(#","type":"walbrook.notify","time":""#))
                #expect(line.contains(#""op":"notify""#) && line.contains(#""channel":"c","payload":"x""#))
                process.terminate()
                #expect(try process.wait() == .exited(0))
            }
        }
    }
}
