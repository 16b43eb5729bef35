/// Reads the records of a spool in their order, without those of subtransactions that were rolled back. Its memory is one
/// chunk, or one message that is larger.
package struct SpoolReader: ~Copyable {
    private let file: SpoolFile
    private let length: Int
    /// Ascending.
    private let aborted: [UInt32]
    private var chunk: [UInt8] = []
    /// The byte of the file where the chunk begins.
    private var chunkStart = 0
    /// The byte of the chunk where the next record begins.
    private var place = 0

    private static let chunkSize = 256 * 1024

    /// - Parameters:
    ///   - length: bytes of records in the file.
    ///   - aborted: what was rolled back, in any order.
    package init(_ file: SpoolFile, length: Int, without aborted: [UInt32]) {
        self.file = file
        self.length = length
        self.aborted = aborted.sorted()
    }

    /// The chunk that the last message lies in.
    package var bytes: Span<UInt8> {
        @_lifetime(borrow self)
        get { chunk.span }
    }

    /// The next message that counts, as a place in `bytes`; nil at the end.
    package mutating func next() throws(SpoolError) -> Range<Int>? {
        while chunkStart + place < length {
            try fill(SpoolFile.recordHeader)
            let message = place + SpoolFile.recordHeader
            let end = message + Int(word(at: place))
            guard end <= chunk.count else {
                try fill(end - place)
                continue
            }
            let xid = word(at: place + 4)
            place = end
            if !isAborted(xid) { return message..<end }
        }
        return nil
    }

    /// Has at least so many bytes from `place` on in the chunk.
    private mutating func fill(_ count: Int) throws(SpoolError) {
        guard chunk.count - place < count else { return }
        chunkStart += place
        place = 0
        chunk = try file.read(min(max(count, Self.chunkSize), length - chunkStart), at: chunkStart)
        guard chunk.count >= count else { throw SpoolError(reason: "it was cut by somebody else") }
    }

    private func word(at offset: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(chunk[offset + $1]) << UInt32(8 * $1) }
    }

    private func isAborted(_ xid: UInt32) -> Bool {
        var (low, high) = (0, aborted.count)
        while low < high {
            let middle = (low + high) / 2
            if aborted[middle] < xid { low = middle + 1 } else { high = middle }
        }
        return low < aborted.count && aborted[low] == xid
    }
}
