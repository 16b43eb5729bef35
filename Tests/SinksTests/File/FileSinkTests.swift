import Foundation
import Replication
import Sinks
import Testing

@Suite("A file holds each event once, and what it holds is known after any crash", .timeLimit(.minutes(1)))
struct FileSinkTests {
    private let directory: URL
    private let path: String

    init() throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("walbrook-file-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.appendingPathComponent("events.ndjson").path
    }

    private func text(_ path: String? = nil) throws -> String {
        try String(contentsOfFile: path ?? self.path, encoding: .utf8)
    }

    private func lines(_ numbers: ClosedRange<Int>) -> String {
        numbers.map { "\($0).\n" }.joined()
    }

    private func remove() {
        try? FileManager.default.removeItem(at: directory)
    }

    /// What opening the file says is wrong with it.
    private func refusal(waits: Bool = true) throws -> SinkError {
        try #require(throws: SinkError.self) { try FileRun.open(path, waits: waits) }
    }

    @Test("a new file is made, readable for its group, and what is durable is held by the next run")
    func held() async throws {
        defer { remove() }
        do {
            let run = try FileRun(path)
            #expect(run.sink.held == nil)
            await run.write(.lines(1...3, sequence: 1))
            await run.write(.lines(4...4, sequence: 2))
            _ = await run.finish()
        }
        let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(mode.map { $0 & 0o007 } == 0)
        let run = try FileRun(path)
        #expect(run.sink.held == HeldEvents(origin: .sample, last: .number(4), confirmed: LSN(4)))
        #expect(try text() == lines(1...4))
    }

    @Test("what is sent again is skipped to the byte, also in the middle of a batch")
    func skipped() async throws {
        defer { remove() }
        do { await (try FileRun(path)).write(.lines(1...5, sequence: 1)) }
        let run = try FileRun(path)
        await run.write(.lines(1...2, sequence: 1))
        await run.write(.lines(3...7, sequence: 2))
        await run.write(.lines(8...9, sequence: 3))
        #expect(try text() == lines(1...9))
    }

    @Test("an empty batch only says how far the stream is")
    func boundary() async throws {
        defer { remove() }
        do {
            let run = try FileRun(path)
            await run.write(.lines(1...1, sequence: 1))
            await run.write(
                Batch(
                    sequence: 2, bytes: OutputBuffer(capacity: 0), events: 0, last: .number(1),
                    boundary: LSN(77)))
        }
        #expect(try FileRun(path).sink.held?.confirmed == LSN(77))
        #expect(try text() == lines(1...1))
    }

    // MARK: Crashes

