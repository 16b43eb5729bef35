import Foundation
import Replication
import Sinks
import TestSupport
import Testing

@Suite("Subscriptions with a name", .timeLimit(.minutes(2)))
struct SubscriberNameTests {
    private func with(_ body: @escaping @Sendable (MemoryHistory, SubscriberOptions, String) throws -> Void)
        async throws
    {
        try await blocking {
            let directory = try TemporaryDirectory()
            var options = SubscriberOptions.quick
            options.names = try SubscriberNames(directory: directory.path("names"))
            try body(MemoryHistory(), options, directory.path("names"))
        }
    }

    /// Runs one life of a server.
    private func serve(
        _ history: MemoryHistory, _ options: SubscriberOptions, _ body: (SubscriberBench) throws -> Void
    ) throws {
        let bench = try SubscriberBench(history: history, options: options)
        defer { bench.close() }
        try body(bench)
    }

    @Test func goesOnBehindWhatWasAcknowledged() async throws {
        try await with { history, options, directory in
            try serve(history, options) { bench in
                bench.publish(1...10)
                let client = try bench.connect()
                try client.send("SUB name=shop from=start\n")
                #expect(try client.numbers(10) == Array(1...10))
                try client.send("ACK \(Position.number(4))\nACK \(Position.number(3))\nPING\n")
                _ = try client.line(beginning: #"{"op":"pong"}"#)
                // It is on the disk by now, whatever happens next.
                let stored = try String(
                    contentsOfFile: directory + "/shop", encoding: .utf8)
                #expect(stored == "\(Position.number(4))\n")
                try client.close(resetting: true)
                try eventually("it has gone") { bench.said("a subscriber has gone").count == 1 }
                // What it asks for now does not count.
                let again = try bench.connect()
                try again.send("SUB name=shop from=start\n")
                #expect(try again.numbers(6) == Array(5...10))
                try again.send("ACK \(Position.number(9))\nPING\n")
                _ = try again.line(beginning: #"{"op":"pong"}"#)
            }
            try serve(history, options) { bench in
                let client = try bench.connect()
                try client.send("SUB name=shop\n")
                #expect(try client.numbers(1) == [10])
            }
        }
    }

    /// A name that has never acknowledged anything is a place, too.
    @Test func aNewNameBeginsWhereItAsked() async throws {
        try await with { history, options, _ in
            try serve(history, options) { bench in
                bench.publish(1...10)
                let client = try bench.subscribe("name=late")
                try client.send("PING\nQUIT\n")
                _ = try client.line(beginning: #"{"op":"pong"}"#)
                #expect(try client.line() == nil)
                bench.publish(11...12)
                let again = try bench.connect()
                try again.send("SUB name=late\n")
                #expect(try again.numbers(2) == [11, 12])
            }
        }
    }

    @Test func oneConnectionAName() async throws {
        try await with { history, options, _ in
            try serve(history, options) { bench in
                bench.publish(1...3)
                let first = try bench.subscribe("name=shop")
                let second = try bench.connect()
                try second.send("SUB name=shop\n")
                _ = try second.line(beginning: #"{"op":"error","code":"BUSY""#)
                #expect(try second.line() == nil)
                // One that only listens, or has been killed, makes way.
                try first.endSending()
                try first.send("")
                let third = try bench.connect()
                try third.send("SUB name=shop\n")
                var answer = try third.line()
                for _ in 0..<100 where answer?.contains("BUSY") == true {
                    let retry = try bench.connect()
                    try retry.send("SUB name=shop\n")
                    answer = try retry.line()
                }
                #expect(answer?.hasPrefix(#"{"op":"caught_up""#) == true)
                #expect(try first.line() == nil)
            }
        }
    }

    @Test func acknowledgementsOfWhatWasNotSent() async throws {
        try await with { history, options, _ in
            try serve(history, options) { bench in
                bench.publish(1...3)
                let client = try bench.subscribe("name=shop from=start")
                try client.send("ACK \(Position.number(4))\n")
                _ = try client.line(beginning: #"{"op":"error","code":"SYNTAX""#)
            }
        }
    }

    @Test func aNameWhosePositionIsCutAway() async throws {
        try await with { history, options, _ in
            try serve(history, options) { bench in
                bench.publish(1...3)
                let client = try bench.subscribe("name=shop")
                try client.send("PING\nQUIT\n")
                #expect(try client.rest().last == #"{"op":"pong"}"#)
                bench.publish(4...9)
                history.cut(through: .number(7))
                let again = try bench.connect()
                try again.send("SUB name=shop from=start\n")
                _ = try again.line(beginning: #"{"op":"error","code":"GONE""#)
            }
        }
    }

    @Test func aDamagedPosition() async throws {
        try await with { history, options, directory in
            try serve(history, options) { bench in
                let path = directory + "/shop"
                try Data("00000000/0000".utf8).write(to: URL(fileURLWithPath: path))
                let client = try bench.connect()
                try client.send("SUB name=shop\n")
                _ = try client.line(beginning: #"{"op":"error","code":"FAILED""#)
            }
        }
    }
}
