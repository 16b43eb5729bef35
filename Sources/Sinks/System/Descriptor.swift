internal import Glibc
internal import Replication

/// A file descriptor and the system calls that sinks make on it. System calls take pointers: but for a
/// copy of bytes to NIO, this type has all unsafe code of the module.
struct Descriptor: Sendable {
    let number: Int32

    /// What the system says of a number that names nothing open.
    static let closed = Failure(code: EBADF)

    var isOpen: Bool {
        fcntl(number, F_GETFD) != -1
    }

    /// Opens the null device under the lowest number that is free.
    static func openNullDevice() {
        // SAFETY: the path is a literal that lives through the call.
        _ = unsafe open("/dev/null", O_RDWR)
    }

    /// A system call's failure.
    struct Failure: Error, Hashable {
        var code: Int32

        /// The reader of a pipe or socket has gone.
        var isReaderGone: Bool { code == EPIPE || code == ECONNRESET }

        var description: String {
            switch code {
            case ENOSPC: return "no space left on the device"
            case EDQUOT: return "the disk quota is used up"
            case EFBIG: return "the limit of a file's size is reached"
            case EBUSY: return "another process writes it"
            default:
                // SAFETY: strerror returns a string that lives until its next call; it is copied at once.
                return unsafe strerror(code).map { unsafe String(cString: $0) } ?? "error \(code)"
            }
        }
    }

    /// Writes all of it, waiting as long as it takes; also to a descriptor that is set not to block.
    func writeAll(_ bytes: borrowing OutputBuffer) throws(Failure) {
        var written = 0
        while written < bytes.count {
            let count = unsafe bytes.span.withUnsafeBytes { raw in
                // SAFETY: `written` stays below the number of bytes in `raw`.
                unsafe Glibc.write(number, raw.baseAddress.map { unsafe $0 + written }, raw.count - written)
            }
            if count >= 0 {
                written += count
            } else if errno == EAGAIN {
                _ = Self.wait(for: [(self, Int16(POLLOUT))])
            } else if errno != EINTR {
                throw Failure(code: errno)
            }
        }
    }

    /// What a pipe takes as a whole or not at all (PIPE_BUF; pipe(7), "PIPE_BUF").
    static let wholeInPipe = 4096

    /// The same pipe, opened again: this descriptor does not block, whatever the other one does, which may be shared with
    /// other processes (proc(5), "/proc/pid/fd"). Nil for anything else, and where the system says no.
    func pipeOpenedAgain() -> Descriptor? {
        var status = stat()
        // SAFETY: one `stat` is stored in `status`.
        guard unsafe fstat(number, &status) == 0, status.st_mode & S_IFMT == S_IFIFO,
            fcntl(number, F_GETFL) & O_ACCMODE == O_WRONLY
        else { return nil }
        // SAFETY: the path lives through the call.
        let opened = unsafe open("/proc/self/fd/\(number)", O_WRONLY | O_NONBLOCK | O_CLOEXEC)
        return opened >= 0 ? Descriptor(number: opened) : nil
    }

    /// Writes all of it to a pipe, at most `wholeInPipe`. False where there is no room for it now, and where it fails, which
    /// whoever writes it then is told.
    func writeWhole(_ bytes: borrowing OutputBuffer) -> Bool {
        unsafe bytes.span.withUnsafeBytes { raw in
            // SAFETY: `raw.count` bytes are read from `raw`.
            unsafe Glibc.write(number, raw.baseAddress, raw.count) == raw.count
        }
    }

    /// Writes one byte if there is room for it.
    func writeSignal() {
        var byte: UInt8 = 1
        // SAFETY: one byte is read from `byte`, which lives through the call.
        _ = unsafe Glibc.write(number, &byte, 1)
    }

    /// Waits until one of the descriptors is ready for what is asked, or has failed. Returns what each one reports.
    static func wait(for requests: [(descriptor: Descriptor, events: Int16)]) -> [Int16] {
        var entries = requests.map { pollfd(fd: $0.descriptor.number, events: $0.events, revents: 0) }
        // SAFETY: the array lives through the call, and its count is passed.
        let ready = unsafe entries.withUnsafeMutableBufferPointer {
            unsafe poll($0.baseAddress, nfds_t($0.count), -1)
        }
        return ready > 0 ? entries.map(\.revents) : entries.map { _ in 0 }
    }

    /// Waits up to so many milliseconds.
    func isReady(for events: Int16, within milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: number, events: events, revents: 0)
        // SAFETY: one entry, which lives through the call.
        return unsafe poll(&entry, 1, milliseconds) > 0
    }

    static let readable = Int16(POLLIN)
    static let writable = Int16(POLLOUT)
    static let hungUp = Int16(POLLERR) | Int16(POLLHUP)
    static let notOpen = Int16(POLLNVAL)

    /// Reads and throws away what is there.
    func discardInput() {
        var byte: UInt64 = 0
        // SAFETY: at most eight bytes are stored in the eight bytes of `byte`.
        _ = unsafe withUnsafeMutableBytes(of: &byte) { unsafe Glibc.read(number, $0.baseAddress, $0.count) }
    }

    /// Both ends of a new pipe that is closed on exec and does not block.
    static func pipe() throws(Failure) -> (read: Descriptor, write: Descriptor) {
        var ends: (Int32, Int32) = (-1, -1)
        // SAFETY: pipe stores two C ints, which lie side by side in the tuple.
        let result = unsafe withUnsafeMutableBytes(of: &ends) {
            unsafe Glibc.pipe($0.assumingMemoryBound(to: Int32.self).baseAddress)
        }
        guard result == 0 else { throw Failure(code: errno) }
        for end in [ends.0, ends.1] {
            _ = fcntl(end, F_SETFD, FD_CLOEXEC)
            _ = fcntl(end, F_SETFL, O_NONBLOCK)
        }
        return (Descriptor(number: ends.0), Descriptor(number: ends.1))
    }

    func closeDescriptor() {
        close(number)
    }
}
