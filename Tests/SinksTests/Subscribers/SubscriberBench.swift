import Foundation
import Replication
import Sinks
import Synchronization
import TestSupport

/// A server of subscribers, with or without a history, and a stream of made-up events.
final class SubscriberBench: Sendable {
    let server: SubscriberServer
    let history: MemoryHistory?
    let report: SinkReport
    private let sequence = Mutex<UInt64>(0)
    private let notices: Notices

    private final class Notices: Sendable {
        let all = Mutex<[SubscriberNotice]>([])
    }

    /// - Parameter starts: whether the stream is there already.
    init(
        _ address: SubscriberAddress = .tcp(host: "127.0.0.1", port: 0), history: MemoryHistory? = nil,
        options: SubscriberOptions = .quick, origin: StreamOrigin = .sample, starts: Bool = true
    ) throws {
        let notices = Notices()
        self.notices = notices
        self.history = history
        report = SinkReport {}
        server = try SubscriberServer(address, options: options, history: history) { notice in
            notices.all.withLock { $0.append(notice) }
        }
        server.start(reportingTo: report)
        if starts { server.streamStarts(origin, confirmed: .zero) }
    }

    func close() {
        server.close()
    }

    var port: Int {
        guard case .tcp(_, let port) = server.address else { return 0 }
        return port
    }

    /// What was said, such as `a subscriber has gone` with its reason.
    func said(_ message: String) -> [[String: String]] {
        notices.all.withLock { $0.filter { $0.message == message }.map(\.metadata) }
    }

    /// Connects and takes the greeting.
    func connect(receiveBuffer: Int32? = nil) throws -> SocketClient {
        let client = try SocketClient(port: port, receiveBuffer: receiveBuffer)
        _ = try client.line(beginning: "{\"op\":\"hello\"")
        return client
    }

    /// Connects and waits until it is subscribed and live.
    func subscribe(_ words: String = "from=now", receiveBuffer: Int32? = nil) throws -> SocketClient {
        let client = try connect(receiveBuffer: receiveBuffer)
        try client.send("SUB \(words)\n")
        _ = try client.line(beginning: "{\"op\":\"caught_up\"")
        return client
    }

    /// Sends events with these numbers, as one batch; what a number is like says `MadeUpEvent`.
    func publish(_ numbers: ClosedRange<UInt64>, width: Int = 0) {
        let sequence = sequence.withLock { sequence in
            sequence += 1
            return sequence
        }
        let events = numbers.map { MadeUpEvent($0, width: width) }
        var bytes = OutputBuffer(capacity: 1 << 16)
        for event in events {
            let line = Array((event.line + "\n").utf8)
            bytes.append(line.span, from: 0, count: line.count)
        }
        let batch = Batch(
            sequence: sequence, bytes: bytes, events: events.count, first: .number(numbers.lowerBound),
            last: .number(numbers.upperBound), boundary: LSN(numbers.upperBound))
        if let history {
            server.write(batch)
            history.add(batch, events.map { (.number($0.number), Array(($0.line + "\n").utf8)) })
        } else {
            // One batch at a time, as the pipeline does.
            server.write(batch)
            while report.current.accepted < sequence { usleep(100) }
        }
    }
}

/// An event that says all there is to know about it by its number.
struct MadeUpEvent {
    let number: UInt64
    var width = 0

    init(_ number: UInt64, width: Int = 0) {
        self.number = number
        self.width = width
    }

    var table: String { number % 10 == 0 ? "rare" : "t\(number % 3)" }
    var operation: String { number % 4 == 0 ? "delete" : "insert" }

    var line: String {
        "{\"pos\":\"\(Position.number(number))\",\"op\":\"\(operation)\",\"xid\":7,\"ts\":\"2026-11-23T13:30:00.123456Z\","
            + "\"schema\":\"public\",\"table\":\"\(table)\",\"after\":{\"x\":\"\(String(repeating: "x", count: width))\"}}"
    }

    /// The number of an event's line; nil for a control line.
    static func number(in line: String) -> UInt64? {
        guard line.hasPrefix("{\"pos\":\"") else { return nil }
        return Position(String(line.dropFirst(8).prefix(26)))?.lsn.value
    }
}

extension SocketClient {
    /// The numbers of the next events, control lines left out.
    func numbers(_ count: Int) throws -> [UInt64] {
        var numbers: [UInt64] = []
        while numbers.count < count {
            guard let line = try line() else { break }
            if let number = MadeUpEvent.number(in: line) { numbers.append(number) }
        }
        return numbers
    }
}

extension SubscriberOptions {
    /// Nobody waits long in a test.
    static var quick: SubscriberOptions {
        var options = SubscriberOptions()
        options.penalty = .milliseconds(50)
        options.patience = .seconds(2)
        return options
    }
}
