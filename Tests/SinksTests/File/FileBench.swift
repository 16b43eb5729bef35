import Foundation
import Replication
import Sinks

/// The file sink in a directory of its own.
final class AppendedFileBench: SinkBench {
    let sink: any Sink
    let directory: URL
    let path: String

    init(rotation: FileRotation = FileRotation()) throws {
        directory = FileManager.default.temporaryDirectory.appendingPathComponent("walbrook-file-\(UUID())")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        path = directory.appendingPathComponent("events.ndjson").path
        sink = try FileSink(path: path, rotation: rotation)
    }

    deinit {
        try? FileManager.default.removeItem(at: directory)
    }

    func arrived() -> [UInt8] {
        (try? [UInt8](Data(contentsOf: URL(fileURLWithPath: path)))) ?? []
    }
}

extension StreamOrigin {
    static let sample = StreamOrigin(
        identity: ServerIdentity(systemIdentifier: "7300000000000000001", timeline: 1, database: "shop"),
        slot: "walbrook", publications: ["walbrook"], format: "json")
}

extension Batch {
    /// Lines of one transaction: event n of `positions` stands at commit LSN n, is `n…\n`, and ends its transaction.
    static func lines(_ positions: ClosedRange<UInt64>, sequence: UInt64, width: Int = 1) -> Batch {
        var bytes = OutputBuffer(capacity: 64)
        var marks: [EventMark] = []
        for number in positions {
            for byte in "\(number)".utf8 { bytes.append(byte) }
            for _ in 0..<width { bytes.append(UInt8(ascii: ".")) }
            bytes.append(UInt8(ascii: "\n"))
            marks.append(EventMark(position: .number(number), end: bytes.count))
        }
        return Batch(
            sequence: sequence, bytes: bytes, events: positions.count, first: .number(positions.lowerBound),
            last: .number(positions.upperBound), marks: marks, boundary: LSN(positions.upperBound))
    }
}

extension Position {
    static func number(_ number: UInt64) -> Position {
        Position(lsn: LSN(number), ordinal: 2)
    }
}

/// One life of a file sink: from its opening to its end.
struct FileRun {
    let sink: FileSink
    let report: SinkReport
    private let reports: AsyncStream<Void>

    init(_ path: String, rotation: FileRotation = FileRotation(), origin: StreamOrigin = .sample) throws {
        self.init(try Self.open(path, rotation), origin: origin)
    }

    init(_ sink: FileSink, origin: StreamOrigin = .sample) {
        self.sink = sink
        let (reports, continuation) = AsyncStream<Void>.makeStream()
        self.reports = reports
        report = SinkReport { continuation.yield() }
        sink.start(reportingTo: report)
        sink.streamStarts(origin, confirmed: LSN(0))
    }

    /// The threads of the run before may still be at their last work, and have the file as long as that.
    static func open(
        _ path: String, _ rotation: FileRotation = FileRotation(), waits: Bool = true
    ) throws -> FileSink {
        let deadline = ContinuousClock.now + .seconds(waits ? 20 : 0)
        while true {
            do {
                return try FileSink(path: path, rotation: rotation)
            } catch {
                guard error.kind == .busy, .now < deadline else { throw error }
                usleep(1000)
            }
        }
    }

    func wait(until condition: (SinkReport.Progress) -> Bool) async -> SinkReport.Progress {
        if condition(report.current) { return report.current }
        for await _ in reports where condition(report.current) || report.current.ending != nil { break }
        return report.current
    }

    /// Writes and waits until it is durable.
    @discardableResult func write(_ batch: Batch) async -> SinkReport.Progress {
        sink.write(batch)
        return await wait { $0.durable >= batch.sequence }
    }

    func finish() async -> SinkReport.Progress {
        sink.finish()
        return await wait { $0.ending != nil }
    }
}
