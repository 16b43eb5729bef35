import Foundation
import Replication
import Sinks
import Synchronization
import Testing

@Suite("A journal keeps events, and gives them from any position", .timeLimit(.minutes(2)))
struct JournalSinkTests {
    private let files: JournalFiles
    /// Two events a segment, if they come one by one.
    private var small: JournalOptions {
        var options = JournalOptions()
        options.segmentSize = 200
        options.size = nil
        return options
    }

    init() throws {
        files = try JournalFiles()
    }

    @Test("segments have the names of their first events, and hold each event once")
    func segments() async throws {
        do { await (try JournalRun(files, small)).write(1...4) }
        let run = try JournalRun(files, small)
        #expect(run.sink.held == HeldEvents(origin: .sample, last: .number(4), confirmed: LSN(4)))
        // Sent again, and more.
        await run.write(.events(3...6, sequence: 1))
        await run.write(7...7, from: 2)
        #expect(files.text == .events(1...7))
        #expect(files.names().first == "00000000-00000001-00000002.ndjson")
        #expect(files.names().count == 4)
        #expect(files.names(".index").count == 3)
    }

    @Test("read from every position, over all segments, in pieces of any size")
    func reading() async throws {
        let run = try JournalRun(files, small)
        await run.write(1...20)
        #expect(run.sink.extent == HistoryExtent(floor: .start, head: .number(20)))
        for last in 0...20 as ClosedRange<UInt64> {
            let start = last == 0 ? Position.start : .number(last)
            let expected = last == 20 ? "" : String.events(last + 1...20)
            #expect(try run.sink.reader(after: start).rest() == expected)
            let archive = try JournalArchive(directory: files.path)
            #expect(try archive.reader(after: start).rest() == expected)
        }
        for beyond in [21, 1000] as [UInt64] {
            #expect(throws: HistoryError.gone(run.sink.extent)) {
                try run.sink.reader(after: .number(beyond))
            }
        }
        // What comes later.
        let reader = try run.sink.reader(after: .number(20))
        #expect(try reader.next(bytes: 1) == nil)
        await run.write(21...29, from: 21)
        #expect(try reader.rest() == .events(21...29))
    }

    @Test("what follows gets batches when they are durable and readable, in order")
    func following() async throws {
        let run = try JournalRun(files, small)
        let seen = Mutex<[(sequence: UInt64, isReadable: Bool)]>([])
        let sink = run.sink
        sink.follow { [weak sink] batch in
            let isReadable = sink?.extent.head ?? .start >= batch.last
            seen.withLock { $0.append((batch.sequence, isReadable)) }
        }
        await run.write(1...30)
        #expect(seen.withLock { $0.map(\.sequence) } == Array(1...30))
        #expect(seen.withLock { $0.allSatisfy(\.isReadable) })
    }

    @Test("a line that is longer than what is asked for comes whole")
    func longLine() async throws {
        let run = try JournalRun(files)
        let long =
            #"{"pos":"\#(Position.number(2))","op":"message","content":""#
            + String(repeating: "x", count: 300_000) + "\"}\n"
        var bytes = OutputBuffer(capacity: 64)
        let line = Array(long.utf8)
        bytes.append(line.span, from: 0, count: line.count)
        await run.write(1...1)
        await run.write(
            Batch(
                sequence: 2, bytes: bytes, events: 1, first: .number(2), last: .number(2), boundary: LSN(2)))
        await run.write(3...3, from: 3)
        let expected = String.event(1) + long + String.event(3)
        let isWhole = try run.sink.reader(after: .start).rest() == expected
        #expect(isWhole)
        #expect(try run.sink.reader(after: .number(2)).rest() == .event(3))
    }

    // MARK: Retention

    @Test("the oldest segments are cut, never the newest, and the floor outlives the process")
    func retention() async throws {
        var options = small
        options.size = 500
        do {
            let run = try JournalRun(files, options)
            await run.write(1...40)
            let extent = run.sink.extent
            #expect(extent.floor > .number(30) && extent.head == .number(40))
            #expect(files.bytes.count < 1000)
            #expect(throws: HistoryError.gone(extent)) { try run.sink.reader(after: .number(1)) }
            #expect(throws: HistoryError.self) {
                try JournalArchive(directory: files.path).reader(after: .number(1))
            }
        }
        let run = try JournalRun(files, options)
        let floor = run.sink.extent.floor
        #expect(try run.sink.reader(after: floor).rest() == .events(floor.lsn.value + 1...40))
    }

    @Test("there is always something to read, also while a segment is begun and none may be kept")
    func neverEmpty() async throws {
        var options = JournalOptions()
        options.segmentSize = 1
        options.size = 1
        let run = try JournalRun(files, options)
        await run.write(1...1)
        let sink = run.sink
        async let writing = run.write(2...200, from: 2)
        while sink.extent.head < .number(200) {
            let extent = sink.extent
            #expect(extent.floor < extent.head)
            let archived = try JournalArchive(directory: files.path).extent().extent
            #expect(archived.floor < archived.head)
            await Task.yield()
        }
        _ = await writing
        #expect(sink.extent.floor > .number(190))
    }

    @Test("a reader that gets on is waited for; one that does not is told")
    func slowReader() async throws {
        var options = small
        options.size = 500
        options.grace = .seconds(3600)
        let run = try JournalRun(files, options)
        await run.write(1...2)
        let reader = try run.sink.reader(after: .start)
        await run.write(3...30, from: 3)
        #expect(run.sink.extent.floor == .start)
        #expect(try reader.rest(bytes: 1) == .events(1...30))
        await run.write(31...60, from: 31)
        #expect(run.sink.extent.floor > .number(20))
        #expect(try reader.rest() == .events(31...60))
        reader.close()

        options.grace = .zero
        let other = try JournalFiles()
        let hasty = try JournalRun(other, options)
        await hasty.write(1...2)
        let late = try hasty.sink.reader(after: .start)
        await hasty.write(3...30, from: 3)
        #expect(throws: HistoryError.gone(hasty.sink.extent)) { try late.rest() }
    }

    @Test("what is old is cut also when nothing more comes, and the newest segment stays")
    func age() async throws {
        var options = small
        options.age = .milliseconds(100)
        let run = try JournalRun(files, options)
        await run.write(1...9)
        while files.names().count > 1 { try await Task.sleep(for: .milliseconds(20)) }
        let extent = run.sink.extent
        #expect(extent.floor < extent.head && extent.head == .number(9))
        #expect(try run.sink.reader(after: extent.floor).rest() == .events(extent.floor.lsn.value + 1...9))
    }

    @Test("events of different times are in different segments, so that the old ones can be cut")
    func segmentsOfTheirTime() async throws {
        var options = JournalOptions()
        options.age = .seconds(1)
        let run = try JournalRun(files, options)
        await run.write(1...1)
        try await Task.sleep(for: .milliseconds(150))
        await run.write(2...2, from: 2)
        // In one segment, the newest, both would stay.
        while run.sink.extent.floor < .number(1) { try await Task.sleep(for: .milliseconds(20)) }
        #expect(try run.sink.reader(after: .number(1)).rest() == .events(2...2))
    }

    @Test("by age also when each process ends at once")
    func ageOverRestarts() async throws {
        var options = JournalOptions()
        options.age = .milliseconds(500)
        for number in 1...2 as ClosedRange<UInt64> {
            do { await (try JournalRun(files, options)).write(number...number) }
            try await Task.sleep(for: .milliseconds(600))
        }
        #expect(files.names().count == 2)
        do {
            let run = try JournalRun(files, options)
            run.sink.finish()
            await run.wait { $0.ending != nil }
        }
        #expect(files.text == .event(2))
        #expect(try JournalRun.open(files, options).extent.floor == .number(1))
    }

    // MARK: The beginning

    @Test("a position from before the journal was begun is not in it, also after a restart without an event")
    func nothingBeforeTheBeginning() async throws {
        for isEmpty in [true, false] {
            let run = try JournalRun(files, small, confirmed: LSN(100))
            let floor = run.sink.extent.floor
            #expect(floor > .number(98) && floor < Position(lsn: LSN(100), ordinal: 0))
            #expect(throws: HistoryError.gone(run.sink.extent)) { try run.sink.reader(after: .number(98)) }
            #expect(throws: HistoryError.self) { try run.sink.reader(after: .start) }
            let first = run.sink.extent.start(from: LSN(100), passed: LSN(100))
            let last: UInt64 = isEmpty ? 100 : 103
            // The one at the very place where the stream begins comes.
            await run.write(
                isEmpty ? .nothing(until: LSN(100), sequence: 1) : .events(100...last, sequence: 1))
            #expect(try run.sink.reader(after: first).rest() == (isEmpty ? "" : .events(100...last)))
            #expect(try run.sink.reader(after: floor).rest() == (isEmpty ? "" : .events(100...last)))
            #expect(run.sink.extent.floor == floor)
        }
    }
}
