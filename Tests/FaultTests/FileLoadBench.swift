import Foundation
import TestSupport
import Testing

/// A server under load, a file that its events go to, and slots that nobody disturbs, to compare with.
final class FileLoadBench: Sendable {
    let server: PostgresServer
    private let directory: TemporaryDirectory
    private let path: String
    private let format: String
    private let rotateSize: String?

    init(format: String, rotateSize: String? = nil) throws {
        self.format = format
        self.rotateSize = rotateSize
        server = try PostgresServer.start()
        directory = try TemporaryDirectory()
        try FileManager.default.createDirectory(
            atPath: directory.path("out"), withIntermediateDirectories: false)
        path = directory.path("out/events.ndjson")
        try WalbrookProcess.createSlot(server, "postgres")
        for slot in ["witness", "judge"] {
            _ = try server.psql("SELECT pg_copy_logical_replication_slot('walbrook', '\(slot)')")
        }
        try Load.prepare(server, "postgres")
    }

    func start(_ more: [String] = []) throws -> WalbrookProcess {
        let rotation = rotateSize.map { ["--rotate-size", $0] } ?? []
        return try stream(["--status-interval", "0.05", "--to", "file:\(path)"] + rotation + more, .devNull)
    }

    private func stream(_ arguments: [String], _ output: WalbrookProcess.Output) throws -> WalbrookProcess {
        try WalbrookProcess.start(
            ["stream", "-d", server.conninfo(), "--format", format] + arguments, stdout: output)
    }

    /// All files of events, the oldest first.
    private func files() throws -> [String] {
        try FileManager.default.contentsOfDirectory(atPath: directory.path("out")).sorted()
            .filter { !$0.hasSuffix(".walbrook") }.map { directory.path("out/\($0)") }
    }

    /// A file may be put aside in the middle of this.
    func writtenBytes() throws -> Int {
        try files().map { path in
            (try? FileManager.default.attributesOfItem(atPath: path)[.size] as? Int) ?? 0
        }.reduce(0, +)
    }

    /// The writers must have ended, and everything must be in the file.
    func verify() throws {
        let all = directory.path("all.ndjson")
        let files = try files()
        try ChildProcess.run(["cat"] + files, outputPath: all)
        #expect((files.count > 1) == (rotateSize != nil))
        let witness = directory.path("witness.ndjson")
        try stream(["--slot", "witness", "--until", "now"], .file(witness)).succeed()
        let isEqual = FileManager.default.contentsEqual(atPath: all, andPath: witness)
        #expect(isEqual, "the file has the bytes of a stream that nothing has happened to")
        try judge(format == "json" ? all : try jsonBeside(all))
        try server.destroy()
    }

    private func judge(_ events: String) throws {
        try EventLog(events).assertPositionsStrictlyIncrease()
        try EventLog(events).assertTransactionsContiguous()
        try Oracle.verify(events: events, source: "postgres", on: server)
    }

    /// The same events in JSON, which can be replayed; each of them is a line of the other format, too.
    private func jsonBeside(_ other: String) throws -> String {
        let events = directory.path("json.ndjson")
        try WalbrookProcess.start(
            ["stream", "-d", server.conninfo(), "--slot", "judge", "--until", "now"], stdout: .file(events)
        ).succeed()
        #expect(try lines(events) == lines(other))
        return events
    }

    private func lines(_ path: String) throws -> Int {
        try Data(contentsOf: URL(fileURLWithPath: path)).count { $0 == UInt8(ascii: "\n") }
    }
}
