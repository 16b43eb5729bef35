import Replication
import Sinks
import Testing

@Suite("The scripted sink misbehaves exactly as it is told", .timeLimit(.minutes(1)))
struct ScriptedSinkTests {
    private func probe(_ script: [ScriptedSink.Step]) -> (SinkProbe, ScriptedBench) {
        let bench = ScriptedBench(script)
        return (SinkProbe(bench), bench)
    }

    @Test("accepted is not durable until something behind it is")
    func accept() async {
        let (probe, bench) = probe([.accept, .accept, .take, .accept])
        #expect(await probe.write([1], sequence: 1).durable == 0)
        #expect(await probe.write([2], sequence: 2).durable == 0)
        #expect(bench.arrived() == [1, 2])
        #expect(await probe.write([3], sequence: 3).durable == 3)
        #expect(await probe.write([4], sequence: 4).durable == 3)
        #expect(await probe.finish().text == "finished")
        #expect(probe.progress.durable == 4)
    }

    @Test("a held batch is neither accepted nor stored until it is released")
    func hold() async throws {
        let (probe, bench) = probe([.take, .hold])
        await probe.write([1], sequence: 1)
        bench.sink.write(Batch([2], sequence: 2))
        bench.sink.finish()
        try await Task.sleep(for: .milliseconds(20))
        #expect(probe.progress.accepted == 1 && probe.progress.ending.text == "running")
        #expect(bench.arrived() == [1])
        bench.scripted.release()
        #expect(await probe.end().text == "finished")
        #expect(probe.progress.durable == 2)
        #expect(bench.arrived() == [1, 2])
    }

    @Test("a rejected batch is not stored, and nothing comes after it")
    func reject() async {
        let (probe, bench) = probe([.accept, .reject("disk on fire")])
        await probe.write([1], sequence: 1)
        #expect(await probe.write([2], sequence: 2).ending.text == "failed: scripted: disk on fire")
        bench.sink.finish()
        #expect(bench.arrived() == [1])
        #expect(probe.progress.accepted == 1 && probe.progress.durable == 0)
    }

    @Test("a batch can be stored without anybody hearing of it")
    func failAfterWrite() async {
        let (probe, bench) = probe([.take, .failAfterWrite("lost")])
        await probe.write([1], sequence: 1)
        #expect(await probe.write([2], sequence: 2).ending.text == "failed: scripted: lost")
        #expect(bench.arrived() == [1, 2])
        #expect(probe.progress.durable == 1)
    }

    @Test("a slow one takes its time, and the batch arrives")
    func slow() async {
        let (probe, bench) = probe([.slow(milliseconds: 50)])
        let took = await ContinuousClock().measure {
            bench.sink.write(Batch([1], sequence: 1))
            bench.sink.finish()
            _ = await probe.end()
        }
        #expect(took >= .milliseconds(50))
        #expect(probe.progress.durable == 1)
        #expect(bench.arrived() == [1])
    }
}
