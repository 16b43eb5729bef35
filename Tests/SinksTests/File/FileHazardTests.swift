import Foundation
import Replication
import Sinks
import Testing

@Suite("A file among people and programs that move, link, replace and delete it", .timeLimit(.minutes(1)))
struct FileHazardTests {
    private let directory: String
    private let path: String
    private let files = FileManager.default

    init() throws {
        directory = files.temporaryDirectory.appendingPathComponent("walbrook-file-\(UUID())").path
        try files.createDirectory(atPath: directory, withIntermediateDirectories: true)
        path = directory + "/events.ndjson"
    }

    private func text(_ path: String? = nil) throws -> String {
        try String(contentsOfFile: path ?? self.path, encoding: .utf8)
    }

    private func lines(_ numbers: ClosedRange<Int>) -> String {
        numbers.map { "\($0).\n" }.joined()
    }

    private func remove() {
        try? files.removeItem(atPath: directory)
    }

    private func refusal(of path: String? = nil, waits: Bool = true) throws -> SinkError {
        try #require(throws: SinkError.self) { try FileRun.open(path ?? self.path, waits: waits) }
    }

    // MARK: Names

    @Test(
        "a state holds names of any characters",
        arguments: ["\u{301}e", "r\r", "\n\u{301}", "a\\nb", "\\", " ", "é", "e\u{301}"])
    func names(name: String) async throws {
        defer { remove() }
        var origin = StreamOrigin.sample
        origin.identity.database = name
        origin.publications = [name, "b", name + "\r"]
        do { await (try FileRun(path, origin: origin)).write(.lines(1...1, sequence: 1)) }
        let held = try #require(try FileRun.open(path).held)
        #expect(Array(held.origin.identity.database.utf8) == Array(name.utf8))
        #expect(held.origin.publications.map { Array($0.utf8) } == origin.publications.map { Array($0.utf8) })
    }

    // MARK: Links

    @Test("two names of one file are one file: one lock, one state, and what is put aside is the file")
    func symbolicLink() async throws {
        defer { remove() }
        try files.createDirectory(atPath: directory + "/disk", withIntermediateDirectories: false)
        let target = directory + "/disk/real.ndjson"
        try files.createSymbolicLink(atPath: path, withDestinationPath: "disk/real.ndjson")
        do {
            let run = try FileRun(path, rotation: FileRotation(size: 6))
            await run.write(.lines(1...2, sequence: 1))
            #expect(try refusal(of: target, waits: false).kind == .busy)
            await run.write(.lines(3...3, sequence: 2))
        }
        #expect(try text(target) == lines(3...3))
        #expect(try text() == lines(3...3))
        #expect(try text(directory + "/disk/real-00000000-00000001-00000002.ndjson") == lines(1...2))
        await (try FileRun(target)).write(.lines(4...4, sequence: 1))
        #expect(try text() == lines(3...4))
        #expect(!files.fileExists(atPath: path + ".walbrook"))
    }

    @Test("a hard link to a file that is being written is refused")
    func hardLink() async throws {
        defer { remove() }
        let run = try FileRun(path)
        try files.linkItem(atPath: path, toPath: directory + "/other")
        #expect(try refusal(of: directory + "/other", waits: false).kind == .busy)
        await run.write(.lines(1...1, sequence: 1))
        #expect(try text() == lines(1...1))
    }

    @Test("a state that another file's process has, which says nothing there of itself")
    func stateOfAnother() async throws {
        defer { remove() }
        let other = try FileRun(path + ".walbrook")
        await other.write(.lines(1...1, sequence: 1))
        let error = try refusal(waits: false)
        #expect(error.kind == .busy)
        #expect(error.reason == "another process writes \(path).walbrook")
        await other.write(.lines(2...2, sequence: 2))
    }

    // MARK: What somebody else does while it is written

