import Foundation
import Replication
import Sinks

/// A directory for a journal, and what is in it.
final class JournalFiles: Sendable {
    let directory: URL
    var path: String { directory.appendingPathComponent("journal").path }

    init() throws {
        let name = "walbrook-journal-\(UUID())"
        directory = FileManager.default.temporaryDirectory.appendingPathComponent(name)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    func file(_ name: String) -> URL { URL(fileURLWithPath: path).appendingPathComponent(name) }

    /// Files of one kind, in the order of their names.
    func names(_ suffix: String = ".ndjson") -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).filter { $0.hasSuffix(suffix) }
            .sorted()
    }

    /// All segments one behind the other.
    var bytes: [UInt8] {
        names().flatMap { (try? [UInt8](Data(contentsOf: file($0)))) ?? [] }
    }

    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Everything in the directory, to be put back.
    func snapshot() throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in names("") { files[name] = try Data(contentsOf: file(name)) }
        return files
    }

    func restore(_ files: [String: Data]) throws {
        try? FileManager.default.removeItem(atPath: path)
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        for (name, data) in files { try data.write(to: file(name)) }
    }
}

final class JournalBench: SinkBench {
    private let files: JournalFiles
    let sink: any Sink

    init() throws {
        files = try JournalFiles()
        sink = try JournalSink(directory: files.path)
    }

    func arrived() -> [UInt8] { files.bytes }
}

/// One life of a journal: from its opening to its end.
struct JournalRun {
    let sink: JournalSink
    let report: SinkReport
    private let reports: AsyncStream<Void>

    /// - Parameter confirmed: where the stream begins.
    init(
        _ files: JournalFiles, _ options: JournalOptions = JournalOptions(), confirmed: LSN = .zero
    ) throws {
        sink = try Self.open(files, options)
        let (reports, continuation) = AsyncStream<Void>.makeStream()
        self.reports = reports
        report = SinkReport { continuation.yield() }
        sink.start(reportingTo: report)
        sink.streamStarts(.sample, confirmed: confirmed)
    }

    /// The threads of the run before may still be at their last work, and have the manifest as long as that.
    static func open(
        _ files: JournalFiles, _ options: JournalOptions = JournalOptions(), waits: Bool = true
    ) throws -> JournalSink {
        let deadline = ContinuousClock.now + .seconds(waits ? 20 : 0)
        while true {
            do {
                return try JournalSink(directory: files.path, options: options)
            } catch {
                guard error.kind == .busy, .now < deadline else { throw error }
                usleep(1000)
            }
        }
    }

    /// Writes events, each a transaction and a batch of its own, and waits until they are durable.
    @discardableResult
    func write(_ numbers: ClosedRange<UInt64>, from sequence: UInt64 = 1) async -> SinkReport.Progress {
        var next = sequence
        for number in numbers {
            sink.write(.events(number...number, sequence: next))
            await wait { $0.accepted >= next }
            next += 1
        }
        return await wait { $0.durable >= next - 1 }
    }

    @discardableResult
    func write(_ batch: Batch) async -> SinkReport.Progress {
        sink.write(batch)
        return await wait { $0.durable >= batch.sequence }
    }

    @discardableResult
    func wait(until condition: (SinkReport.Progress) -> Bool) async -> SinkReport.Progress {
        if condition(report.current) { return report.current }
        for await _ in reports where condition(report.current) || report.current.ending != nil { break }
        return report.current
    }
}

extension Batch {
    /// Event n stands at commit LSN n and ends its transaction.
    static func events(_ numbers: ClosedRange<UInt64>, sequence: UInt64) -> Batch {
        var bytes = OutputBuffer(capacity: 64)
        var marks: [EventMark] = []
        for number in numbers {
            let line = Array(String.event(number).utf8)
            bytes.append(line.span, from: 0, count: line.count)
            marks.append(EventMark(position: .number(number), end: bytes.count))
        }
        return Batch(
            sequence: sequence, bytes: bytes, events: numbers.count, first: .number(numbers.lowerBound),
            last: .number(numbers.upperBound), marks: marks, boundary: LSN(numbers.upperBound))
    }

    /// The log has grown, and nothing in it was an event.
    static func nothing(until boundary: LSN, sequence: UInt64) -> Batch {
        Batch(
            sequence: sequence, bytes: OutputBuffer(capacity: 1), events: 0, last: .start, boundary: boundary)
    }
}

extension String {
    /// A line of 100 bytes and more.
    static func event(_ number: UInt64) -> String {
        """
        {"pos":"\(Position.number(number))","op":"insert","xid":\(number),"schema":"public","table":"t",\
        "after":{"id":\(number)}}

        """
    }

    static func events(_ numbers: ClosedRange<UInt64>) -> String {
        numbers.map { event($0) }.joined()
    }
}

extension HistoryReader {
    /// Everything up to the head.
    func rest(bytes: Int = 4096) throws -> String {
        var all: [UInt8] = []
        while let chunk = try next(bytes: bytes) { all += chunk.bytes }
        return String(decoding: all, as: UTF8.self)
    }
}
