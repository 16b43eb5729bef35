import Foundation
import TestSupport
import Testing

/// Subscribers get what they asked for, each event once and in order, whatever others or they themselves do.
@Suite struct SubscriberTests {
    private static func script(_ name: String) -> String {
        URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Python/\(name)")
            .path
    }

    /// One that never reads, one that reads 1 KiB a second, ten that come and go, twenty with filters, and all the others.
    @Test(.timeLimit(.minutes(10)))
    func twoHundredAtOnce() async throws {
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        let (journal, events) = (directory.path("journal"), directory.path("events.ndjson"))
        try await blocking {
            try Load.prepare(server, "postgres")
            try server.psql(
                """
                ALTER TABLE pgbench_history REPLICA IDENTITY FULL;
                CREATE TABLE large (id int PRIMARY KEY, v text);
                CREATE TABLE finish (id int PRIMARY KEY)
                """)
            try WalbrookProcess.createSlot(server, "postgres")
            let process = try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--journal", journal, "--to", "tcp://127.0.0.1:0"],
                stdout: .devNull)
            let audience = try ClientProcess([
                "python3", Self.script("audience.py"), "\(process.subscriberPort())", events,
            ])
            try audience.wait(for: "ready 200", within: .seconds(120))
            try server.run(
                tool: "pgbench", arguments: ["-n", "-c", "4", "-j", "2", "-t", "500"], database: "postgres")
            // More than the system and the window take together for one who does not read.
            try server.psql(
                """
                INSERT INTO large SELECT g, repeat(md5(g::text), 100) FROM generate_series(1, 5000) g;
                INSERT INTO finish VALUES (1)
                """)
            try audience.wait(for: "complete", within: .seconds(300))
            // As somebody sees it who asks.
            process.signal(SIGUSR1)
            try process.waitForStandardError(containing: "mode=journal")
            let peak = try process.peakResidentKiB
            #expect(peak < 64 << 10, "\(peak) KiB")
            let whole = directory.path("whole")
            try WalbrookProcess.start(["replay", journal], stdout: .file(whole)).succeed()
            try FileManager.default.moveItem(atPath: whole, toPath: events)
            let status = try audience.end(within: .seconds(120))
            let said = try audience.output
            #expect(status == .exited(0), "\(said)")
            print("200 subscribers: \(peak) KiB at most; \(said.split(separator: "\n").last ?? "")")
            process.terminate()
            try process.succeed()
            try server.destroy()
        }
    }

    /// Forty who do not read, or hardly, beside one who does: it gets its events as soon as it would without them.
    @Test(.timeLimit(.minutes(5)))
    func theSlowHoldUpNobody() async throws {
        try await blocking {
            let server = try PostgresServer.start()
            let directory = try TemporaryDirectory()
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql("CREATE TABLE t (id int, round int, v text)")
            let process = try WalbrookProcess.start(
                [
                    "stream", "-d", server.conninfo(), "--journal", directory.path("journal"), "--to",
                    "tcp://127.0.0.1:0",
                ], stdout: .devNull)
            let port = try process.subscriberPort()
            let fast = try SocketClient(port: port)
            try fast.send("SUB from=now\n")
            _ = try fast.line(beginning: "{\"op\":\"caught_up\"")
            // Committed first, so that what is measured is Walbrook's work alone, and not the server's.
            func time(_ round: Int) throws -> Duration {
                let rows = 20_000
                process.signal(SIGSTOP)
                try server.psql(
                    "INSERT INTO t SELECT g, \(round), repeat('x', 500) FROM generate_series(1, \(rows)) g")
                let start = ContinuousClock.now
                process.signal(SIGCONT)
                for _ in 1...rows { _ = try fast.line(beginning: "{\"pos\":") }
                return .now - start
            }
            _ = try time(0)
            var (without, with) = ([Duration](), [Duration]())
            for round in 1...4 {
                without.append(try time(round))
                // The first half takes a little of what comes, the other half nothing.
                let slow = try (0..<40).map { _ in
                    let client = try SocketClient(port: port, receiveBuffer: 4096)
                    try client.send("SUB from=start\n")
                    return client
                }
                for client in slow.prefix(20) { _ = try client.line(beginning: "{\"pos\":") }
                with.append(try time(round + 10))
                for client in slow { try client.close(resetting: true) }
            }
            let (best, beside) = (without.min() ?? .zero, with.min() ?? .zero)
            #expect(beside < best * 2, "\(without) without slow ones, \(with) beside them")
            process.terminate()
            try process.succeed()
            try server.destroy()
        }
    }

    @Test(.timeLimit(.minutes(5)))
    func positionsThatCannotBeHad() async throws {
        try await blocking {
            let server = try PostgresServer.start()
            let directory = try TemporaryDirectory()
            try WalbrookProcess.createSlot(server, "postgres")
            let process = try WalbrookProcess.start(
                [
                    "stream", "-d", server.conninfo(), "--journal", directory.path("journal"),
                    "--journal-segment-size", "100k", "--journal-size", "300k", "--to", "tcp://127.0.0.1:0",
                ], stdout: .devNull)
            let port = try process.subscriberPort()
            func answer(_ words: String) throws -> String {
                let client = try SocketClient(port: port)
                _ = try client.line(beginning: "{\"op\":\"hello\"")
                try client.send("SUB \(words)\n")
                return try client.line() ?? "the end"
            }
            try server.psql("CREATE TABLE t (id int PRIMARY KEY, v text); INSERT INTO t VALUES (0)")
            try eventually("the first event is there") { try answer("from=start").hasPrefix("{\"pos\":") }
            let first = String(try answer("from=start").dropFirst(8).prefix(26))
            try server.psql("INSERT INTO t SELECT g, repeat('x', 1000) FROM generate_series(1, 2000) g")
            try process.waitForStandardError(containing: "cut the oldest segment")
            for words in [
                "from=\(first)", "from=\(first.prefix(17))", "from=FFFFFFFF/00000000-00000001",
                "from=FFFFFFFF/0",
            ] {
                let line = try answer(words)
                #expect(line.hasPrefix("{\"op\":\"error\",\"code\":\"GONE\""), "\(words): \(line)")
                #expect(line.contains("\"oldest\":\"") && line.contains("\"head\":\""))
            }
            #expect(try answer("from=yesterday").hasPrefix("{\"op\":\"error\",\"code\":\"SYNTAX\""))
            #expect(try answer("from=start").hasPrefix("{\"pos\":"))
            process.terminate()
            try process.succeed()
            try server.destroy()
        }
    }

    /// A good subscriber beside ten thousand that are not misses nothing, and nothing of them is left.
    @Test(.timeLimit(.minutes(10)), arguments: [false, true])
    func hostileConnections(overTLS: Bool) async throws {
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        let (certificate, key) = (directory.path("cert.pem"), directory.path("key.pem"))
        let process = try await blocking {
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql("CREATE TABLE t (id int PRIMARY KEY)")
            var arguments = [
                "stream", "-d", server.conninfo(), "--journal", directory.path("journal"), "--to",
                "tcp://127.0.0.1:0", "--to", "unix:\(directory.path("s"))",
            ]
            if overTLS {
                try ChildProcess.run([
                    "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256",
                    "-nodes", "-days",
                    "2", "-subj", "/CN=localhost", "-keyout", key, "-out", certificate,
                ])
                arguments += ["--tls-cert", certificate, "--tls-key", key]
            }
            return try WalbrookProcess.start(arguments, stdout: .devNull)
        }
        let port = try await blocking { try process.subscriberPort() }
        try await blocking {
            // Over TLS the good one is OpenSSL's own client.
            let reader = try ClientProcess(
                overTLS
                    ? ["openssl", "s_client", "-quiet", "-connect", "127.0.0.1:\(port)"]
                    : ["nc.openbsd", "127.0.0.1", "\(port)"])
            try reader.say("SUB from=now\n")
            try reader.wait(for: "caught_up")
            // With the first event there is a segment, which stays open.
            try server.psql("INSERT INTO t VALUES (1)")
            try reader.wait(for: "\"after\":{\"id\":1}")
            let before = try process.descriptors
            let hostile = Thread {
                do {
                    try ChildProcess.run(
                        ["python3", Self.script("hostile.py"), "\(port)", "\(overTLS ? 2000 : 10_000)"],
                        outputPath: directory.path("hostile"))
                } catch {
                    try? Data("\(error)".utf8).write(to: URL(fileURLWithPath: directory.path("hostile")))
                }
            }
            hostile.start()
            var count = 1
            func isOver() throws -> String? {
                let said = (try? String(contentsOfFile: directory.path("hostile"), encoding: .utf8)) ?? ""
                return said.isEmpty ? nil : said
            }
            var said: String?
            while said == nil {
                try server.psql("INSERT INTO t SELECT g FROM generate_series(\(count + 1), \(count + 10)) g")
                count += 10
                Thread.sleep(forTimeInterval: 0.02)
                said = try isOver()
            }
            #expect(said == (overTLS ? "2000\n" : "10000\n"))
            #expect(process.isRunning)
            try reader.wait(for: "\"after\":{\"id\":\(count)}")
            let rows = try reader.output.matches(of: /"after":{"id":([0-9]+)}/).compactMap { Int($0.1) }
            #expect(rows == Array(1...count))
            try eventually(within: .seconds(60), "no descriptor is left") {
                try process.descriptors == before
            }
            let peak = try process.peakResidentKiB
            #expect(peak < 64 << 10, "\(peak) KiB")
            process.terminate()
            try process.succeed()
            try server.destroy()
        }
    }
}
