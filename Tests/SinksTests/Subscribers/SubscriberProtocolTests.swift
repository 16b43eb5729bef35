import Foundation
import Replication
import Sinks
import TestSupport
import Testing

@Suite("What a subscriber says and hears", .timeLimit(.minutes(2)))
struct SubscriberProtocolTests {
    /// Runs a body that blocks beside a server, which is closed after it.
    private func with(
        history: MemoryHistory? = nil, options: SubscriberOptions = .quick, origin: StreamOrigin = .sample,
        _ body: @escaping @Sendable (SubscriberBench) throws -> Void
    ) async throws {
        try await blocking {
            let bench = try SubscriberBench(history: history, options: options, origin: origin)
            defer { bench.close() }
            try body(bench)
        }
    }

    @Test func theGreetingSaysWhatStreamItIs() async throws {
        try await with { bench in
            let client = try SocketClient(port: bench.port)
            #expect(
                try client.line()
                    == #"{"op":"hello","protocol":1,"system":"7300000000000000001","timeline":1,"database":"shop","#
                    + #""slot":"walbrook","format":"json","head":"00000000/00000000-00000000","auth":"none"}"#
            )
        }
        let history = MemoryHistory()
        try await with(history: history) { bench in
            bench.publish(1...3)
            history.cut(through: .number(1))
            _ = try bench.subscribe()
            let client = try SocketClient(port: bench.port)
            let line = try #require(try client.line())
            #expect(
                line.contains(#""head":"00000000/00000003-00000002","oldest":"00000000/00000001-00000002""#))
        }
    }

