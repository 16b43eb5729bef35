import Foundation
import TestSupport
import Testing

/// SIGUSR1 says how far everything is, also while a sink is stuck and while there is no server.
@Suite struct StateTests {
    @Test(.timeLimit(.minutes(2)), arguments: ["text", "json"])
    func whileASinkIsStuck(format: String) async throws {
        try await blocking {
            let server = try PostgresServer.start()
            let directory = try TemporaryDirectory()
            let path = directory.path("events.ndjson")
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql(
                """
                CREATE TABLE t (id int PRIMARY KEY, v text);
                INSERT INTO t SELECT g, repeat('x', 500) FROM generate_series(1, 20000) g
                """)
            let process = try WalbrookProcess.start(
                [
                    "stream", "-d", server.conninfo(), "--log-format", format, "--log-level", "error", "--to",
                    "file:\(path)", "--to", "stdout",
                ], stdout: .pipe)
            // More than a pipe holds, so that it is stuck from here on, with a batch that the file has.
            _ = try process.readLines(1)
            var state = try State(of: process, format)
            try eventually("the file is ahead of standard output") {
                state = try State(of: process, format)
                return try state.durable("file:\(path)") > state.durable("stdout")
            }
            let written = try #require(state.sinks["file:\(path)"]?["written"])
            #expect(try state.durable("file:\(path)") <= written)
            #expect(state.stream["connected"] == "yes")
            #expect(try #require(state.stream["read"]) >= written)
            #expect(try #require(state.stream["written"]) >= written)
            #expect(try #require(state.stream["received"]).contains("/"))
            #expect(try #require(state.stream["confirmed"]).contains("/"))

            // And then all is where the last event is, or at the commit behind it.
            let line = try #require(try process.readLines(19_999, within: .seconds(60)).last)
            let last = String(line.dropFirst(#"{"pos":""#.count).prefix(26))
            try eventually(within: .seconds(60), "all is durable") {
                let state = try State(of: process, format)
                return try state.durable("file:\(path)") >= last && state.durable("stdout") >= last
                    && state.stream["read"].map { $0 >= last } == true
            }
            try server.stop(.immediate)
            try eventually("it notices that the server has gone") {
                try State(of: process, format).stream["connected"] == "no"
            }
            process.terminate()
            try process.succeed()
            try server.destroy()
        }
    }
}

/// What the program says of itself.
private struct State {
    var stream: [String: String] = [:]
    var sinks: [String: [String: String]] = [:]

    /// Asks, and waits for the answer.
    init(of process: WalbrookProcess, _ format: String) throws {
        let before = process.standardError.utf8.count
        process.signal(SIGUSR1)
        var lines: [Substring] = []
        try eventually("it says how far it is") {
            let text = process.standardError.dropFirst(before)
            lines = text.hasSuffix("\n") ? text.split(separator: "\n") : []
            return lines.count { $0.contains("state of a sink") } == 2
        }
        for line in lines where line.contains("state of") {
            let fields = format == "json" ? try Self.json(line) : Self.text(line)
            if line.contains("state of the stream") { stream = fields }
            if line.contains("state of a sink") { sinks[fields["sink"] ?? ""] = fields }
        }
    }

    func durable(_ sink: String) throws -> String {
        try #require(sinks[sink]?["durable"])
    }

    private static func json(_ line: Substring) throws -> [String: String] {
        try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: String])
    }

    private static func text(_ line: Substring) -> [String: String] {
        let pairs = line.split(separator: " ").filter { $0.contains("=") }.map {
            $0.split(separator: "=", maxSplits: 1).map(String.init)
        }
        return Dictionary(pairs.map { ($0[0], $0.count > 1 ? $0[1] : "") }) { $1 }
    }
}
