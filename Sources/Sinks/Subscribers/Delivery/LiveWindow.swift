internal import NIOCore
internal import Replication

/// The newest pieces, in which each subscriber has a place of its own. What does not fit any more is forgotten, whoever
/// still needs it: that is the bound of what is held in memory for all of them together. Belongs to the event loop.
struct LiveWindow {
    private var pieces: [LivePiece?] = []
    /// Places at the front of `pieces` that are empty.
    private var gone = 0
    /// The number of the first piece that is held; pieces are counted from 0.
    private(set) var start: UInt64 = 0
    private(set) var bytes = 0
    /// The first event of the last piece that was forgotten; nil as long as there is none.
    private var forgotten: Position?
    private let limit: Int

    private static let countLimit = 32 * 1024

    init(limit: Int) {
        self.limit = limit
    }

    /// The number that the next piece gets.
    var end: UInt64 { start + UInt64(pieces.count - gone) }

    mutating func append(_ piece: LivePiece) {
        pieces.append(piece)
        bytes += piece.bytes.readableBytes
    }

    /// The newest one always stays.
    mutating func trim() {
        while end - start > 1, bytes > limit || end - start > Self.countLimit, let piece = pieces[gone] {
            bytes -= piece.bytes.readableBytes
            forgotten = piece.first
            pieces[gone] = nil
            gone += 1
            start += 1
        }
        if gone > 1024, gone > pieces.count / 2 {
            pieces.removeFirst(gone)
            gone = 0
        }
    }

    /// Nil for one that is forgotten.
    subscript(number: UInt64) -> LivePiece? {
        number >= start && number < end ? pieces[gone + Int(number - start)] : nil
    }

    /// The number of the first piece behind a position at which a batch ends, held or still to come; nil if a piece behind
    /// it is forgotten.
    func number(behind position: Position) -> UInt64? {
        if let forgotten, forgotten > position { return nil }
        var (low, high) = (gone, pieces.count)
        while low < high {
            let middle = (low + high) / 2
            if let piece = pieces[middle], piece.first <= position { low = middle + 1 } else { high = middle }
        }
        return start + UInt64(low - gone)
    }
}
