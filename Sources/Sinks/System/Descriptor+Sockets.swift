internal import Glibc

/// What the server of subscribers does with files: the socket's own, and small ones.
extension Descriptor {
    /// What a path is to somebody who wants to listen there.
    enum SocketFileState {
        case missing
        /// A socket at which nobody listens.
        case abandoned
        case inUse
        case other
    }

    static func socketFile(_ path: String) throws(Failure) -> SocketFileState {
        var status = stat()
        // SAFETY: `status` lives through the call, which fills it.
        guard unsafe lstat(path, &status) == 0 else {
            if errno == ENOENT { return .missing }
            throw Failure(code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { return .other }
        let probe = try unixSocket()
        defer { probe.closeDescriptor() }
        var address = try unixAddress(path)
        // SAFETY: the address lives through the call, and its size is passed.
        let result = unsafe withUnsafeBytes(of: &address) {
            unsafe connect(
                probe.number, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
        }
        if result == 0 || errno == EAGAIN || errno == EINPROGRESS { return .inUse }
        if errno == ECONNREFUSED { return .abandoned }
        if errno == ENOENT { return .missing }
        throw Failure(code: errno)
    }

    /// A socket that is bound to a new file with this mode, from the first moment on.
    static func boundSocket(_ path: String, mode: mode_t) throws(Failure) -> Descriptor {
        let socket = try unixSocket()
        do throws(Failure) {
            var address = try unixAddress(path)
            // The file gets the mode of the socket.
            guard fchmod(socket.number, mode) == 0 else { throw Failure(code: errno) }
            // SAFETY: the address lives through the call, and its size is passed.
            let result = unsafe withUnsafeBytes(of: &address) {
                unsafe bind(
                    socket.number, $0.assumingMemoryBound(to: sockaddr.self).baseAddress, socklen_t($0.count))
            }
            guard result == 0 else { throw Failure(code: errno) }
            return socket
        } catch {
            socket.closeDescriptor()
            throw error
        }
    }

    private static func unixSocket() throws(Failure) -> Descriptor {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let number = socket(AF_UNIX, type, 0)
        guard number >= 0 else { throw Failure(code: errno) }
        return Descriptor(number: number)
    }

    private static func unixAddress(_ path: String) throws(Failure) -> sockaddr_un {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path), !bytes.contains(0) else {
            throw Failure(code: ENAMETOOLONG)
        }
        // SAFETY: the path is shorter than the field, the rest of which stays zero.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        return address
    }

    /// All of a small file.
    static func contents(of path: String, limit: Int) throws(Failure) -> [UInt8] {
        let file = try openForReading(path)
        defer { file.closeDescriptor() }
        return try file.read(limit, at: 0)
    }

    /// Lets the process have as many descriptors as the system allows it.
    static func raiseDescriptorLimit() {
        var limit = rlimit()
        // SAFETY: `limit` lives through both calls.
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = unsafe setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }
}
