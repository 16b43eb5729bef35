import Foundation
import TestSupport
import Testing

/// Subscribers that come back to another process, or to another cluster.
@Suite(.timeLimit(.minutes(5))) struct SubscriberResumeTests {
    /// One who goes on by its own last position, with a filter or without, or by its name.
    private struct Reader {
        let words: String
        var isNamed = false
        var lines: [String] = []

        var position: String? { lines.last.map { String($0.dropFirst(8).prefix(26)) } }

        /// Reads on for some events, or until the last one.
        mutating func read(_ count: Int, port: Int) throws {
            let client = try SocketClient(port: port)
            _ = try client.line(beginning: "{\"op\":\"hello\"")
            let start = isNamed ? "start" : position ?? "start"
            try client.send("SUB from=\(start) \(words)\n")
            var read = 0
            while read < count {
                guard let line = try client.line() else {
                    throw TestFailure("cut off behind \(position ?? "-")")
                }
                guard line.hasPrefix("{\"pos\":") else {
                    guard line.hasPrefix("{\"op\":\"caught_up\"") else { throw TestFailure(line) }
                    continue
                }
                lines.append(line)
                read += 1
                if line.contains("\"table\":\"finish\"") { break }
            }
            guard isNamed, let position else { return }
            try client.send("ACK \(position)\nPING\n")
            // What comes with it was not acknowledged, and comes again.
            _ = try client.line(beginning: "{\"op\":\"pong\"")
        }
    }

    @Test func afterEveryKillNothingIsMissingOrRepeated() async throws {
        try await blocking {
            let server = try PostgresServer.start()
            let directory = try TemporaryDirectory()
            let journal = directory.path("journal")
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql(
                """
                CREATE TABLE t (id int PRIMARY KEY, v text); CREATE TABLE u (id int PRIMARY KEY);
                CREATE TABLE finish (id int PRIMARY KEY)
                """)
            let arguments = [
                "stream", "-d", server.conninfo(), "--journal", journal, "--journal-segment-size", "100k",
                "--to",
                "tcp://127.0.0.1:0",
            ]
            var readers = [
                Reader(words: ""), Reader(words: "tables=public.u,public.finish"),
                Reader(words: "ops=insert"),
                Reader(words: "name=shop", isNamed: true),
                Reader(words: "name=till ops=insert", isNamed: true),
            ]
            for round in 1...6 {
                let process = try WalbrookProcess.start(arguments, stdout: .devNull)
                let port = try process.subscriberPort()
                let work = try server.session()
                for id in 1...20 {
                    let first = round * 10_000 + id * 100
                    try work.send(
                        """
                        INSERT INTO t SELECT g, repeat('x', 100) FROM generate_series(\(first), \(first + 49)) g;
                        UPDATE t SET v = 'y' WHERE id = \(first); INSERT INTO u VALUES (\(first))
                        """)
                }
                for index in readers.indices {
                    try readers[index].read(Int.random(in: 5...(index == 1 ? 15 : 700)), port: port)
                }
                // While it is at work.
                try work.send(
                    "INSERT INTO t SELECT g, 'z' FROM generate_series(\(round)00000, \(round)02000) g")
                process.kill()
            }
            try server.psql("INSERT INTO finish VALUES (1)")
            let process = try WalbrookProcess.start(arguments, stdout: .devNull)
            let port = try process.subscriberPort()
            for index in readers.indices { try readers[index].read(.max, port: port) }
            process.terminate()
            try process.succeed()
            try WalbrookProcess.start(["replay", journal], stdout: .file(directory.path("all"))).succeed()
            let all = try EventLog(directory.path("all")).lines()
            let inserts = all.filter { $0.contains("\"op\":\"insert\"") }
            let few = all.filter { $0.contains("\"table\":\"u\"") || $0.contains("\"table\":\"finish\"") }
            for (reader, expected) in zip(readers, [all, few, inserts, all, inserts]) {
                let isEqual = reader.lines == expected
                #expect(isEqual, "\(reader.words): \(reader.lines.count) of \(expected.count)")
            }
            try server.destroy()
        }
    }

    @Test func aNameOutlivesClientAndServer() async throws {
        try await blocking {
            let server = try PostgresServer.start()
            let directory = try TemporaryDirectory()
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql("CREATE TABLE t (id int PRIMARY KEY)")
            let arguments = [
                "stream", "-d", server.conninfo(), "--journal", directory.path("journal"), "--to",
                "tcp://127.0.0.1:0",
            ]
            var next = 1
            for round in 1...6 {
                let process = try WalbrookProcess.start(arguments, stdout: .devNull)
                let client = try SocketClient(port: process.subscriberPort())
                try client.send("SUB name=shop from=start\n")
                try server.psql(
                    "INSERT INTO t SELECT g FROM generate_series(\(round * 10 - 9), \(round * 10)) g")
                let events = try (next...round * 10).map { number in
                    let line = try client.line(beginning: "{\"pos\":")
                    #expect(line.contains("\"after\":{\"id\":\(number)}"), "\(line)")
                    return line
                }
                let acknowledged = events.count - round % 3
                try client.send("ACK \(events[acknowledged - 1].dropFirst(8).prefix(26))\nPING\n")
                _ = try client.line(beginning: "{\"op\":\"pong\"}")
                next += acknowledged
                if round % 2 == 0 { try client.close(resetting: true) }
                process.kill()
            }
            try server.destroy()
        }
    }

    /// Whoever comes with a position of one cluster to the journal of another, or of an older slot, is told so.
    @Test func positionsOfAnotherCluster() async throws {
        try await blocking {
            let directory = try TemporaryDirectory()
            let (young, old) = (try PostgresServer.start(), try PostgresServer.start())
            // Its log is far ahead when the stream begins.
            for _ in 1...3 {
                try old.psql("SELECT pg_logical_emit_message(false, 'x', 'y'); SELECT pg_switch_wal()")
            }
            var positions: [String] = []
            var ports: [Int] = []
            var processes: [WalbrookProcess] = []
            for (name, server) in [("young", young), ("old", old)] {
                try WalbrookProcess.createSlot(server, "postgres")
                try server.psql("CREATE TABLE t (id int PRIMARY KEY); INSERT INTO t VALUES (1)")
                let process = try WalbrookProcess.start(
                    [
                        "stream", "-d", server.conninfo(), "--journal", directory.path(name), "--to",
                        "tcp://127.0.0.1:0",
                    ],
                    stdout: .devNull)
                processes.append(process)
                ports.append(try process.subscriberPort())
                let client = try SocketClient(port: ports.last ?? 0)
                let system = try server.psql("SELECT system_identifier FROM pg_control_system()")
                let hello = try client.line(beginning: "{\"op\":\"hello\"")
                #expect(hello.contains("\"system\":\"\(system)\""), "\(hello)")
                try client.send("SUB from=start\n")
                positions.append(String(try client.line(beginning: "{\"pos\":").dropFirst(8).prefix(26)))
            }
            for (port, foreign) in zip(ports, positions.reversed()) {
                for start in [foreign, String(foreign.prefix(17))] {
                    let client = try SocketClient(port: port)
                    try client.send("SUB from=\(start)\n")
                    let answer = try client.line(beginning: "{\"op\":\"error\"")
                    #expect(
                        answer.contains("\"code\":\"GONE\"") && answer.contains("\"oldest\":\""), "\(answer)")
                    #expect(try client.line() == nil)
                }
            }
            for process in processes {
                process.terminate()
                try process.succeed()
            }
            try young.destroy()
            try old.destroy()
        }
    }
}
