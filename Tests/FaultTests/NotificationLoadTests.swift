import Foundation
import Synchronization
import TestSupport
import Testing

/// Notifications when there are many, and when somebody does not take them.
@Suite struct NotificationLoadTests {
    private static let channels = 20

    /// Texts of 0 to 7,999 bytes, all that PostgreSQL lets through, of characters of every length; most are short. No two are
    /// equal, because of equal ones in a transaction only one arrives; and their number is prime to that of the channels.
    private static let payloads: [String] = {
        let edges = [0, 1, 7_999]
        var texts = Set<[UInt8]>()
        var payloads: [String] = []
        while payloads.count < 199 {
            let size =
                payloads.count < edges.count
                ? edges[payloads.count] : 2 + Int(pow(Double.random(in: 0..<1), 6) * 7_998)
            let bytes = text(of: size)
            if texts.insert(bytes).inserted { payloads.append(String(decoding: bytes, as: UTF8.self)) }
        }
        return payloads
    }()

    private static func text(of size: Int) -> [UInt8] {
        let ranges: [ClosedRange<UInt32>] = [
            1...0x7F, 0x20...0x7E, 0x80...0x7FF, 0x800...0xD7FF, 0x10000...0x10FFFF,
        ]
        var bytes: [UInt8] = []
        while bytes.count < size {
            let scalar = Unicode.Scalar(UInt32.random(in: ranges[Int.random(in: 0..<ranges.count)]))
            let next = scalar.map { Array(String($0).utf8) } ?? []
            bytes += bytes.count + next.count <= size ? next : [0x78]
        }
        return bytes
    }

    /// Sends from `n = first` on, fifty in a transaction with a row each; `n` decides on channel and payload.
    private func send(_ server: PostgresServer, count: Int) throws {
        try server.psql(
            """
            DO $$
            DECLARE payloads text[] := (SELECT array_agg(payload ORDER BY n) FROM payloads);
            BEGIN
                FOR n IN 0..\(count - 1) LOOP
                    INSERT INTO sent VALUES (n);
                    PERFORM pg_notify('c' || n % \(Self.channels), payloads[n % \(Self.payloads.count) + 1]);
                    IF n % 50 = 49 THEN COMMIT; END IF;
                END LOOP;
            END $$
            """)
    }

    private func prepare(_ server: PostgresServer) throws {
        let rows = Self.payloads.indices.map { index in
            "(\(index), convert_from(decode('\(Data(Self.payloads[index].utf8).base64EncodedString())', 'base64'), 'UTF8'))"
        }
        try server.psql(
            """
            CREATE TABLE sent (n int PRIMARY KEY); CREATE TABLE payloads (n int PRIMARY KEY, payload text);
            INSERT INTO payloads VALUES \(rows.joined(separator: ", "));
            """)
    }

    /// Every row and every notification is there, in the order of its channel, and nothing else. PostgreSQL is quicker at it
    /// than a test is, and has another reader of JSON.
    private func judge(_ path: String, _ server: PostgresServer, count: Int) throws {
        let verdict = try server.psql(
            """
            CREATE UNLOGGED TABLE line (place bigint GENERATED ALWAYS AS IDENTITY, e json);
            \\copy line (e) FROM '\(path)' WITH (FORMAT csv, QUOTE E'\\x01', DELIMITER E'\\x02')
            CREATE UNLOGGED TABLE event AS
                SELECT place, e->>'op' AS op, e->>'channel' AS channel, e->>'payload' AS payload,
                    (e#>>'{after,n}')::int AS n FROM line;
            SELECT
                (SELECT count(*) FROM (
                    SELECT n, row_number() OVER (ORDER BY place) - 1 AS expected FROM event WHERE op = 'insert') rows
                 WHERE n = expected),
                (SELECT count(*) FROM (
                    SELECT payload, substr(channel, 2)::int
                        + \(Self.channels) * (row_number() OVER (PARTITION BY channel ORDER BY place) - 1) AS n
                    FROM event WHERE op = 'notify' AND payload <> 'the end') heard
                 JOIN payloads p ON p.n = heard.n % \(Self.payloads.count) AND p.payload = heard.payload),
                (SELECT count(*) FROM event);
            DROP TABLE line, event
            """)
        #expect(verdict == "\(count)|\(count)|\(2 * count + Self.channels)")
    }

