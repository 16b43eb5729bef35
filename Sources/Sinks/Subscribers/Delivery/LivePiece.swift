internal import NIOCore
internal import Replication

/// Whole lines of a batch, copied once and sent to every subscriber from the same memory. Belongs to the event loop.
///
/// Batches are cut, because a subscriber that has stopped in the middle of one holds all of it in memory.
final class LivePiece {
    /// The first event in it.
    let first: Position
    /// The last event in it, or a filtered one behind it.
    let last: Position
    let bytes: ByteBuffer
    private lazy var runs = bytes.runs
    private var slices: [LineFilter: [ByteBuffer]] = [:]

    private static let size = 64 * 1024

    private init(_ bytes: ByteBuffer, first: Position, last: Position) {
        self.bytes = bytes
        self.first = first
        self.last = last
    }

    /// What a filter lets through; worked out once, however many use the same one.
    func slices(_ filter: LineFilter?) -> [ByteBuffer] {
        guard let filter else { return [bytes] }
        if let known = slices[filter] { return known }
        let new = filter.slices(of: bytes, runs)
        slices[filter] = new
        return new
    }

    /// Cuts what lies in a batch behind a byte. Where lines do not say their positions, it stays whole.
    static func pieces(of batch: Batch, from start: Int, hasHeads: Bool) -> [LivePiece] {
        cut(batch.bytes, of: batch, from: start, hasHeads: hasHeads)
    }

    private static func cut(
        _ bytes: borrowing OutputBuffer, of batch: Batch, from start: Int, hasHeads: Bool
    ) -> [LivePiece] {
        var pieces: [LivePiece] = []
        var start = start
        var first = batch.first == .start ? batch.last : batch.first
        while start < bytes.count {
            let span = bytes.span
            if hasHeads {
                first = EventLine(span, from: start)?.position ?? first
            }
            guard hasHeads, bytes.count - start > Self.size, let cut = end(span, from: start) else { break }
            pieces.append(LivePiece(ByteBuffer(bytes, start..<cut.end), first: first, last: cut.last))
            start = cut.end
        }
        if start < bytes.count {
            pieces.append(LivePiece(ByteBuffer(bytes, start..<bytes.count), first: first, last: batch.last))
        }
        return pieces
    }

    /// Where a piece that begins at `start` ends: never between a table's definition and the event whose position it
    /// has. Nil if only at the end.
    private static func end(_ bytes: Span<UInt8>, from start: Int) -> (end: Int, last: Position)? {
        var end = bytes.lineEnd(from: start + Self.size) ?? bytes.count
        var last = EventLine(bytes, from: bytes.lineStart(before: end))?.position
        while end < bytes.count {
            let next = bytes.lineEnd(from: end) ?? bytes.count
            let position = EventLine(bytes, from: end)?.position
            guard let before = last, let position else { return nil }
            if position > before { return (end, before) }
            last = position
            end = next
        }
        return nil
    }
}
