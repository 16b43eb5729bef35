import Dispatch
import Glibc
import Synchronization

/// The two ends of a pipe in the hands of a test: one for a sink to write to, one to read what arrived.
///
/// Like `StoredFile`, it makes system calls; no other file of these tests is unsafe.
final class PipeEnds: Sendable {
    private struct State {
        var isReadable = true
        var received: [UInt8] = []
    }

    /// For the sink. It stays open as long as this object lives.
    let writer: Int32
    private let reader: Int32
    private let state = Mutex(State())

    /// - Parameter capacity: how many bytes the pipe holds; a multiple of 4096, at most 1 MiB.
    init(capacity: Int, isBlocking: Bool = true) throws {
        // The program ignores it; the children of other tests get the default back.
        signal(SIGPIPE, SIG_IGN)
        // By a name, because only open(2) makes descriptors that are closed on exec from the start, and a child of
        // another test that holds an end would keep the pipe from closing.
        let path = temporaryPath()
        guard unsafe mkfifo(path, 0o600) == 0 else { throw SystemCallFailure("mkfifo") }
        defer { unsafe unlink(path) }
        reader = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        writer = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard reader >= 0, writer >= 0 else { throw SystemCallFailure("open") }
        let setPipeSize: Int32 = 1031
        guard fcntl(writer, setPipeSize, Int32(capacity)) >= capacity else {
            throw SystemCallFailure("fcntl")
        }
        if !isBlocking { _ = fcntl(writer, F_SETFL, O_NONBLOCK) }
    }

    deinit {
        closeReader()
        close(writer)
    }

    /// Everything that has come out of the pipe so far, what is in it included.
    func received() -> [UInt8] {
        state.withLock { state in
            while state.isReadable, let bytes = readSome(64 * 1024) { state.received += bytes }
            return state.received
        }
    }

    /// Takes up to `count` bytes out of the pipe.
    func receive(atMost count: Int) {
        state.withLock { state in
            if state.isReadable, let bytes = readSome(count) { state.received += bytes }
        }
    }

    /// Reads bit by bit, on a thread of its own, as long as this object lives.
    func receiveSlowly(_ count: Int) {
        DispatchQueue(label: "slow reader").async { [weak self] in
            while let self {
                self.receive(atMost: count)
                usleep(10)
            }
        }
    }

    /// The reader goes away, as `head` does.
    func closeReader() {
        state.withLock { state in
            guard state.isReadable else { return }
            state.isReadable = false
            close(reader)
        }
    }

    private func readSome(_ limit: Int) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = unsafe bytes.withUnsafeMutableBytes {
            // SAFETY: at most as many bytes are stored as the array has.
            unsafe read(reader, $0.baseAddress, $0.count)
        }
        return count > 0 ? Array(bytes.prefix(count)) : nil
    }
}

/// An open file: one that has no name any more, or a device.
final class StoredFile: Sendable {
    let descriptor: Int32

    /// A new file with this text in it, open for appending.
    init(containing text: String) throws {
        let path = temporaryPath()
        descriptor = unsafe open(path, O_RDWR | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw SystemCallFailure("open") }
        unsafe unlink(path)
        let bytes = Array(text.utf8)
        // SAFETY: as many bytes are read as the array has.
        _ = unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) }
    }

    /// A device.
    init(device: String) throws {
        descriptor = unsafe open(device, O_WRONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemCallFailure("open") }
    }

    deinit {
        close(descriptor)
    }

    func contents() -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(lseek(descriptor, 0, SEEK_END)))
        let count = unsafe bytes.withUnsafeMutableBytes {
            // SAFETY: at most as many bytes are stored as the array has.
            unsafe pread(descriptor, $0.baseAddress, $0.count, 0)
        }
        return Array(bytes.prefix(max(count, 0)))
    }
}

struct SystemCallFailure: Error {
    let call: String
    let code = errno

    init(_ call: String) {
        self.call = call
    }
}

private func temporaryPath() -> String {
    "/tmp/walbrook-sink-\(getpid())-\(UInt64.random(in: 0...(.max)))"
}
