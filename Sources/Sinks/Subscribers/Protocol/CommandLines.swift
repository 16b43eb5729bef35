internal import NIOCore

/// Cuts what arrives into lines, none of them longer than a limit.
struct CommandLines {
    static let limit = 4096

    private var bytes = ByteBuffer()

    mutating func append(_ more: inout ByteBuffer) {
        bytes.discardReadBytes()
        bytes.writeBuffer(&more)
    }

    /// The next line without its end; nil if there is none yet.
    ///
    /// - Throws: `Refusal` with the code `LIMIT`.
    mutating func next() throws(Refusal) -> [UInt8]? {
        let end = bytes.readableBytesView.firstIndex(of: UInt8(ascii: "\n"))
        let length = end.map { $0 - bytes.readerIndex } ?? bytes.readableBytes
        guard length <= Self.limit else {
            throw Refusal(.limit, "a line has at most \(Self.limit) bytes")
        }
        guard end != nil, var line = bytes.readBytes(length: length) else { return nil }
        bytes.moveReaderIndex(forwardBy: 1)
        if line.last == UInt8(ascii: "\r") { line.removeLast() }
        return line
    }
}