    @Test(.timeLimit(.minutes(5)))
    func aHundredThousandArriveAmongTheRows() async throws {
        let count = 100_000
        let server = try await blocking { try PostgresServer.start() }
        let directory = try TemporaryDirectory()
        let events = directory.path("events.ndjson")
        try await blocking {
            try prepare(server)
            try WalbrookProcess.createSlot(server, "postgres")
            let process = try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--log-level", "info"] + listening, stdout: .file(events))
            try process.waitForStandardError(containing: " streaming ")
            try send(server, count: count)
            // The last one, on every channel.
            try server.psql((0..<Self.channels).map { "NOTIFY c\($0), 'the end'" }.joined(separator: "; "))
            try eventually(within: .seconds(180), every: .milliseconds(500), "everything is written") {
                try ChildProcess.run(["wc", "-l", events]).hasPrefix("\(2 * count + Self.channels) ")
            }
            process.terminate()
            try process.succeed()
            try EventLog(events).assertPositionsStrictlyIncrease()
            try judge(events, server, count: count)
            try server.destroy()
        }
    }

    private var listening: [String] { (0..<Self.channels).flatMap { ["--listen", "c\($0)"] } }

    @Test(.timeLimit(.minutes(10)))
    func blockedOutputFillsNeitherTheServersQueueNorMemory() async throws {
        let server = try await blocking { try PostgresServer.start() }
        try await blocking {
            try prepare(server)
            try WalbrookProcess.createSlot(server, "postgres")
            let process = try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--log-level", "info", "--op", "notify"] + listening,
                stdout: .pipe)
            try process.waitForStandardError(containing: " streaming ")
            // About 50 MB, of which neither pipe nor program take more than a part.
            let count = 45_000
            try send(server, count: count)
            try eventually(within: .seconds(60), "the server's queue is empty") {
                try server.psql("SELECT pg_notification_queue_usage()") == "0"
            }
            let memory = try process.residentKiB
            #expect(memory < 40 * 1024, "memory stays bounded: \(memory) KiB")
            // Read on, it tells how many of each channel are missing, and then goes on.
            try server.psql("NOTIFY c0, 'the end'")
            var (received, missing, ends) = (0, 0, false)
            while !ends {
                let line = try process.readLines(1, within: .seconds(60))[0]
                if line.contains(#""op":"gap""#) {
                    missing += line.firstMatch(of: /"count":(\d+)}/).flatMap { Int($0.1) } ?? 0
                    // The last one may have been too late, too.
                    if received + missing == count + 1 { ends = true }
                } else if line.contains(#""payload":"the end""#) {
                    ends = true
                } else {
                    received += 1
                }
            }
            #expect(missing > 0 && (received + missing == count || received + missing == count + 1))
            try server.psql("NOTIFY c1, 'and on'")
            #expect(try process.readLines(1)[0].contains(#""payload":"and on""#))
            process.terminate()
            try process.succeed()
            try server.destroy()
        }
    }

    /// Stops passing on what the server says, as a network does that has lost it.
    private final class Silence: Relay.Filter {
        private let isSilent: @Sendable () -> Bool

        init(_ isSilent: @escaping @Sendable () -> Bool) { self.isSilent = isSilent }

        func fromServer(_ message: Relay.Message) throws -> [Relay.Message] { isSilent() ? [] : [message] }
    }

    private final class Flag: Sendable {
        private let value = Atomic(false)

        var isSet: Bool { value.load(ordering: .relaxed) }

        func set() { value.store(true, ordering: .relaxed) }
    }

    @Test(.timeLimit(.minutes(5)))
    func aServerThatSaysNothingAnyMoreIsNoticed() async throws {
        let server = try await blocking { try PostgresServer.start() }
        try await blocking {
            let silent = Flag()
            let relay = try Relay(to: server) {
                // Of connections made before it fell silent.
                let wasSilent = silent.isSet
                return Silence { silent.isSet && !wasSilent }
            }
            let process = try WalbrookProcess.start(
                [
                    "stream", "-d", relay.conninfo(database: "postgres"), "--no-replication", "--listen", "c",
                    "--status-interval", "0.2", "--log-level", "info",
                ], stdout: .pipe)
            try process.waitForStandardError(containing: " listening")
            silent.set()
            let gap = try process.readLines(1, within: .seconds(30))[0]
            #expect(gap.contains(#""op":"gap""#))
            #expect(process.standardError.contains("the server does not answer"))
            try server.psql("NOTIFY c, 'after'")
            #expect(try process.readLines(1)[0].contains(#""payload":"after""#))
            process.terminate()
            try process.succeed()
            try server.destroy()
        }
    }
}