    @Test("what is behind the last state is cut off", arguments: ["6.\n7", "\0\0\0\0\0\0\0\0", "x", "\n"])
    func tail(garbage: String) async throws {
        defer { remove() }
        do { await (try FileRun(path)).write(.lines(1...5, sequence: 1)) }
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data(garbage.utf8))
        try handle.close()
        await (try FileRun(path)).write(.lines(6...6, sequence: 1))
        #expect(try text() == lines(1...6))
    }

    /// A crash leaves a prefix of the data that was written since the last commit, together with the state of that
    /// commit or the one before it, whole or torn.
    @Test("every prefix of what was written, with every state that can stand beside it")
    func everyCrash() async throws {
        defer { remove() }
        var states: [(state: Data, length: Int, last: UInt64)] = []
        do {
            let run = try FileRun(path)
            for number in 1...4 as ClosedRange<UInt64> {
                await run.write(.lines(number...number, sequence: number, width: Int(number)))
                // The first state is stored before any batch.
                states.append(
                    (
                        try Data(contentsOf: URL(fileURLWithPath: path + ".walbrook")), try text().utf8.count,
                        number
                    ))
            }
        }
        let data = try Data(contentsOf: URL(fileURLWithPath: path))
        for (index, committed) in states.enumerated() {
            // The place that the next state goes to, torn in the middle: the other one counts.
            var torn = committed.state
            let next = states[min(index + 1, states.count - 1)].state
            let changed = torn.indices.filter { torn[$0] != next[$0] }
            if let first = changed.first, let last = changed.last {
                let place = first / 4096
                let end = min(first + 40, last)
                if place < 2 { torn.replaceSubrange(first..<end, with: next[first..<end]) }
            }
            for state in [committed.state, torn] {
                for length in committed.length...data.count {
                    try FileManager.default.removeItem(atPath: path)
                    try data.prefix(length).write(to: URL(fileURLWithPath: path))
                    try state.write(to: URL(fileURLWithPath: path + ".walbrook"))
                    let sink = try FileRun.open(path)
                    let held = try #require(sink.held)
                    #expect(held.last <= .number(committed.last))
                    #expect(held.last >= .number(max(committed.last, 2) - 1))
                    let count = try text().utf8.count
                    #expect(count == states[Int(held.last.lsn.value) - 1].length)
                }
            }
        }
    }

    @Test("a process that ended before its first state leaves nothing that matters")
    func beforeTheFirstState() async throws {
        defer { remove() }
        for state in [Data(), Data(count: 100), Data(count: 8224)] {
            try Data().write(to: URL(fileURLWithPath: path))
            try state.write(to: URL(fileURLWithPath: path + ".walbrook"))
            #expect(try FileRun.open(path).held == nil)
        }
    }

    // MARK: What is refused

    @Test("a file that is not ours, or not what it was, is refused and left alone")
    func refused() async throws {
        defer { remove() }
        try "mine\n".write(toFile: path, atomically: false, encoding: .utf8)
        #expect(try refusal().kind == .refused)
        #expect(try text() == "mine\n")
        #expect(!FileManager.default.fileExists(atPath: path + ".walbrook"))
        try FileManager.default.removeItem(atPath: path)

        do { await (try FileRun(path)).write(.lines(1...5, sequence: 1)) }
        let state = try Data(contentsOf: URL(fileURLWithPath: path + ".walbrook"))
        // Shorter than what was durable.
        let handle = try #require(FileHandle(forWritingAtPath: path))
        try handle.truncate(atOffset: 7)
        #expect(try refusal().reason.contains("7 bytes where its state says 15"))
        // Longer, but not with our lines.
        try handle.truncate(atOffset: 0)
        try handle.write(contentsOf: Data(repeating: 0x61, count: 40))
        #expect(try refusal().reason.contains("not what was written"))
        // Both places of the state damaged.
        try Data(repeating: 0x62, count: state.count).write(to: URL(fileURLWithPath: path + ".walbrook"))
        #expect(try refusal().reason.contains("damaged"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 40)
        try FileManager.default.removeItem(atPath: path + ".walbrook")
        #expect(try refusal().reason.contains("there is no"))
        for other in ["/dev/null", directory.path, directory.path + "/none/events"] {
            #expect(throws: SinkError.self) { try FileSink(path: other) }
        }
    }

    @Test("one process at a time, and the other one is told whose it is")
    func locked() async throws {
        defer { remove() }
        let run = try FileRun(path)
        await run.write(.lines(1...1, sequence: 1))
        let error = try refusal(waits: false)
        #expect(error.kind == .busy)
        #expect(error.reason.contains("process \(getpid()) writes it"))
        await run.write(.lines(2...2, sequence: 2))
        #expect(try text() == lines(1...2))
    }

    // MARK: Moved away and rotated

    @Test("reopened after somebody moved it away; the rest goes to a new file")
    func reopened() async throws {
        defer { remove() }
        let run = try FileRun(path)
        await run.write(.lines(1...2, sequence: 1))
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        await run.write(.lines(3...3, sequence: 2))
        run.sink.reopen()
        await run.write(.lines(4...4, sequence: 3))
        run.sink.reopen()
        await run.write(.lines(5...5, sequence: 4))
        #expect(try text(path + ".1") == lines(1...3))
        #expect(try text() == lines(4...5))
    }

    @Test("moved away and not reopened before a crash: what was not committed is cut off where it is now")
    func movedBeforeACrash() async throws {
        defer { remove() }
        do { await (try FileRun(path)).write(.lines(1...3, sequence: 1)) }
        try FileManager.default.moveItem(atPath: path, toPath: path + ".1")
        let handle = try #require(FileHandle(forWritingAtPath: path + ".1"))
        try handle.seekToEnd()
        try handle.write(contentsOf: Data("4.\n5".utf8))
        await (try FileRun(path)).write(.lines(3...5, sequence: 1))
        #expect(try text(path + ".1") == lines(1...3))
        #expect(try text() == lines(4...5))
    }

    @Test("a file put back from a copy goes on")
    func restored() async throws {
        defer { remove() }
        do { await (try FileRun(path)).write(.lines(1...3, sequence: 1)) }
        try FileManager.default.copyItem(atPath: path, toPath: path + ".copy")
        try FileManager.default.removeItem(atPath: path)
        try FileManager.default.moveItem(atPath: path + ".copy", toPath: path)
        await (try FileRun(path)).write(.lines(4...4, sequence: 1))
        #expect(try text() == lines(1...4))
    }

    @Test("by size: put aside under the position of its first event, and the newest has the name")
    func rotatedBySize() async throws {
        defer { remove() }
        let rotation = FileRotation(size: 6)
        do {
            let run = try FileRun(path, rotation: rotation)
            for number in 1...5 as ClosedRange<UInt64> {
                await run.write(.lines(number...number, sequence: number))
            }
        }
        do { await (try FileRun(path, rotation: rotation)).write(.lines(6...7, sequence: 1)) }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        #expect(
            names == [
                "events-00000000-00000001-00000002.ndjson", "events-00000000-00000003-00000002.ndjson",
                "events.ndjson", "events.ndjson.walbrook",
            ])
        #expect(try text(directory.path + "/" + names[0]) == lines(1...2))
        #expect(try text(directory.path + "/" + names[1]) == lines(3...4))
        #expect(try text() == lines(5...7))
    }

    @Test("by age: also when nothing more comes, and never an empty one")
    func rotatedByAge() async throws {
        defer { remove() }
        let run = try FileRun(path, rotation: FileRotation(age: .milliseconds(100)))
        await run.write(.lines(1...2, sequence: 1))
        while (try? text()) != "" { try await Task.sleep(for: .milliseconds(10)) }
        try await Task.sleep(for: .milliseconds(250))
        await run.write(.lines(3...3, sequence: 2))
        while (try? text()) != "" { try await Task.sleep(for: .milliseconds(10)) }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        #expect(
            names == [
                "events-00000000-00000001-00000002.ndjson", "events-00000000-00000003-00000002.ndjson",
                "events.ndjson", "events.ndjson.walbrook",
            ])
        #expect(try text(directory.path + "/" + names[0]) == lines(1...2))
        #expect(try text(directory.path + "/" + names[1]) == lines(3...3))
    }

    @Test("by age: of the first event, whichever process wrote it, and also when that ends at once")
    func rotatedByAgeOverRestarts() async throws {
        defer { remove() }
        let rotation = FileRotation(age: .milliseconds(300))
        for number in 1...3 as ClosedRange<UInt64> {
            do {
                let run = try FileRun(path, rotation: rotation)
                run.sink.write(.lines(number...number, sequence: 1))
                #expect(await run.finish().ending.text == "finished")
            }
            try await Task.sleep(for: .milliseconds(350))
        }
        // With nothing more to come.
        do { _ = await (try FileRun(path, rotation: rotation)).finish() }
        let names = try FileManager.default.contentsOfDirectory(atPath: directory.path).sorted()
        #expect(names.count == 5)
        for (name, number) in zip(names, 1...3) {
            #expect(name == "events-00000000-0000000\(number)-00000002.ndjson")
            #expect(try text(directory.path + "/" + name) == lines(number...number))
        }
        #expect(try text() == "")
    }

    // MARK: Failures

    @Test("a file that is deleted or cut while it is written ends the sink")
    func vanished() async throws {
        defer { remove() }
        let run = try FileRun(path)
        await run.write(.lines(1...2, sequence: 1))
        try FileManager.default.removeItem(atPath: path)
        let progress = await run.write(.lines(3...3, sequence: 2))
        #expect(progress.ending.text == "failed: file:\(path): its file was deleted")
        #expect(progress.durable == 1)
    }
}