    @Test func theGreetingWaitsForTheStream() async throws {
        try await blocking {
            let bench = try SubscriberBench(starts: false)
            defer { bench.close() }
            let client = try SocketClient(port: bench.port)
            try client.send("SUB\n")
            #expect(try client.isSilent(for: .milliseconds(100)))
            bench.server.streamStarts(.sample, confirmed: .zero)
            _ = try client.line(beginning: #"{"op":"hello""#)
            _ = try client.line(beginning: #"{"op":"caught_up""#)
        }
    }

    @Test(arguments: ["SUB", "sub from=NOW", "Sub FROM=now", "\tSUB  from=now \r"])
    func verbsInAnyCase(command: String) async throws {
        try await with { bench in
            let client = try bench.connect()
            try client.send(command + "\n")
            _ = try client.line(beginning: #"{"op":"caught_up""#)
            bench.publish(1...2)
            #expect(try client.numbers(2) == [1, 2])
        }
    }

    @Test func pingAndQuit() async throws {
        try await with { bench in
            let client = try bench.connect()
            try client.send("PING\nping\n")
            #expect(try client.line() == #"{"op":"pong"}"#)
            #expect(try client.line() == #"{"op":"pong"}"#)
            try client.send("SUB\nQUIT\n")
            _ = try client.line(beginning: #"{"op":"caught_up""#)
            #expect(try client.line() == nil)
        }
    }

    @Test(arguments: [
        ("HELO", "COMMAND"), ("SUB SUB", "SYNTAX"), ("SUB from=", "SYNTAX"), ("SUB from=5", "SYNTAX"),
        ("SUB from=00000000/00000001-", "SYNTAX"), ("SUB name=../x", "SYNTAX"), ("SUB name=.x", "SYNTAX"),
        ("SUB tables=", "SYNTAX"), ("SUB tables=a,,b", "SYNTAX"), ("SUB ops=insert,upsert", "SYNTAX"),
        ("SUB heartbeat=0", "SYNTAX"), ("SUB heartbeat=1s", "SYNTAX"), ("SUB from=now from=now", "SYNTAX"),
        ("SUB colour=red", "SYNTAX"), ("AUTH", "SYNTAX"), ("ACK", "SYNTAX"), ("ACK 1", "SYNTAX"),
        ("ACK 00000000/00000000-00000000", "COMMAND"), ("PING 1", "SYNTAX"), ("QUIT now", "SYNTAX"),
        ("\u{FF}", "COMMAND"),
    ])
    func wrongCommandsLeaveTheConnection(command: String, code: String) async throws {
        try await with { bench in
            let client = try bench.connect()
            try client.send(command + "\nSUB\nSUB\n")
            _ = try client.line(beginning: #"{"op":"error","code":"\#(code)","message":"#)
            _ = try client.line(beginning: #"{"op":"caught_up""#)
            _ = try client.line(beginning: #"{"op":"error","code":"COMMAND""#)
            bench.publish(1...1)
            #expect(try client.numbers(1) == [1])
        }
    }

    @Test func whatNeedsAJournal() async throws {
        try await with { bench in
            for words in ["from=start", "from=0/0", "from=00000000/00000001-00000002", "name=x"] {
                let client = try bench.connect()
                try client.send("SUB \(words)\n")
                _ = try client.line(beginning: #"{"op":"error","code":"NOJOURNAL""#)
                #expect(try client.line() == nil)
            }
        }
    }

    @Test func positionsThatAreNotThere() async throws {
        let history = MemoryHistory()
        try await with(history: history) { bench in
            bench.publish(10...20)
            history.cut(through: .number(15))
            // The cluster's log has moved on to 0/40 without an event.
            bench.publish(0x20...0x20)
            for (words, first) in [
                ("from=00000000/0000000E-00000002", nil), ("from=0/F", nil),
                ("from=00000000/00000021-00000001", nil),
                ("from=0/21", nil), ("from=FFFFFFFF/FFFFFFFF", nil), ("from=start", 16),
                ("from=00000000/0000000F-00000002", 16), ("from=0/10", 16), ("from=0/12", 18),
                ("from=00000000/00000013-00000001", 19), ("from=00000000/00000013-00000009", 20),
                ("from=0/20", 0x20),
            ] as [(String, UInt64?)] {
                let client = try bench.connect()
                try client.send("SUB \(words)\n")
                if let first {
                    #expect(try client.numbers(1) == [first], "\(words)")
                } else {
                    let line = try client.line(beginning: #"{"op":"error","code":"GONE""#)
                    #expect(
                        line.hasSuffix(
                            #","oldest":"00000000/0000000F-00000002","head":"00000000/00000020-00000002"}"#))
                    #expect(try client.line() == nil)
                }
            }
        }
    }

    @Test func filters() async throws {
        let history = MemoryHistory()
        try await with(history: history) { bench in
            let all = Array(UInt64(1)...200)
            bench.publish(1...100)
            let cases: [(String, (MadeUpEvent) -> Bool)] = [
                ("tables=public.rare", { $0.table == "rare" }),
                ("tables=public.t?", { $0.table != "rare" }),
                (
                    "tables=public.t0,*.t1 ops=delete",
                    { ["t0", "t1"].contains($0.table) && $0.operation == "delete" }
                ),
                ("ops=INSERT,delete", { _ in true }),
            ]
            let clients = try cases.map { words, _ in
                let client = try bench.connect()
                try client.send("SUB from=start \(words)\n")
                return client
            }
            bench.publish(101...150)
            for number in UInt64(151)...200 { bench.publish(number...number) }
            for (client, (words, isWanted)) in zip(clients, cases) {
                let expected = all.filter { isWanted(MadeUpEvent($0)) }
                #expect(try client.numbers(expected.count) == expected, "\(words)")
                try client.send("PING\n")
                var line = try client.line()
                while let next = line, next != #"{"op":"pong"}"# {
                    #expect(MadeUpEvent.number(in: next) == nil)
                    line = try client.line()
                }
            }
        }
    }

    @Test func filtersNeedLinesThatSayWhatTheyAre() async throws {
        var origin = StreamOrigin.sample
        origin.format = "wal2json"
        try await with(origin: origin) { bench in
            let refused = try bench.connect()
            try refused.send("SUB tables=public.*\n")
            _ = try refused.line(beginning: #"{"op":"error","code":"FILTER""#)
            #expect(try refused.line() == nil)
            let client = try bench.subscribe()
            bench.publish(1...3)
            #expect(try client.numbers(3) == [1, 2, 3])
        }
    }

    @Test func heartbeatsInSilence() async throws {
        try await with { bench in
            let client = try bench.subscribe("from=now heartbeat=1 tables=public.rare")
            bench.publish(1...3)
            #expect(
                try client.line()
                    == #"{"op":"heartbeat","passed":"00000000/00000003-00000002","head":"00000000/00000003-00000002"}"#
            )
        }
    }

    @Test func oneWhoOnlyListensStays() async throws {
        try await with { bench in
            let client = try bench.subscribe()
            try client.endSending()
            for number in UInt64(1)...5 { bench.publish(number...number) }
            #expect(try client.numbers(5) == [1, 2, 3, 4, 5])
            let useless = try bench.connect()
            try useless.endSending()
            #expect(try useless.line() == nil)
        }
    }

    @Test func tokens() async throws {
        let file = try TemporaryDirectory()
        let path = file.path("tokens")
        try Data("# people\nfirst-token\n\nsecond\n".utf8).write(to: URL(fileURLWithPath: path))
        var options = SubscriberOptions.quick
        options.tokens = try Tokens(file: path)
        try await with(options: options) { bench in
            for token in ["first-token", "second"] {
                let client = try SocketClient(port: bench.port)
                #expect(try client.line()?.hasSuffix(#""auth":"token"}"#) == true)
                try client.send("AUTH \(token)\nSUB\n")
                _ = try client.line(beginning: #"{"op":"caught_up""#)
            }
            let without = try bench.connect()
            try without.send("SUB\n")
            _ = try without.line(beginning: #"{"op":"error","code":"AUTH""#)
            #expect(try without.line() == nil)
            for token in ["first-toke", "first-tokens", "#", "x", String(repeating: "y", count: 4000)] {
                let client = try bench.connect()
                let start = ContinuousClock.now
                // What comes behind a wrong token is not looked at.
                try client.send("AUTH \(token)\nAUTH second\nSUB\n")
                #expect(try client.line()?.hasPrefix(#"{"op":"error","code":"AUTH""#) == true)
                #expect(.now - start >= .milliseconds(50))
                #expect(try client.line() == nil)
            }
        }
    }

    /// How long the answer takes tells nothing of how long a token is, nor of how much of one was right.
    @Test func wrongTokensAreAlikeInTime() async throws {
        let file = try TemporaryDirectory()
        let path = file.path("tokens")
        let token = String(repeating: "t", count: 1000)
        try Data(token.utf8).write(to: URL(fileURLWithPath: path))
        var options = SubscriberOptions.quick
        options.tokens = try Tokens(file: path)
        let penalty = options.penalty
        try await with(options: options) { bench in
            let wrong = ["x", token.dropLast() + "x", "x" + token.dropFirst(), token + token + token + token]
            // The shortest of several: what else the machine does makes it longer only.
            var shortest = wrong.map { _ in Duration.seconds(60) }
            for _ in 0..<10 {
                for (index, token) in wrong.enumerated() {
                    let client = try bench.connect()
                    let start = ContinuousClock.now
                    try client.send("AUTH \(token)\n")
                    _ = try client.line(beginning: #"{"op":"error","code":"AUTH""#)
                    shortest[index] = min(shortest[index], .now - start)
                }
            }
            let times = shortest.sorted()
            #expect(times[0] >= penalty && times[3] - times[0] < penalty / 2, "\(shortest)")
        }
    }
}
