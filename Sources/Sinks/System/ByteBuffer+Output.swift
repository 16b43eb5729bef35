internal import NIOCore
internal import Replication

extension ByteBuffer {
    /// A copy of some of a batch's bytes, which is then shared by all who send it.
    init(_ bytes: borrowing OutputBuffer, _ range: Range<Int>) {
        self.init()
        reserveCapacity(range.count)
        // SAFETY: bytes have no padding, and the span lives through the call, which copies them.
        writeBytes(unsafe bytes.span.extracting(range).bytes)
    }
}
