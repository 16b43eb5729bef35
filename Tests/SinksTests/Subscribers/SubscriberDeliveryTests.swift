import Foundation
import Replication
import Sinks
import Synchronization
import TestSupport
import Testing

@Suite("Who gets which events", .timeLimit(.minutes(3)))
struct SubscriberDeliveryTests {
    private func with(
        history: MemoryHistory? = nil, options: SubscriberOptions = .quick,
        _ body: @escaping @Sendable (SubscriberBench) throws -> Void
    ) async throws {
        try await blocking {
            let bench = try SubscriberBench(history: history, options: options)
            defer { bench.close() }
            try body(bench)
        }
    }

    @Test func withoutAJournalFromNowOn() async throws {
        try await with { bench in
            bench.publish(1...5)
            let client = try bench.subscribe()
            bench.publish(6...7)
            bench.publish(8...8)
            #expect(try client.numbers(3) == [6, 7, 8])
        }
    }

    @Test func aSlowOneIsCutOffWithItsLastPosition() async throws {
        var options = SubscriberOptions.quick
        options.windowSize = 1 << 20
        options.patience = .seconds(100)
        try await with(options: options) { bench in
            let slow = try bench.subscribe(receiveBuffer: 4096)
            let fast = try bench.subscribe()
            let sent: UInt64 = 400
            for number in 1...sent {
                bench.publish(number...number, width: 64_000)
                #expect(try fast.numbers(1) == [number])
            }
            let lines = try slow.rest()
            let numbers = lines.compactMap(MadeUpEvent.number)
            #expect(numbers == Array(1...UInt64(numbers.count)) && numbers.count < Int(sent))
            let error = try #require(lines.last)
            #expect(error.hasPrefix(#"{"op":"error","code":"SLOW""#))
            #expect(error.hasSuffix(#""passed":"\#(Position.number(UInt64(numbers.count)))"}"#))
            let gone = try #require(bench.said("a subscriber has gone").first)
            #expect(gone["reason"]?.hasPrefix("SLOW") == true)
            #expect(gone["position"] == "\(Position.number(UInt64(numbers.count)))")
        }
    }

    /// Over and over the window is outrun, and over and over it is caught up with.
    @Test func aSlowOneReadsOnFromTheJournalAndComesBack() async throws {
        let history = MemoryHistory()
        var options = SubscriberOptions.quick
        options.windowSize = 256 * 1024
        try await with(history: history, options: options) { bench in
            let slow = try bench.subscribe(receiveBuffer: 4096)
            let fast = try bench.subscribe()
            let filtered = try bench.subscribe("from=now tables=public.rare", receiveBuffer: 4096)
            var next: UInt64 = 1
            var expected: UInt64 = 1
            for round in 1...3 {
                // More than the system takes on its own.
                let end = next + 1300
                while next < end {
                    let size = UInt64.random(in: 1...40)
                    bench.publish(next...next + size - 1, width: 6000)
                    #expect(try fast.numbers(Int(size)) == Array(next...next + size - 1))
                    next += size
                }
                #expect(bench.server.subscribers.contains { $0.mode == "journal" }, "round \(round)")
                #expect(try slow.numbers(Int(next - expected)) == Array(expected..<next))
                let rare = (expected..<next).filter { $0 % 10 == 0 }
                #expect(try filtered.numbers(rare.count) == rare)
                expected = next
                try eventually("all are live again") {
                    bench.server.subscribers.allSatisfy { $0.mode == "live" }
                }
            }
            try eventually("the readers are closed") { history.readers == 0 }
        }
    }

