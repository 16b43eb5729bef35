internal import Reader
internal import Replication
internal import Transformer

/// What was heard on channels stands between transactions.
extension StreamProcessor {
    /// Whether something that was heard waits for the server to say how far it is.
    var waitsForBoundary: Bool {
        guard let channels, channels.hasEvents else { return false }
        return filling.isEmpty && session.waitsForBoundary
    }

    /// Places what was heard, if this is a place for it, until the batch is full.
    mutating func takeChannels() {
        guard let channels, channels.hasEvents else { return }
        var isNews = false
        while !filling.isFull, hearsAlone || session.admitsChannels, let event = channels.take() {
            if let lsn = event.lsn { session.channelEvent(at: lsn) } else { session.channelEvent() }
            let start = filling.buffer.count
            wrote(transformer.append(event, at: session.position, to: &filling.buffer))
            filling.endLines(from: start, of: session.position)
            isNews = true
        }
        if isNews { filling.passed(session.boundary) }
    }
}
