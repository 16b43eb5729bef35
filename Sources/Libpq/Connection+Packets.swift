internal import Glibc

/// How bytes travel between the server and here.
extension Connection {
    /// Bytes in the largest segment of TCP; nil for a unix socket.
    package var segmentSize: Int? {
        var size: Int32 = 0
        var length = socklen_t(MemoryLayout<Int32>.size)
        // SAFETY: the option is one C int, which is what there is room for.
        let result = unsafe getsockopt(socket, Int32(IPPROTO_TCP), TCP_MAXSEG, &size, &length)
        return result == 0 ? Int(size) : nil
    }

    /// Bounds what the kernel takes before it is read, which otherwise it sets by itself. The kernel doubles it, for what
    /// it needs itself. Where that cannot be had, everything goes on as before.
    package func limitReceiveBuffer(to bytes: Int) {
        var size = Int32(clamping: bytes)
        // SAFETY: the option is one C int.
        _ = unsafe setsockopt(socket, SOL_SOCKET, SO_RCVBUF, &size, socklen_t(MemoryLayout<Int32>.size))
    }

    /// Bytes and segments of TCP that have come so far; nil for a unix socket and for a kernel that does not say.
    package var received: (bytes: UInt64, segments: UInt32)? {
        // The beginning of tcp_info (linux/tcp.h), whose last words are tcpi_bytes_received, tcpi_segs_out and tcpi_segs_in.
        var words = [UInt32](repeating: 0, count: 36)
        var length = socklen_t(words.count * MemoryLayout<UInt32>.size)
        let asked = length
        // SAFETY: the kernel writes no more than `length` bytes, which the words have.
        let result = unsafe getsockopt(socket, Int32(IPPROTO_TCP), TCP_INFO, &words, &length)
        guard result == 0, length == asked else { return nil }
        return (UInt64(words[33]) << 32 | UInt64(words[32]), words[35])
    }
}