    /// Comers at all times while events flow: each has everything behind its position, once.
    @Test func catchingUpWhileEventsFlow() async throws {
        let history = MemoryHistory()
        var options = SubscriberOptions.quick
        options.windowSize = 64 * 1024
        try await with(history: history, options: options) { bench in
            bench.publish(1...2000)
            let end: UInt64 = 6_000
            let isDone = Mutex(false)
            let writer = Thread {
                var next: UInt64 = 2001
                while next <= end {
                    let size = min(UInt64.random(in: 1...60), end - next + 1)
                    bench.publish(next...next + size - 1, width: 100)
                    next += size
                    if next % 7 == 0 { usleep(500) }
                }
                isDone.withLock { $0 = true }
            }
            writer.start()
            var clients: [(SocketClient, UInt64)] = []
            while !isDone.withLock(\.self) || clients.count < 10 {
                let start = UInt64.random(in: 0...2000)
                let client = try bench.connect()
                try client.send(
                    "SUB from=\(Position.number(start))\n".replacingOccurrences(
                        of: "from=00000000/00000000-00000002", with: "from=start"))
                clients.append((client, start))
                if clients.count == 30 { break }
                usleep(2000)
            }
            for (client, start) in clients {
                let numbers = try client.numbers(Int(end - start))
                let isEqual = numbers == Array(start + 1...end)
                #expect(isEqual)
            }
        }
    }

    @Test func cutAwayWhileReading() async throws {
        let history = MemoryHistory()
        try await with(history: history) { bench in
            for number in UInt64(1)...300 { bench.publish(number...number, width: 64_000) }
            let client = try SocketClient(port: bench.port, receiveBuffer: 4096)
            try client.send("SUB from=start\n")
            try eventually("it has begun") { history.reads > 0 }
            history.cut(through: .number(299))
            let lines = try client.rest()
            let numbers = lines.compactMap(MadeUpEvent.number)
            #expect(numbers == Array(1...UInt64(numbers.count)))
            #expect(lines.last?.hasPrefix(#"{"op":"error","code":"GONE""#) == true)
        }
    }

    @Test func finishingBringsWhatIsThere() async throws {
        let history = MemoryHistory()
        var options = SubscriberOptions.quick
        options.windowSize = 64 * 1024
        options.patience = .seconds(60)
        for kept in [history, nil] {
            try await with(history: kept, options: options) { bench in
                let clients = try (0..<3).map { _ in try bench.subscribe() }
                if kept != nil {
                    bench.publish(1...2000, width: 1000)
                } else {
                    bench.publish(1...60, width: 1000)
                }
                let waiting = try bench.connect()
                bench.server.finish()
                for client in clients {
                    let numbers = try client.rest().compactMap(MadeUpEvent.number)
                    #expect(numbers == Array(1...(kept == nil ? 60 : 2000)))
                }
                #expect(try waiting.line() == nil)
                try eventually("it has ended") { bench.report.current.ending != nil }
            }
        }
    }

    @Test func finishingWaitsForNobodyWhoDoesNotRead() async throws {
        var options = SubscriberOptions.quick
        options.patience = .milliseconds(300)
        try await with(history: MemoryHistory(), options: options) { bench in
            let client = try bench.subscribe(receiveBuffer: 4096)
            for number in UInt64(1)...200 { bench.publish(number...number, width: 64_000) }
            bench.server.finish()
            try eventually("it has ended") { bench.report.current.ending != nil }
            #expect(try client.line() != nil)
        }
    }

    @Test func comingsAndGoingsAreSaid() async throws {
        try await with { bench in
            let client = try bench.subscribe()
            bench.publish(1...3)
            #expect(try client.numbers(3) == [1, 2, 3])
            let state = try #require(bench.server.subscribers.first)
            #expect(state.mode == "live" && state.position == .number(3) && state.bufferedBytes == 0)
            try client.close(resetting: true)
            try eventually("it has gone") { bench.said("a subscriber has gone").count == 1 }
            let gone = bench.said("a subscriber has gone")[0]
            #expect(
                gone["position"] == "\(Position.number(3))" && gone["lag"] == "0" && gone["reason"] != nil)
            #expect(bench.said("a subscriber has come").count == 1)
        }
    }
}
