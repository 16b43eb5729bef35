internal import Replication

/// Standard error, for logs and messages to a person. What cannot be written there is lost without a word, because
/// there is nowhere else to say so.
package enum StandardError {
    /// In milliseconds. Whoever logs may have a stream to keep alive.
    private static let patience: Int32 = 100

    package static func write(_ text: String) {
        let bytes = Array(text.utf8)
        var buffer = OutputBuffer(capacity: bytes.count)
        buffer.append(bytes.span, from: 0, count: bytes.count)
        let output = Descriptor(number: 2)
        guard output.isReady(for: Descriptor.writable, within: patience) else { return }
        try? output.writeAll(buffer)
    }
}
