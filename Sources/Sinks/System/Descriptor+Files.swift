internal import Glibc
internal import Replication

/// What a sink does with regular files.
extension Descriptor {
    /// What is known of a file without opening it.
    struct FileStatus: Hashable {
        var isRegular: Bool
        var device: UInt64
        var inode: UInt64
        var size: Int
        /// Names that it has; none when it was deleted.
        var links: Int

        fileprivate init(_ status: stat) {
            isRegular = status.st_mode & S_IFMT == S_IFREG
            device = UInt64(status.st_dev)
            inode = UInt64(status.st_ino)
            size = Int(status.st_size)
            links = Int(status.st_nlink)
        }
    }

    /// Opens a file for reading and writing, made with this mode if it is missing and `creates`.
    static func openFile(
        _ path: String, creates: Bool, isExclusive: Bool = false, mode: mode_t = 0o640
    ) throws(Failure) -> Descriptor {
        let flags = O_RDWR | O_CLOEXEC | O_NOCTTY | (creates ? O_CREAT : 0) | (isExclusive ? O_EXCL : 0)
        // SAFETY: the path is passed as a string that lives through the call.
        let number = retrying { unsafe open(path, flags, mode) }
        guard number >= 0 else { throw Failure(code: errno) }
        return Descriptor(number: number)
    }

    /// Makes a file in a directory and takes its name away, so that it is gone when it is closed.
    static func openNameless(in directory: String) throws(Failure) -> Descriptor {
        let path = directory + "/walbrook-" + String(UInt64.random(in: 0 ... .max), radix: 36)
        let file = try openFile(path, creates: true, isExclusive: true, mode: 0o600)
        do throws(Failure) {
            try delete(path)
        } catch {
            file.closeDescriptor()
            throw error
        }
        return file
    }

    static func openForReading(_ path: String) throws(Failure) -> Descriptor {
        // SAFETY: the path is passed as a string that lives through the call.
        let number = retrying { unsafe open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY) }
        guard number >= 0 else { throw Failure(code: errno) }
        return Descriptor(number: number)
    }

    /// Makes a directory if it is missing; its name is durable then.
    static func makeDirectory(_ path: String, mode: mode_t = 0o750) throws(Failure) {
        // SAFETY: the path is passed as a string that lives through the call.
        guard unsafe mkdir(path, mode) == 0 else {
            if errno == EEXIST { return }
            throw Failure(code: errno)
        }
        let trimmed = path.last == "/" ? path.dropLast() : path[...]
        let parent = trimmed.lastIndex(of: "/").map { $0 == path.startIndex ? "/" : String(path[..<$0]) }
        try synchronizeDirectory(parent ?? ".")
    }

    /// Makes the names in a directory durable: of what was created, renamed or deleted there.
    static func synchronizeDirectory(_ path: String) throws(Failure) {
        let directory = try openForReading(path)
        defer { directory.closeDescriptor() }
        guard fsync(directory.number) == 0 else { throw Failure(code: errno) }
    }

    static func rename(_ path: String, to other: String) throws(Failure) {
        // SAFETY: both paths are passed as strings that live through the call.
        guard unsafe Glibc.rename(path, other) == 0 else { throw Failure(code: errno) }
    }

    static func delete(_ path: String) throws(Failure) {
        // SAFETY: the path is passed as a string that lives through the call.
        guard unsafe unlink(path) == 0 else { throw Failure(code: errno) }
    }

    /// Nil when there is no such file.
    static func status(of path: String) throws(Failure) -> FileStatus? {
        var result = stat()
        // SAFETY: `result` lives through the call, which fills it.
        guard unsafe stat(path, &result) == 0 else {
            if errno == ENOENT { return nil }
            throw Failure(code: errno)
        }
        return FileStatus(result)
    }

    func status() throws(Failure) -> FileStatus {
        var result = stat()
        // SAFETY: `result` lives through the call, which fills it.
        guard unsafe fstat(number, &result) == 0 else { throw Failure(code: errno) }
        return FileStatus(result)
    }

    /// Up to `count` bytes from `offset`; fewer only at the end of the file.
    func read(_ count: Int, at offset: Int) throws(Failure) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let more = Self.retrying {
                unsafe bytes.withUnsafeMutableBytes { raw in
                    // SAFETY: `filled` stays below the number of bytes in `raw`.
                    unsafe pread(
                        number, raw.baseAddress.map { unsafe $0 + filled }, raw.count - filled,
                        off_t(offset + filled))
                }
            }
            guard more >= 0 else { throw Failure(code: errno) }
            if more == 0 { break }
            filled += more
        }
        bytes.removeLast(count - filled)
        return bytes
    }

    /// Writes all of `bytes` from `start` on, at `offset` of the file.
    func write(_ bytes: borrowing OutputBuffer, from start: Int, at offset: Int) throws(Failure) {
        try write(bytes.span, from: start, at: offset)
    }

    func write(_ bytes: Span<UInt8>, from start: Int = 0, at offset: Int) throws(Failure) {
        var written = start
        while written < bytes.count {
            let count = Self.retrying {
                unsafe bytes.withUnsafeBytes { raw in
                    // SAFETY: `written` stays below the number of bytes in `raw`.
                    unsafe pwrite(
                        number, raw.baseAddress.map { unsafe $0 + written }, raw.count - written,
                        off_t(offset + written - start))
                }
            }
            guard count >= 0 else { throw Failure(code: errno) }
            written += count
        }
    }

    func truncate(to length: Int) throws(Failure) {
        guard ftruncate(number, off_t(length)) == 0 else { throw Failure(code: errno) }
    }

    /// Makes the contents durable. One that failed must not be tried again: the kernel may have dropped what it could
    /// not write.
    func synchronizeData() throws(Failure) {
        guard fdatasync(number) == 0 else { throw Failure(code: errno) }
    }

    /// Takes the file for this process alone; false if another one has it.
    func lock() throws(Failure) -> Bool {
        if flock(number, LOCK_EX | LOCK_NB) == 0 { return true }
        guard errno == EWOULDBLOCK else { throw Failure(code: errno) }
        return false
    }

    /// Makes a system call again that a signal interrupted.
    private static func retrying<Result: SignedInteger>(_ call: () -> Result) -> Result {
        while true {
            let result = call()
            if result != -1 || errno != EINTR { return result }
        }
    }
}

extension Descriptor.Failure {
    var isMissing: Bool { code == ENOENT }
    var exists: Bool { code == EEXIST }
}
