import Replication
import Sinks
import Testing

@Suite("Standard output, whatever stands behind it", .timeLimit(.minutes(1)))
struct StandardOutputSinkTests {
    private static let large = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }

    @Test("a batch larger than the pipe waits for a slow reader, and is whole", arguments: [true, false])
    func slowReader(isBlocking: Bool) async throws {
        let bench = try PipeBench(capacity: 4096, isBlocking: isBlocking)
        let probe = SinkProbe(bench)
        bench.sink.write(Batch(Self.large, sequence: 1))
        // Nobody reads yet.
        try await Task.sleep(for: .milliseconds(50))
        #expect(probe.progress.accepted == 0 && probe.progress.durable == 0)
        bench.pipe.receiveSlowly(1000)
        await probe.wait { $0.durable == 1 }
        #expect(await probe.finish().text == "finished")
        let isWhole = bench.arrived() == Self.large
        #expect(isWhole)
    }

    @Test("handing over a batch does not wait for the reader")
    func writeDoesNotBlock() async throws {
        let bench = try PipeBench(capacity: 4096)
        let probe = SinkProbe(bench)
        // This would never return.
        bench.sink.write(Batch(Self.large, sequence: 1))
        bench.pipe.closeReader()
        #expect(await probe.end().text == "reader gone")
    }

    @Test("a small batch for a pipe with room is there at once, and wakes nobody", arguments: [true, false])
    func atOnce(isBlocking: Bool) async throws {
        let bench = try PipeBench(capacity: 4096, isBlocking: isBlocking)
        let probe = SinkProbe(bench)
        for sequence in UInt64(1)...3 {
            bench.sink.write(Batch([UInt8](repeating: UInt8(sequence), count: 1000), sequence: sequence))
            #expect(probe.progress.accepted == sequence && probe.progress.durable == sequence)
        }
        #expect(bench.arrived() == (1...3).flatMap { [UInt8](repeating: $0, count: 1000) })
        #expect(probe.observations.isEmpty)
        #expect(await probe.finish().text == "finished")
    }

    @Test("a small batch for a pipe that is full waits for the reader", arguments: [true, false])
    func fullPipe(isBlocking: Bool) async throws {
        let bench = try PipeBench(capacity: 4096, isBlocking: isBlocking)
        let probe = SinkProbe(bench)
        bench.sink.write(Batch([UInt8](repeating: 1, count: 4096), sequence: 1))
        #expect(probe.progress.durable == 1)
        bench.sink.write(Batch([2], sequence: 2))
        try await Task.sleep(for: .milliseconds(50))
        #expect(probe.progress.accepted == 1 && probe.progress.durable == 1)
        bench.pipe.receiveSlowly(1000)
        await probe.wait { $0.durable == 2 }
        #expect(await probe.finish().text == "finished")
        #expect(bench.arrived() == [UInt8](repeating: 1, count: 4096) + [2])
    }

    @Test("small and large batches stay in order behind a slow reader", arguments: [true, false])
    func mixedSizes(isBlocking: Bool) async throws {
        let bench = try PipeBench(capacity: 8192, isBlocking: isBlocking)
        let probe = SinkProbe(bench)
        bench.pipe.receiveSlowly(3000)
        let sizes = [10, 4096, 5000, 1, 4097, 20_000, 300]
        let batches = (1...70).map { [UInt8](repeating: UInt8($0), count: sizes[$0 % sizes.count]) }
        for (index, bytes) in batches.enumerated() {
            await probe.write(bytes, sequence: UInt64(index + 1))
        }
        #expect(await probe.finish().text == "finished")
        let isWhole = bench.arrived() == batches.flatMap(\.self)
        #expect(isWhole)
    }

    @Test("a descriptor that does not block gives way to nobody else's bytes")
    func nonBlocking() async throws {
        let bench = try PipeBench(capacity: 4096, isBlocking: false)
        let probe = SinkProbe(bench)
        bench.pipe.receiveSlowly(4096)
        for sequence in UInt64(1)...50 {
            let bytes = [UInt8](repeating: UInt8(sequence), count: 5000)
            await probe.write(bytes, sequence: sequence)
        }
        #expect(await probe.finish().text == "finished")
        let isWhole = bench.arrived() == (1...50).flatMap { [UInt8](repeating: $0, count: 5000) }
        #expect(isWhole)
    }

    @Test("a reader that leaves while there is nothing to write is noticed")
    func leavesIdle() async throws {
        for writesFirst in [false, true] {
            let bench = try PipeBench()
            let probe = SinkProbe(bench)
            if writesFirst { await probe.write([0x61, 0x0A], sequence: 1) }
            try await Task.sleep(for: .milliseconds(20))
            #expect(probe.progress.ending.text == "running")
            bench.pipe.closeReader()
            #expect(await probe.end().text == "reader gone")
            #expect(probe.progress.durable == (writesFirst ? 1 : 0))
        }
    }

    @Test("a small batch after the reader has left is not durable, noticed or not", arguments: [false, true])
    func leavesBeforeSmall(isNoticed: Bool) async throws {
        let bench = try PipeBench(capacity: 4096)
        let probe = SinkProbe(bench)
        // An empty one is written at once, too.
        bench.sink.write(Batch([], sequence: 1))
        #expect(probe.progress.durable == 1)
        bench.pipe.closeReader()
        if isNoticed { _ = await probe.end() }
        bench.sink.write(Batch([0x61, 0x0A], sequence: 2))
        #expect(await probe.end().text == "reader gone")
        #expect(probe.progress.durable == 1)
    }

    @Test("a reader that leaves in the middle of a batch", arguments: [true, false])
    func leavesInTheMiddle(isBlocking: Bool) async throws {
        let bench = try PipeBench(capacity: 4096, isBlocking: isBlocking)
        let probe = SinkProbe(bench)
        await probe.write([0x61, 0x0A], sequence: 1)
        bench.sink.write(Batch(Self.large, sequence: 2))
        try await Task.sleep(for: .milliseconds(20))
        bench.pipe.receive(atMost: 3000)
        try await Task.sleep(for: .milliseconds(20))
        bench.pipe.closeReader()
        #expect(await probe.end().text == "reader gone")
        #expect(probe.progress.accepted == 1 && probe.progress.durable == 1)
    }

    @Test("finishing behind a stuck batch waits for the reader")
    func finishWhileBlocked() async throws {
        let bench = try PipeBench(capacity: 4096)
        let probe = SinkProbe(bench)
        bench.sink.write(Batch(Self.large, sequence: 1))
        bench.sink.finish()
        try await Task.sleep(for: .milliseconds(50))
        #expect(probe.progress.ending.text == "running")
        bench.pipe.receiveSlowly(64 * 1024)
        #expect(await probe.end().text == "finished")
        #expect(probe.progress.durable == 1)
        let isWhole = bench.arrived() == Self.large
        #expect(isWhole)
    }

    @Test("a full device is told in words")
    func full() async throws {
        let probe = SinkProbe(try FileBench(StoredFile(device: "/dev/full")))
        try await Task.sleep(for: .milliseconds(20))
        #expect(probe.progress.ending.text == "running")
        let progress = await probe.write(Self.large, sequence: 1)
        #expect(progress.ending.text == "failed: stdout: cannot write: no space left on the device")
        #expect(progress.durable == 0)
    }

    @Test("a file is appended to")
    func regularFile() async throws {
        let bench = try FileBench(StoredFile(containing: "before\n"))
        let probe = SinkProbe(bench)
        await probe.write(Array("one\n".utf8), sequence: 1)
        await probe.write(Array("two\n".utf8), sequence: 2)
        #expect(await probe.finish().text == "finished")
        #expect(bench.arrived() == Array("before\none\ntwo\n".utf8))
    }

    /// `walbrook stream >&-`: that is no reader who has seen enough, and must not look like success.
    @Test("a descriptor that is not open is a failure, with a batch and without")
    func notOpen() async throws {
        for writes in [true, false] {
            let sink = try StandardOutputSink(descriptor: 1_000_000)
            let probe = SinkProbe(SinkOnly(sink))
            if writes { sink.write(Batch([0x0A], sequence: 1)) }
            #expect(await probe.end().text == "failed: stdout: cannot write: Bad file descriptor")
        }
    }

    @Test("messages carry the name it was given")
    func name() async throws {
        let file = try StoredFile(device: "/dev/full")
        let sink = try StandardOutputSink(descriptor: file.descriptor, name: "events")
        let probe = SinkProbe(SinkOnly(sink))
        await probe.write([0x0A], sequence: 1)
        #expect(
            probe.progress.ending.text == "failed: events: cannot write: no space left on the device")
    }

    @Test("a second batch before the first was accepted is a mistake of ours")
    func twoBatches() async {
        await #expect(processExitsWith: .failure) {
            let bench = try PipeBench(capacity: 4096)
            let probe = SinkProbe(bench)
            for sequence in UInt64(1)...3 { bench.sink.write(Batch(Self.large, sequence: sequence)) }
            _ = await probe.end()
        }
    }

    /// A sink behind which nothing can be seen.
    private final class SinkOnly: SinkBench {
        let sink: any Sink

        init(_ sink: any Sink) {
            self.sink = sink
        }

        func arrived() -> [UInt8] { [] }
    }
}
