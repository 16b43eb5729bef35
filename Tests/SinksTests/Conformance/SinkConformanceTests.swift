import Replication
import Sinks
import Testing

@Suite("What every sink keeps", .timeLimit(.minutes(1)))
struct SinkConformanceTests {
    /// Batches of whole lines, each of them different.
    private static func batches(_ sizes: [Int]) -> [[UInt8]] {
        var random = UInt8(7)
        return sizes.map { size in
            (0..<size).map { index in
                random = random &* 13 &+ 11
                return index == size - 1 ? 0x0A : 0x20 + random % 0x5F
            }
        }
    }

    @Test("batches arrive whole and in order, and finishing drains them", arguments: SinkKind.all)
    func order(kind: SinkKind) async throws {
        let bench = try kind.working()
        let probe = SinkProbe(bench)
        let batches = Self.batches([1, 100, 70_000, 1, 2, 3, 8192, 4096, 64] + (0..<300).map { $0 % 50 + 1 })
        for (index, batch) in batches.enumerated() {
            let progress = await probe.write(batch, sequence: UInt64(index + 1))
            try #require(progress.ending.text == "running")
        }
        #expect(await probe.finish().text == "finished")
        #expect(probe.progress.durable == UInt64(batches.count))
        // Not in the expectation itself, which would print all of it.
        let isWhole = bench.arrived() == batches.flatMap(\.self)
        #expect(isWhole)
    }

    @Test("nothing is durable before its last byte is there", arguments: SinkKind.all)
    func durability(kind: SinkKind) async throws {
        let probe = SinkProbe(try kind.working())
        let sizes = [10, 60_000, 1, 100_000, 30, 4096, 1, 1]
        for (index, batch) in Self.batches(sizes).enumerated() {
            await probe.write(batch, sequence: UInt64(index + 1))
        }
        _ = await probe.finish()
        #expect(!probe.observations.isEmpty)
        for observation in probe.observations {
            let durable = sizes.prefix(Int(observation.progress.durable)).reduce(0, +)
            #expect(observation.arrived >= durable)
        }
    }

    @Test("reports only go forward, and durable is accepted", arguments: SinkKind.all)
    func reports(kind: SinkKind) async throws {
        let probe = SinkProbe(try kind.working())
        for (index, batch) in Self.batches([Int](repeating: 50, count: 20)).enumerated() {
            let sequence = UInt64(index + 1)
            let progress = await probe.write(batch, sequence: sequence)
            // What was not written yet cannot be accepted.
            #expect(progress.accepted == sequence)
            #expect(progress.durable <= sequence)
        }
        _ = await probe.finish()
        let seen = probe.observations.map(\.progress)
        for (before, after) in zip(seen, seen.dropFirst()) {
            #expect(before.accepted <= after.accepted)
            #expect(before.durable <= after.durable)
        }
        #expect(seen.allSatisfy { $0.durable <= $0.accepted })
        #expect(seen.last?.durable == 20)
        #expect(seen.filter { $0.ending != nil }.count == 1)
    }

    @Test("a batch may be the first of a sequence that goes on from elsewhere", arguments: SinkKind.all)
    func laterSequence(kind: SinkKind) async throws {
        let bench = try kind.working()
        let probe = SinkProbe(bench)
        #expect(await probe.write([0x61, 0x0A], sequence: 7_000_000_000).accepted == 7_000_000_000)
        #expect(await probe.finish().text == "finished")
        #expect(probe.progress.durable == 7_000_000_000)
    }

    @Test(
        "a sink without batches finishes, and finishing twice is no more than once", arguments: SinkKind.all)
    func nothingToDo(kind: SinkKind) async throws {
        let bench = try kind.working()
        let probe = SinkProbe(bench)
        bench.sink.finish()
        #expect(await probe.finish().text == "finished")
        #expect(probe.progress.accepted == 0 && probe.progress.durable == 0)
        #expect(bench.arrived() == [])
    }

    @Test("finishing right behind a batch does not lose it", arguments: SinkKind.all)
    func finishBehindABatch(kind: SinkKind) async throws {
        for _ in 0..<10 {
            let bench = try kind.working()
            let probe = SinkProbe(bench)
            let batch = Self.batches([20_000])[0]
            bench.sink.write(Batch(batch, sequence: 1))
            #expect(await probe.finish().text == "finished")
            #expect(probe.progress.durable == 1)
            let isWhole = bench.arrived() == batch
            #expect(isWhole)
        }
    }

    @Test("an idle sink does not end by itself", arguments: SinkKind.all)
    func idle(kind: SinkKind) async throws {
        let probe = SinkProbe(try kind.working())
        try await Task.sleep(for: .milliseconds(50))
        await probe.write([0x61, 0x0A], sequence: 1)
        try await Task.sleep(for: .milliseconds(50))
        #expect(probe.progress.ending.text == "running")
        #expect(await probe.finish().text == "finished")
    }

    @Test("a failure says whose it is and why, and nothing becomes durable", arguments: SinkKind.failing)
    func failure(kind: SinkKind) async throws {
        let (bench, ending) = try #require(try kind.failing?())
        let probe = SinkProbe(bench)
        bench.sink.write(Batch([0x61, 0x0A], sequence: 1))
        #expect(await probe.end().text == ending)
        #expect(probe.progress.accepted == 0 && probe.progress.durable == 0)
        #expect(bench.arrived() == [])
    }

    @Test("the first ending counts", arguments: SinkKind.failing)
    func finishAfterFailure(kind: SinkKind) async throws {
        let (bench, ending) = try #require(try kind.failing?())
        let probe = SinkProbe(bench)
        bench.sink.write(Batch([0x61, 0x0A], sequence: 1))
        _ = await probe.end()
        bench.sink.finish()
        try await Task.sleep(for: .milliseconds(20))
        #expect(probe.progress.ending.text == ending)
        #expect(probe.observations.filter { $0.progress.ending != nil }.count == 1)
    }

    @Test(
        "a reader that goes ends it; what was durable stays so, and no more becomes it",
        arguments: SinkKind.abandoned)
    func readerGone(kind: SinkKind) async throws {
        let (bench, leave) = try #require(try kind.abandoned?())
        let probe = SinkProbe(bench)
        await probe.write([0x61, 0x0A], sequence: 1)
        await probe.wait { $0.durable == 1 }
        let before = bench.arrived()
        leave()
        // More than a pipe holds: a process that another test is just starting has a copy of the reader's end until it
        // runs its program.
        let more = [UInt8](repeating: 0x0A, count: 2 << 20)
        if probe.progress.ending == nil { bench.sink.write(Batch(more, sequence: 2)) }
        #expect(await probe.end().text == "reader gone")
        #expect(probe.progress.durable == 1 && probe.progress.accepted == 1)
        #expect(bench.arrived() == before)
    }
}
