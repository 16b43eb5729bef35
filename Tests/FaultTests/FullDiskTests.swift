import Foundation
import TestSupport
import Testing

/// A disk without room ends the program with a line that says so and a file of whole lines; with room again, it goes on
/// with nothing missing and nothing twice.
@Suite struct FullDiskTests {
    private static let rows = 5000

    /// Where no file may grow past a size: in the middle of the events, and in the middle of the state.
    @Test(.timeLimit(.minutes(2)), arguments: [1_000_000, 6000])
    func aLimitOfAFilesSize(limit: Int) async throws {
        try await blocking {
            let bench = try Bench()
            let small = try bench.start(wrapper: ["prlimit", "--fsize=\(limit)"])
            let reason =
                limit < 8192
                ? "\(bench.path).walbrook: the limit of a file's size is reached"
                : "cannot write: the limit of a file's size is reached"
            try bench.expectFailure(of: small, reason)
            #expect((try bench.size() > 0) == (limit > 8192))
            try bench.goOn()
        }
    }

    @Test(
        .enabled("mounting a file system takes root") { await FileSystem.canMount }, .timeLimit(.minutes(2)))
    func aFullFileSystem() async throws {
        try await blocking {
            let disk = try FileSystem(size: "1m")
            let bench = try Bench(in: disk.path)
            for _ in 1...2 {
                // Again and again it makes no difference.
                let process = try bench.start()
                try bench.expectFailure(of: process, "cannot write: no space left on the device")
                #expect(try bench.size() > 0)
            }
            try disk.resize("64m")
            try bench.goOn()
        }
    }

    @Test(
        .enabled("mounting a file system takes root") { await FileSystem.canMount }, .timeLimit(.minutes(2)))
    func noRoomForTheState() async throws {
        try await blocking {
            let disk = try FileSystem(size: "1m")
            let bench = try Bench(in: disk.path)
            let ballast = try disk.fill()
            let process = try bench.start()
            try bench.expectFailure(of: process, "\(bench.path).walbrook: no space left on the device")
            #expect(try bench.size() == 0)
            try FileManager.default.removeItem(atPath: ballast)
            try disk.resize("64m")
            try bench.goOn()
        }
    }

    /// A disk that others fill while it runs, and empty again: what is confirmed is in the file.
    @Test(
        .enabled("mounting a file system takes root") { await FileSystem.canMount }, .timeLimit(.minutes(2)))
    func filledWhileItRuns() async throws {
        try await blocking {
            let disk = try FileSystem(size: "16m")
            let bench = try Bench(in: disk.path)
            let process = try bench.start()
            try eventually("it has written") { try bench.size() > 2_000_000 }
            let ballast = try disk.fill()
            try bench.insert(Self.rows + 1...2 * Self.rows)
            try bench.expectFailure(of: process, "no space left on the device")
            try FileManager.default.removeItem(atPath: ballast)
            try bench.goOn(rows: 2 * Self.rows)
        }
    }

    /// A server with rows of 500 bytes, and a file for them.
    private final class Bench: Sendable {
        let path: String
        private let server: PostgresServer
        private let directory: TemporaryDirectory

        init(in place: String? = nil) throws {
            directory = try TemporaryDirectory()
            path = "\(place ?? directory.path)/events.ndjson"
            server = try PostgresServer.start()
            try WalbrookProcess.createSlot(server, "postgres")
            try server.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
            try insert(1...FullDiskTests.rows)
        }

        /// Many transactions, so that the stream can be cut between any of them.
        func insert(_ rows: ClosedRange<Int>) throws {
            try server.psql(
                """
                DO $$ BEGIN FOR i IN \(rows.lowerBound)..\(rows.upperBound) LOOP
                    INSERT INTO t VALUES (i, repeat('x', 500));
                    IF i % 7 = 0 THEN COMMIT; END IF;
                END LOOP; END $$
                """)
        }

        func start(_ more: [String] = [], wrapper: [String] = []) throws -> WalbrookProcess {
            try WalbrookProcess.start(
                ["stream", "-d", server.conninfo(), "--to", "file:\(path)"] + more, stdout: .devNull,
                wrapper: wrapper)
        }

        func size() throws -> Int {
            guard FileManager.default.fileExists(atPath: path) else { return 0 }
            return try #require(FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        }

        func expectFailure(of process: WalbrookProcess, _ reason: String) throws {
            #expect(try process.wait(within: .seconds(60)) == .exited(74))
            let said = process.standardError.split(separator: "\n").filter { $0.hasPrefix("walbrook: ") }
            #expect(said.count == 1 && said[0].contains("file:\(path): "), "\(process.standardError)")
            #expect(said.last?.hasSuffix(reason) == true, "\(process.standardError)")
            guard try size() > 0 else { return }
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)).last == UInt8(ascii: "\n"))
            try EventLog(path).assertPositionsStrictlyIncrease()
        }

        func goOn(rows: Int = FullDiskTests.rows) throws {
            try start(["--until", "now"]).succeed()
            try EventLog(path).assertPositionsStrictlyIncrease()
            try EventLog(path).assertTransactionsContiguous()
            #expect(try EventLog(path).counts() == ["insert": rows])
            try Oracle.verify(events: path, source: "postgres", on: server)
            try server.destroy()
        }
    }
}

/// A small file system of its own, in memory, as long as this object lives.
private final class FileSystem: Sendable {
    private let directory: TemporaryDirectory

    var path: String { directory.path }

    static var canMount: Bool {
        get async { (try? await blocking { _ = try FileSystem(size: "1m") }) != nil }
    }

    init(size: String) throws {
        directory = try TemporaryDirectory()
        try ChildProcess.run(["mount", "-t", "tmpfs", "-o", "size=\(size)", "tmpfs", directory.path])
    }

    deinit {
        _ = try? ChildProcess.run(["umount", "-l", directory.path])
    }

    func resize(_ size: String) throws {
        try ChildProcess.run(["mount", "-o", "remount,size=\(size)", directory.path])
    }

    /// Leaves no room. Returns the file that takes it.
    func fill() throws -> String {
        let path = directory.path("ballast")
        // It ends with an error, when nothing fits any more.
        _ = try? ChildProcess.run(["dd", "if=/dev/zero", "of=\(path)", "bs=4096"])
        return path
    }
}
