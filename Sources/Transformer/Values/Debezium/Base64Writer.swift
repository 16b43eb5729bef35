import Replication

/// Writes bytes that come one after the other in base64 (RFC 4648, with padding).
struct Base64Writer {
    private var group: UInt32 = 0
    private var bytes = 0

    @inline(__always)
    mutating func append(_ byte: UInt8, to buffer: inout OutputBuffer) {
        group = group << 8 | UInt32(byte)
        bytes += 1
        if bytes == 3 {
            buffer.appendBase64Group(group, bytes: 3)
            (group, bytes) = (0, 0)
        }
    }

    /// Appends eight bytes, the lowest first.
    mutating func append(littleEndian word: UInt64, to buffer: inout OutputBuffer) {
        for byte in 0..<8 { append(UInt8(truncatingIfNeeded: word >> UInt64(8 * byte)), to: &buffer) }
    }

    /// Appends what is left over.
    mutating func finish(_ buffer: inout OutputBuffer) {
        if bytes > 0 { buffer.appendBase64Group(group << UInt32(8 * (3 - bytes)), bytes: bytes) }
        (group, bytes) = (0, 0)
    }
}
