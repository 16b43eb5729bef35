import Synchronization
import TestSupport

/// The queries of one run of the program, in the order of all its connections.
final class QueryLog: Sendable {
    private let texts = Mutex<[String]>([])

    /// Returns the query's number, from 1.
    func add(_ message: Relay.Message) -> Int {
        texts.withLock { texts in
            texts.append(message.text)
            return texts.count
        }
    }

    var all: [String] { texts.withLock(\.self) }
}

/// What happens to the answer of a query, or to the connection it comes on.
enum Damage: Sendable {
    /// The rows are missing; their last column; rows and columns; all values.
    case noRows, oneColumnLess, nothing, nulls
}

/// Damages the answer to one query.
final class DamagingFilter: Relay.Filter {
    private let damage: Damage
    private let target: Int
    private let log: QueryLog
    private let isHit = Mutex(false)

    init(_ damage: Damage, to target: Int, _ log: QueryLog) {
        (self.damage, self.target, self.log) = (damage, target, log)
    }

    func fromClient(_ message: Relay.Message) -> [Relay.Message] {
        if message.type == "Q" {
            let number = log.add(message)
            isHit.withLock { $0 = number == target }
        }
        return [message]
    }

    func fromServer(_ message: Relay.Message) -> [Relay.Message] {
        guard isHit.withLock(\.self) else { return [message] }
        switch (message.type, damage) {
        case ("D", .noRows), ("D", .nothing), ("T", .nothing): return []
        case ("D", _): return [Relay.Message("D", changedRow(message.body))]
        case ("T", .oneColumnLess): return [Relay.Message("T", withoutLastColumn(message.body))]
        // Instead of the start of a stream, the end of a command.
        case ("W", .nothing): return [Relay.Message("C", Array("OK\0".utf8)), Relay.Message("Z", [0x49])]
        default: return [message]
        }
    }

    private func changedRow(_ body: [UInt8]) -> [UInt8] {
        var values: [ArraySlice<UInt8>?] = []
        var rest = body.dropFirst(2)
        while !rest.isEmpty {
            let length = rest.prefix(4).reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
            rest = rest.dropFirst(4)
            values.append(length == .max ? nil : rest.prefix(Int(length)))
            if length != .max { rest = rest.dropFirst(Int(length)) }
        }
        values = damage == .nulls ? values.map { _ in nil } : values.dropLast()
        return [UInt8(values.count >> 8), UInt8(values.count & 0xff)]
            + values.flatMap { value in
                let length = value.map { UInt32($0.count) } ?? .max
                return (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) } + (value ?? [])
            }
    }

    private func withoutLastColumn(_ body: [UInt8]) -> [UInt8] {
        let count = Int(body[0]) << 8 | Int(body[1])
        guard count > 0 else { return body }
        var rest = body.dropFirst(2)
        // A name with its zero byte, then 18 bytes.
        for _ in 1..<count { rest = rest.drop { $0 != 0 }.dropFirst(19) }
        return [UInt8((count - 1) >> 8), UInt8((count - 1) & 0xff)] + body[2..<rest.startIndex]
    }
}

/// Ends the connection before one query reaches the server.
final class EndingFilter: Relay.Filter {
    /// How a connection ends.
    enum Ending: Sendable {
        /// Both sides see it closed.
        case cut
        /// The server says so.
        case terminated
    }

    private let ending: Ending
    private let target: Int
    private let log: QueryLog
    private let server: PostgresServer
    private let pid = Mutex<UInt32>(0)

    init(_ ending: Ending, before target: Int, _ log: QueryLog, on server: PostgresServer) {
        (self.ending, self.target, self.log, self.server) = (ending, target, log, server)
    }

    func fromClient(_ message: Relay.Message) throws -> [Relay.Message] {
        guard message.type == "Q", log.add(message) == target else { return [message] }
        switch ending {
        case .cut: throw TestFailure("cut")
        case .terminated: try server.psql("SELECT pg_terminate_backend(\(pid.withLock(\.self)))")
        }
        return [message]
    }

    func fromServer(_ message: Relay.Message) -> [Relay.Message] {
        if message.type == "K" {
            pid.withLock { $0 = message.body.prefix(4).reduce(0) { $0 << 8 | UInt32($1) } }
        }
        return [message]
    }
}

/// Does something before a query that starts a stream reaches the server.
final class StartFilter: Relay.Filter {
    private let body: @Sendable () throws -> Void

    init(_ body: @escaping @Sendable () throws -> Void) {
        self.body = body
    }

    func fromClient(_ message: Relay.Message) throws -> [Relay.Message] {
        if message.type == "Q", message.text.hasPrefix("START_REPLICATION") { try body() }
        return [message]
    }
}
