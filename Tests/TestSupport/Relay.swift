internal import Foundation
internal import Glibc
internal import Synchronization

/// Stands between a program and a server, and lets a test see, hold up or change what goes by.
///
/// It listens on 127.0.0.1, takes any number of connections, and knows of the protocol only where a message ends.
/// TLS would hide that, so connect with its own `conninfo`.
package final class Relay: Sendable {
    /// One message: its type and what follows the length.
    package struct Message: Sendable {
        package var type: Character
        package var body: [UInt8]

        package init(_ type: Character, _ body: [UInt8] = []) {
            self.type = type
            self.body = body
        }

        /// The body as text, up to its first zero byte.
        package var text: String {
            String(decoding: body.prefix { $0 != 0 }, as: UTF8.self)
        }
    }

    /// What happens to the messages of one connection. An error cuts it. Calls come from two threads, never at once.
    package protocol Filter: AnyObject, Sendable {
        func fromClient(_ message: Message) throws -> [Message]
        func fromServer(_ message: Message) throws -> [Message]
    }

    package let port: Int
    private let listener: Descriptor

    /// - Parameter filter: called for each connection.
    package init(to server: PostgresServer, filter: @escaping @Sendable () -> any Filter) throws {
        let path = "\(server.socketDirectory)/.s.PGSQL.\(server.port)"
        let (listener, port) = try Self.listen()
        self.listener = listener
        self.port = port
        Thread.detachNewThread {
            // Until `deinit` shuts it down.
            while let client = try? Self.accept(on: listener) {
                guard let server = try? Self.connect(path) else { continue }
                Self.pump(client, server, filter())
            }
        }
    }

    deinit {
        shutdown(listener.number, Int32(SHUT_RDWR))
    }

    package func conninfo(database: String, user: String = "postgres") -> String {
        "host=127.0.0.1 port=\(port) user=\(user) dbname=\(database) sslmode=disable gssencmode=disable"
    }

    // MARK: Passing on

    private static func pump(_ client: Descriptor, _ server: Descriptor, _ filter: any Filter) {
        let turn = Mutex(())
        /// Both directions end together.
        @Sendable func run(
            from source: Descriptor, to target: Descriptor, startup: Bool,
            _ change: @escaping @Sendable (Message) throws -> [Message]
        ) {
            Thread.detachNewThread {
                defer {
                    shutdown(source.number, Int32(SHUT_RDWR))
                    shutdown(target.number, Int32(SHUT_RDWR))
                }
                do {
                    var reader = MessageReader(source: source)
                    // The first one of a client has no type.
                    if startup { try target.send(Array(reader.startup())) }
                    while let message = try reader.next() {
                        for message in try turn.withLock({ _ in try change(message) }) {
                            try target.send(message.encoded)
                        }
                    }
                } catch {
                    // One end is gone, or the test wants it to be.
                }
            }
        }
        run(from: client, to: server, startup: true) { try filter.fromClient($0) }
        run(from: server, to: client, startup: false) { try filter.fromServer($0) }
    }

    private struct MessageReader {
        let source: Descriptor
        var buffer: [UInt8] = []

        mutating func startup() throws -> ArraySlice<UInt8> {
            try fill(4)
            return try take(length(at: 0))
        }

        mutating func next() throws -> Message? {
            guard (try? fill(5)) != nil else { return nil }
            let message = try take(1 + length(at: 1))
            let type = Character(Unicode.Scalar(message[0]))
            return Message(type, Array(message.dropFirst(5)))
        }

        private func length(at offset: Int) -> Int {
            buffer[offset..<offset + 4].reduce(0) { $0 << 8 | Int($1) }
        }

        private mutating func take(_ count: Int) throws -> ArraySlice<UInt8> {
            try fill(count)
            defer { buffer.removeFirst(count) }
            return buffer[..<count]
        }

        private mutating func fill(_ count: Int) throws {
            while buffer.count < count {
                let more = try source.read(upTo: 65_536)
                guard !more.isEmpty else { throw TestFailure("the connection has ended") }
                buffer += more
            }
        }
    }

    // MARK: Sockets

    private static func listen() throws -> (Descriptor, port: Int) {
        // Nobody restarts it, so any port will do, but one must be named.
        for _ in 0..<10 {
            let port = try FreePort.find()
            let socket = try socket(AF_INET)
            let address = sockaddr_in(
                sin_family: sa_family_t(AF_INET), sin_port: UInt16(port).bigEndian,
                sin_addr: in_addr(s_addr: UInt32(0x7f00_0001).bigEndian), sin_zero: (0, 0, 0, 0, 0, 0, 0, 0))
            let isBound = unsafe with(address) { unsafe bind(socket.number, $0, $1) } == 0
            if isBound, Glibc.listen(socket.number, 64) == 0 { return (socket, port) }
        }
        throw Descriptor.failure("cannot listen")
    }

    private static func accept(on listener: Descriptor) throws -> Descriptor {
        var entry = pollfd(fd: listener.number, events: Int16(POLLIN), revents: 0)
        while unsafe poll(&entry, 1, -1) < 0 && errno == EINTR {}
        return try Descriptor.inheritance.withLock { _ in
            let number = Glibc.accept(listener.number, nil, nil)
            guard number >= 0 else { throw Descriptor.failure("cannot accept") }
            _ = fcntl(number, F_SETFD, FD_CLOEXEC)
            return Descriptor(taking: number)
        }
    }

    private static func connect(_ path: String) throws -> Descriptor {
        let socket = try socket(AF_UNIX)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        // SAFETY: what does not fit is cut off, and the last byte stays zero.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) {
            unsafe $0.dropLast().copyBytes(from: path.utf8)
        }
        guard unsafe with(address, { unsafe Glibc.connect(socket.number, $0, $1) }) == 0 else {
            throw Descriptor.failure("cannot connect to \(path)")
        }
        return socket
    }

    private static func socket(_ family: Int32) throws -> Descriptor {
        let number = Glibc.socket(family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard number >= 0 else { throw Descriptor.failure("cannot make a socket") }
        return Descriptor(taking: number)
    }

    /// Calls a function that takes every kind of address through a pointer to the generic one, with its size.
    private static func with<Address>(
        _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        // SAFETY: the callee reads as many bytes as it is told, which is the size of the address behind the pointer.
        unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}

extension Relay.Message {
    fileprivate var encoded: [UInt8] {
        let length = UInt32(body.count + 4)
        return [type.asciiValue ?? 0] + (0..<4).map { UInt8(truncatingIfNeeded: length >> (24 - 8 * $0)) }
            + body
    }
}

extension Relay.Filter {
    package func fromClient(_ message: Relay.Message) throws -> [Relay.Message] { [message] }
    package func fromServer(_ message: Relay.Message) throws -> [Relay.Message] { [message] }
}
