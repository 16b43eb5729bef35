internal import Foundation
internal import Glibc
internal import Synchronization

/// A connection to a subscriber server, with nothing in it that is Walbrook's. Every call blocks.
package final class SocketClient: Sendable {
    private let open: Mutex<Descriptor?>
    private let lines: LineSource

    /// - Parameter receiveBuffer: bytes that the system takes although nobody reads; nil for what it likes.
    package init(port: Int, receiveBuffer: Int32? = nil) throws {
        let socket = try Self.make(AF_INET)
        open = Mutex(socket)
        if var size = receiveBuffer {
            unsafe setsockopt(
                socket.number, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
        }
        lines = LineSource(socket)
        try Self.connect(
            socket,
            sockaddr_in(
                sin_family: sa_family_t(AF_INET), sin_port: UInt16(port).bigEndian,
                sin_addr: in_addr(s_addr: UInt32(0x7f00_0001).bigEndian), sin_zero: (0, 0, 0, 0, 0, 0, 0, 0)))
    }

    package init(path: String) throws {
        let socket = try Self.make(AF_UNIX)
        open = Mutex(socket)
        lines = LineSource(socket)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: what does not fit is cut off, and the last byte stays zero.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.dropLast().copyBytes(from: path.utf8)
        }
        try Self.connect(socket, address)
    }

    private static func make(_ family: Int32) throws -> Descriptor {
        let number = Glibc.socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Descriptor.failure("cannot make a socket") }
        return Descriptor(taking: number)
    }

    private static func connect<Address>(_ socket: Descriptor, _ address: Address) throws {
        // SAFETY: the callee reads as many bytes as it is told, which is the size of the address behind the pointer.
        let result = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe Glibc.connect(socket.number, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard result == 0 else { throw Descriptor.failure("cannot connect") }
    }

    private var socket: Descriptor {
        get throws {
            guard let socket = open.withLock(\.self) else {
                throw TestFailure("the connection was closed here")
            }
            return socket
        }
    }

    package func send(_ text: String) throws {
        try socket.send(Array(text.utf8))
    }

    package func send(_ bytes: [UInt8]) throws {
        try socket.send(bytes)
    }

    /// Ends the sending half, as `echo … | nc` does.
    package func endSending() throws {
        shutdown(try socket.number, Int32(SHUT_WR))
    }

    /// Closes it, with a reset instead of a farewell if that is asked for.
    package func close(resetting: Bool = false) throws {
        if resetting {
            var option = linger(l_onoff: 1, l_linger: 0)
            unsafe setsockopt(
                try socket.number, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        lines.close()
        open.withLock { $0 = nil }
    }

    /// The next line; nil at the end of the stream.
    ///
    /// - Throws: `TestFailure` when nothing comes in time.
    package func line(within limit: Duration = .seconds(60)) throws -> String? {
        switch try lines.next(until: .now + limit) {
        case .line(let line): return line
        case .end: return nil
        case .timeout: throw TestFailure("nothing came within \(limit)")
        }
    }

    /// The next line that begins with a text; what comes before is thrown away.
    package func line(beginning start: String, within limit: Duration = .seconds(60)) throws -> String {
        let deadline = ContinuousClock.now + limit
        var last = "nothing"
        while true {
            guard let line = try line(within: deadline - .now) else {
                throw TestFailure("the connection ended before \(start), after \(last)")
            }
            if line.hasPrefix(start) { return line }
            last = line
        }
    }

    /// Waits for the end and returns what came before.
    package func rest(within limit: Duration = .seconds(60)) throws -> [String] {
        let deadline = ContinuousClock.now + limit
        var lines: [String] = []
        while let line = try line(within: deadline - .now) { lines.append(line) }
        return lines
    }

    /// Whether nothing has come for so long.
    package func isSilent(for time: Duration) throws -> Bool {
        if case .timeout = try lines.next(until: .now + time) { true } else { false }
    }

    /// Bytes as they come; nil when nothing came in time, none at the end of the stream.
    package func read(upTo count: Int, within limit: Duration) throws -> [UInt8]? {
        try lines.read(upTo: count, until: .now + limit)
    }
}
