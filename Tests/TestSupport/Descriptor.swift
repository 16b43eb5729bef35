internal import Foundation
internal import Glibc
internal import Synchronization

/// A file descriptor that is closed with its last reference and never inherited by accident.
final class Descriptor: Sendable {
    let number: Int32

    init(taking number: Int32) {
        self.number = number
    }

    deinit {
        close(number)
    }

    /// - Parameter flags: O_CLOEXEC is added.
    static func open(_ path: String, _ flags: Int32, mode: mode_t = 0o644) throws -> Descriptor {
        let number = unsafe Glibc.open(path, flags | O_CLOEXEC, mode)
        guard number >= 0 else { throw failure("cannot open \(path)") }
        return Descriptor(taking: number)
    }

    /// Held while a pipe is made and while a process is started, because the Swift overlay has no pipe2(2):
    /// a child started between pipe(2) and its marking would keep the pipe open.
    static let inheritance = Mutex(())

    static func pipe() throws -> (read: Descriptor, write: Descriptor) {
        try inheritance.withLock { _ in
            var ends: [Int32] = [0, 0]
            guard unsafe Glibc.pipe(&ends) == 0 else { throw failure("cannot make a pipe") }
            for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
            return (Descriptor(taking: ends[0]), Descriptor(taking: ends[1]))
        }
    }

    /// Two connected ends; for the input of a child, since writing to a socket can do without SIGPIPE.
    static func socketPair() throws -> (Descriptor, Descriptor) {
        var ends: [Int32] = [0, 0]
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        guard unsafe socketpair(AF_UNIX, type, 0, &ends) == 0 else {
            throw failure("cannot make a socket pair")
        }
        return (Descriptor(taking: ends[0]), Descriptor(taking: ends[1]))
    }

    /// Waits for something to read and returns what is there.
    ///
    /// - Returns: nil when nothing came in time; no bytes at the end of the stream.
    func read(upTo count: Int, within limit: Duration) throws -> [UInt8]? {
        var entry = pollfd(fd: number, events: Int16(POLLIN), revents: 0)
        let ready = unsafe poll(&entry, 1, Int32(clamping: Int64((limit.inSeconds * 1_000).rounded(.up))))
        if ready == 0 || (ready < 0 && errno == EINTR) { return nil }
        guard ready > 0 else { throw Self.failure("cannot poll") }
        return try read(upTo: count)
    }

    /// - Returns: no bytes at the end of the stream.
    func read(upTo count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var length = 0
        repeat {
            length = unsafe bytes.withUnsafeMutableBytes { unsafe Glibc.read(number, $0.baseAddress, count) }
        } while length < 0 && errno == EINTR
        guard length >= 0 else { throw Self.failure("cannot read") }
        bytes.removeLast(count - length)
        return bytes
    }

    /// Reads from a place in a file, which must hold that much.
    func read(_ count: Int, at offset: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let length = unsafe bytes.withUnsafeMutableBytes {
            unsafe pread(number, $0.baseAddress, count, offset)
        }
        guard length == count else { throw Self.failure("cannot read back") }
        return bytes
    }

    /// Sends all bytes into a socket; a peer that is gone is an error, never a signal.
    func send(_ bytes: [UInt8]) throws {
        try unsafe transfer(bytes) { unsafe Glibc.send(number, $0, $1, Int32(MSG_NOSIGNAL)) }
    }

    /// Writes all bytes to a file.
    func write(_ bytes: [UInt8]) throws {
        try unsafe transfer(bytes) { unsafe Glibc.write(number, $0, $1) }
    }

    private func transfer(_ bytes: [UInt8], _ step: (UnsafeRawPointer?, Int) -> Int) throws {
        var done = 0
        while done < bytes.count {
            let length = unsafe bytes.withUnsafeBytes {
                unsafe step($0.baseAddress?.advanced(by: done), $0.count - done)
            }
            if length < 0 && errno == EINTR { continue }
            guard length > 0 else { throw Self.failure("cannot write") }
            done += length
        }
    }

    static func failure(_ what: String) -> TestFailure {
        TestFailure("\(what): \(unsafe String(cString: strerror(errno)))")
    }
}
