import Foundation
import Replication
import Sinks
import Synchronization
import SystemCalls
import Testing

@Suite(
    "Whatever a crash of the machine leaves of a file and its state, each event is there once", .serialized)
struct CrashTests {
    private static let events: UInt64 = 16

    /// In memory where that can be had: thousands of disks are laid out.
    private static func makeDirectory() throws -> String {
        let memory = "/dev/shm"
        let isThere = FileManager.default.isWritableFile(atPath: memory)
        let parent = isThere ? memory : FileManager.default.temporaryDirectory.path
        let path = "\(parent)/walbrook-crash-\(UUID())"
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return path
    }

    @Test(
        "behind every call to the system, with every remainder of what was not synchronized yet",
        .timeLimit(.minutes(2)), arguments: [nil, 24])
    func everyRemainder(rotationSize: Int?) async throws {
        let root = try Self.makeDirectory()
        defer { try? FileManager.default.removeItem(atPath: root) }
        let rotation = FileRotation(size: rotationSize)
        let directory = root + "/run"
        try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: false)
        let calls = try await DiskCall.record(in: directory) {
            try await Self.twoLives(directory + "/events.ndjson", rotation)
        }
        let bench = try CrashBench(root, recordedIn: directory, rotation)
        try #require(calls.contains { if case .create = $0 { true } else { false } })
        try #require(calls.contains { if case .rename = $0 { true } else { false } } == (rotationSize != nil))

        var disk = Disk()
        // The same remainder asks for another look only when more was acknowledged.
        var seen: [Disk.Image: UInt64] = [:]
        for call in calls {
            for image in disk.images where seen[image].map({ $0 < disk.acknowledged }) ?? true {
                seen[image] = disk.acknowledged
                try await bench.check(image, acknowledged: disk.acknowledged, events: Self.events)
            }
            disk.apply(call)
        }
        #expect(disk.acknowledged == Self.events)
        #expect(seen.count > calls.count)
    }

    /// A process that writes some events, and another that goes on behind a tail that the first one left uncommitted.
    private static func twoLives(_ path: String, _ rotation: FileRotation) async throws {
        do {
            var life = try Life(path, rotation, follows: 0)
            await life.write(1...1, waits: true)
            await life.write(2...4)
            await life.write(5...5, width: 700)
            await life.write(6...6, waits: true)
            await life.write(7...8)
            try await life.finish()
        }
        // As if it had been killed between a write and the next state.
        let descriptor = unsafe open(path, O_RDWR)
        try #require(descriptor >= 0)
        let tail = Array("9..\n10".utf8)
        let end = lseek(descriptor, 0, SEEK_END)
        try #require(unsafe pwrite(descriptor, tail, tail.count, end) == tail.count)
        close(descriptor)

        var life = try Life(path, rotation, follows: 8)
        await life.write(9...9)
        await life.write(10...12, width: 3)
        await life.write(13...13, waits: true)
        await life.write(14...16)
        try await life.finish()
    }
}

/// One life of a sink, which marks in the recording what has been reported durable.
private struct Life {
    private let run: FileRun
    /// The last event of each batch.
    private var ends: [UInt64]

    init(_ path: String, _ rotation: FileRotation, follows: UInt64) throws {
        run = try FileRun(path, rotation: rotation)
        ends = [follows]
    }

    mutating func write(_ events: ClosedRange<UInt64>, width: Int = 1, waits: Bool = false) async {
        let sequence = UInt64(ends.count)
        ends.append(events.upperBound)
        run.sink.write(.lines(events, sequence: sequence, width: width))
        let progress = await run.wait { (waits ? $0.durable : $0.accepted) >= sequence }
        mark(progress)
    }

    func finish() async throws {
        let progress = await run.finish()
        try #require(progress.ending.text == "finished")
        mark(progress)
    }

    private func mark(_ progress: SinkReport.Progress) {
        system_calls_mark(Int64(ends[Int(progress.durable)]))
    }
}
