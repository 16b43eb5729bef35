import Replication
import Sinks
import TestSupport
import Testing

@Suite("What subscribers cannot do", .timeLimit(.minutes(2)))
struct SubscriberLimitTests {
    private func with(
        options: SubscriberOptions = .quick, _ body: @escaping @Sendable (SubscriberBench) throws -> Void
    ) async throws {
        try await blocking {
            let bench = try SubscriberBench(options: options)
            defer { bench.close() }
            try body(bench)
        }
    }

    @Test func longLines() async throws {
        try await with { bench in
            let fits = try bench.connect()
            try fits.send("PING" + String(repeating: " ", count: 4092) + "\n")
            #expect(try fits.line() == #"{"op":"pong"}"#)
            let unended = try bench.connect()
            try unended.send(String(repeating: "x", count: 4097))
            _ = try unended.line(beginning: #"{"op":"error","code":"LIMIT""#)
            #expect(try unended.line() == nil)
        }
    }

    @Test func floods() async throws {
        try await with { bench in
            let wrong = try bench.connect()
            try wrong.send(String(repeating: "FOO\n", count: 100))
            let answers = try wrong.rest()
            #expect(answers.count == 10)
            #expect(answers.last?.hasPrefix(#"{"op":"error","code":"LIMIT""#) == true)
            let fast = try bench.subscribe()
            try? fast.send(String(repeating: "PING\n", count: 5000))
            _ = try fast.line(beginning: #"{"op":"error","code":"LIMIT""#)
            #expect(try fast.line() == nil)
        }
    }

    @Test func silence() async throws {
        var options = SubscriberOptions.quick
        options.handshakeTime = .milliseconds(300)
        try await with(options: options) { bench in
            let good = try bench.subscribe()
            let silent = try bench.connect()
            _ = try silent.line(beginning: #"{"op":"error","code":"TIMEOUT""#)
            #expect(try silent.line() == nil)
            bench.publish(1...1)
            #expect(try good.numbers(1) == [1])
        }
    }

    @Test func tooMany() async throws {
        var options = SubscriberOptions.quick
        options.maximum = 2
        try await with(options: options) { bench in
            let first = try bench.subscribe()
            _ = try bench.subscribe()
            let third = try bench.connect()
            try third.send("SUB\n")
            _ = try third.line(beginning: #"{"op":"error","code":"FULL""#)
            try first.send("QUIT\n")
            #expect(try first.line() == nil)
            let fourth = try bench.subscribe()
            bench.publish(1...1)
            #expect(try fourth.numbers(1) == [1])
        }
    }

    /// However many connect and say nothing, the next one gets in: as many may wait as may subscribe.
    @Test func theOldestWaitingOneMakesWay() async throws {
        var options = SubscriberOptions.quick
        options.maximum = 100
        try await with(options: options) { bench in
            let idle = try (0..<101).map { _ in try SocketClient(port: bench.port) }
            _ = try idle[0].line(beginning: #"{"op":"error","code":"FULL""#)
            _ = try bench.subscribe()
            #expect(try idle[100].line(beginning: #"{"op":"hello""#) != "")
        }
    }

    @Test func tlsWhereThereIsNone() async throws {
        try await with { bench in
            let client = try bench.connect()
            try client.send([0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00])
            _ = try client.line(beginning: #"{"op":"error","code":"TLS""#)
            #expect(try client.line() == nil)
        }
    }
}
