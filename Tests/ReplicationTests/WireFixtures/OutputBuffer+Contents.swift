import Replication

extension OutputBuffer {
    /// A copy of everything in the buffer.
    var contents: [UInt8] {
        (0..<count).map { span[$0] }
    }

    /// Everything in the buffer as text.
    var text: String {
        String(decoding: contents, as: UTF8.self)
    }
}
