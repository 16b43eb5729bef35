import Foundation
import Replication
import Sinks
import Testing

@Suite("What a journal holds is known after any crash", .timeLimit(.minutes(2)))
struct JournalRecoveryTests {
    private let files: JournalFiles
    private var small: JournalOptions {
        var options = JournalOptions()
        options.segmentSize = 200
        options.size = nil
        return options
    }

    init() throws {
        files = try JournalFiles()
    }

    private func refusal() throws -> SinkError {
        do {
            _ = try JournalRun.open(files, waits: false)
        } catch let error as SinkError {
            return error
        }
        throw CancellationError()
    }

    /// A crash leaves the manifest of one of the last two commits, whole or with a torn place, and beside it any prefix of
    /// what was written since, and perhaps the next segment.
    @Test("every prefix of the data, with every manifest that can stand beside it")
    func everyCrash() async throws {
        var moments: [[String: Data]] = []
        do {
            let run = try JournalRun(files, small)
            for number in 1...8 as ClosedRange<UInt64> {
                await run.write(number...number, from: number)
                moments.append(try files.snapshot())
            }
        }
        for (index, moment) in moments.enumerated() {
            let later = moments[min(index + 1, moments.count - 1)]
            let newest = try #require(moment.keys.filter { $0.hasSuffix(".ndjson") }.max())
            let manifest = try #require(moment["manifest"])
            let whole = try #require(later[newest])
            let length = try #require(moment[newest]).count
            for place in [nil, 0, 1] {
                var crashed = later
                var torn = manifest
                if let place {
                    torn.replaceSubrange(place * 4096 + 30..<place * 4096 + 60, with: Data(count: 30))
                }
                crashed["manifest"] = torn
                for end in stride(from: length, through: whole.count, by: 7) {
                    crashed[newest] = whole.prefix(end)
                    try files.restore(crashed)
                    let held = try #require(try JournalRun.open(files, small).held)
                    // A place that is torn was being written: the one before it counts.
                    let last = held.last.lsn.value
                    #expect(last == UInt64(index + 1) || place != nil && last == UInt64(index))
                    #expect(files.text == (last == 0 ? "" : .events(1...last)))
                }
            }
        }
    }

    @Test("goes on after a crash", arguments: ["{\"pos\"", "\0\0\0\0", "x", "\n"])
    func tail(garbage: String) async throws {
        do { await (try JournalRun(files, small)).write(1...4) }
        let newest = files.file(try #require(files.names().last))
        try (Data(contentsOf: newest) + Data(garbage.utf8)).write(to: newest)
        await (try JournalRun(files, small)).write(5...9)
        #expect(files.text == .events(1...9))
    }

    @Test("a segment that the manifest does not know is removed")
    func unknownSegment() async throws {
        do { await (try JournalRun(files, small)).write(1...5) }
        try Data("torn".utf8).write(to: files.file("00000000-00000006-00000002.ndjson"))
        await (try JournalRun(files, small)).write(6...8)
        #expect(files.text == .events(1...8))
    }

    @Test("an index that is missing, torn or of something else is made again")
    func indexes() async throws {
        do { await (try JournalRun(files, small)).write(1...9) }
        let index = files.file(try #require(files.names(".index").first))
        let whole = try Data(contentsOf: index)
        for damaged in [nil, Data(), whole.dropLast(3), Data(whole.reversed())] {
            try FileManager.default.removeItem(at: index)
            try damaged?.write(to: index)
            let sink = try JournalRun.open(files, small)
            #expect(try sink.reader(after: .number(1)).rest() == .events(2...9))
            let isMended = try Data(contentsOf: index) == whole
            #expect(isMended)
        }
    }

    @Test("what is not what was written is refused and left alone")
    func refused() async throws {
        do { await (try JournalRun(files, small)).write(1...9) }
        _ = try JournalRun.open(files, small).held
        let whole = try files.snapshot()
        let names = files.names()
        func damage(_ name: String, _ change: (inout Data) -> Void) throws -> SinkError {
            var files = whole
            change(&files[name, default: Data()])
            try self.files.restore(files)
            let error = try refusal()
            #expect(try self.files.snapshot()[name] == files[name])
            return error
        }
        #expect(try damage(names[0]) { $0.removeLast(1) }.kind == .refused)
        #expect(try damage(names[names.count - 1]) { $0.removeAll() }.reason.contains("were written"))
        let zeroed = try damage("manifest") { $0.replaceSubrange(20..<8000, with: Data(count: 7980)) }
        #expect(zeroed.kind == .refused)
        var files = whole
        files["manifest"] = nil
        try self.files.restore(files)
        #expect(try refusal().reason.contains("there is no"))
        try self.files.restore(whole)
        #expect(try JournalRun.open(self.files).held?.last == .number(9))
    }

    @Test("one process at a time, and the other one is told whose it is")
    func locked() async throws {
        let run = try JournalRun(files)
        await run.write(1...1)
        let error = try refusal()
        #expect(error.kind == .busy)
        #expect(error.reason.contains("process \(getpid()) writes it"))
        await run.write(2...2, from: 2)
    }

    @Test("a journal that is deleted while it is written ends the sink")
    func vanished() async throws {
        let run = try JournalRun(files)
        await run.write(1...2)
        try FileManager.default.removeItem(atPath: files.path)
        let progress = await run.write(3...3, from: 3)
        #expect(progress.ending.text == "failed: journal:\(files.path): its file was deleted")
        #expect(progress.durable == 2)
    }
}