    @Test("a state that is deleted or replaced while it is written ends the sink", arguments: [false, true])
    func stateDeleted(isReplaced: Bool) async throws {
        defer { remove() }
        let run = try FileRun(path)
        await run.write(.lines(1...2, sequence: 1))
        try files.removeItem(atPath: path + ".walbrook")
        if isReplaced { try "x".write(toFile: path + ".walbrook", atomically: false, encoding: .utf8) }
        let progress = await run.write(.lines(3...3, sequence: 2))
        #expect(
            progress.ending.text
                == "failed: file:\(path): its state, \(path).walbrook, was deleted or moved away")
        #expect(progress.durable == 1)
    }

    @Test("a file that somebody truncates or appends to ends the sink", arguments: [0, 3, 10])
    func changed(length: UInt64) async throws {
        defer { remove() }
        let run = try FileRun(path)
        await run.write(.lines(1...2, sequence: 1))
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: length)
        // Written behind a hole, the line would give it its length again.
        let progress = await run.write(.lines(3...3, sequence: 2))
        #expect(
            progress.ending.text == "failed: file:\(path): its file was cut or written to by somebody else")
        #expect(progress.durable == 1)
    }

    @Test("reopened after logrotate has moved it away and created an empty one")
    func created() async throws {
        defer { remove() }
        let run = try FileRun(path)
        await run.write(.lines(1...2, sequence: 1))
        try files.moveItem(atPath: path, toPath: path + ".1")
        #expect(files.createFile(atPath: path, contents: nil))
        await run.write(.lines(3...3, sequence: 2))
        run.sink.reopen()
        await run.write(.lines(4...4, sequence: 3))
        #expect(try text(path + ".1") == lines(1...3))
        #expect(try text() == lines(4...4))
    }

    @Test("one that is not empty is not written to when it is opened anew")
    func createdWithContents() async throws {
        defer { remove() }
        let run = try FileRun(path)
        await run.write(.lines(1...2, sequence: 1))
        try files.moveItem(atPath: path, toPath: path + ".1")
        try "mine\n".write(toFile: path, atomically: false, encoding: .utf8)
        run.sink.reopen()
        let progress = await run.wait { _ in false }
        #expect(progress.ending.text == "failed: file:\(path): cannot start another file: File exists")
        #expect(try text() == "mine\n")
    }

    @Test("told to open it anew before there is a stream, it does so when there is one")
    func reopenedEarly() async throws {
        defer { remove() }
        do { await (try FileRun(path)).write(.lines(1...2, sequence: 1)) }
        let sink = try FileRun.open(path)
        try files.moveItem(atPath: path, toPath: path + ".1")
        sink.reopen()
        let run = FileRun(sink)
        await run.write(.lines(3...3, sequence: 1))
        #expect(try text(path + ".1") == lines(1...2))
        #expect(try text() == lines(3...3))
    }

    @Test("put aside under a free name")
    func nameTaken() async throws {
        defer { remove() }
        let taken = directory + "/events-00000000-00000001-00000002.ndjson"
        try "mine\n".write(toFile: taken, atomically: false, encoding: .utf8)
        let run = try FileRun(path, rotation: FileRotation(size: 1))
        await run.write(.lines(1...1, sequence: 1))
        await run.write(.lines(2...2, sequence: 2))
        #expect(try text(taken) == "mine\n")
        #expect(try text(taken + ".1") == lines(1...1))
        #expect(try text() == lines(2...2))
    }

    // MARK: What stands there at the next start

    @Test("other lines of the same length are not taken for ours, whether they are in our file or another")
    func foreignContents() async throws {
        defer { remove() }
        do { await (try FileRun(path)).write(.lines(1...3, sequence: 1)) }
        let foreign = "a.\nb.\nc.\nd.\n"
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.write(contentsOf: Data(foreign.utf8))
        #expect(try refusal().kind == .refused)
        try files.removeItem(atPath: path)
        try foreign.write(toFile: path, atomically: false, encoding: .utf8)
        #expect(try refusal().kind == .refused)
        #expect(try text() == foreign)
    }

    @Test(
        "a file that has got the inode of the one that was written, and is another, is not taken for it",
        arguments: ["a.\n", "a.\nb.\nc.\n", "a.\nb.\nc.\nd.\n"])
    func inodeOfAnother(contents: String) async throws {
        defer { remove() }
        do { await (try FileRun(path)).write(.lines(1...3, sequence: 1)) }
        _ = try FileRun.open(path).held
        let other = directory + "/other.txt"
        try files.moveItem(atPath: path, toPath: other)
        try contents.write(toFile: other, atomically: false, encoding: .utf8)
        do {
            let run = try FileRun(path)
            #expect(
                run.sink.notice == "\(path) was moved away; going on in a new one after \(Position.number(3))"
            )
            await run.write(.lines(3...4, sequence: 1))
        }
        #expect(try text() == lines(4...4))
        #expect(try text(other) == contents)
    }

    @Test("a copy is put back, and the state gets the inode of the file that was written")
    func inodeOfTheState() async throws {
        defer { remove() }
        do { await (try FileRun(path)).write(.lines(1...3, sequence: 1)) }
        _ = try FileRun.open(path).held
        let state = try Data(contentsOf: URL(fileURLWithPath: path + ".walbrook"))
        try files.removeItem(atPath: path + ".walbrook")
        try files.moveItem(atPath: path, toPath: path + ".walbrook")
        let handle = try #require(FileHandle(forWritingAtPath: path + ".walbrook"))
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: state)
        try lines(1...3).write(toFile: path, atomically: false, encoding: .utf8)
        do {
            let run = try FileRun(path)
            #expect(run.sink.notice == "\(path) is a copy of the file that was written; going on in it")
            await run.write(.lines(3...4, sequence: 1))
        }
        #expect(try text() == lines(1...4))
        await (try FileRun(path)).write(.lines(5...5, sequence: 1))
        #expect(try text() == lines(1...5))
    }

    @Test("the first state torn, with nothing written yet, is a first start")
    func tornFirstState() async throws {
        defer { remove() }
        #expect(files.createFile(atPath: path, contents: nil))
        var state = Data(count: 8224)
        state.replaceSubrange(4096..<4110, with: Data("walbrook state".utf8))
        try state.write(to: URL(fileURLWithPath: path + ".walbrook"))
        let run = try FileRun(path)
        #expect(run.sink.held == nil)
        await run.write(.lines(1...1, sequence: 1))
        #expect(try text() == lines(1...1))
    }

    @Test("a directory that is not there")
    func noDirectory() throws {
        defer { remove() }
        let error = try refusal(of: directory + "/none/events.ndjson")
        #expect(error.kind == .failed)
        #expect(
            error.reason == "cannot open \(directory)/none/events.ndjson.walbrook: No such file or directory")
    }
}
