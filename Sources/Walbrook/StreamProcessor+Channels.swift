internal import Reader
internal import Replication
internal import Transformer

/// What was heard on channels stands between transactions.
extension StreamProcessor {
    /// Whether something that was heard waits for the server to say how far it is.
    var waitsForBoundary: Bool {
        guard let channels, channels.hasEvents else { return false }
        return buffer.count == 0 && session.waitsForBoundary
    }

    /// Places what was heard, if this is a place for it, until the batch is full.
    mutating func takeChannels() {
        guard let channels, channels.hasEvents else { return }
        var isNews = false
        while buffer.count < Self.batchSize, hearsAlone || session.admitsChannels, let event = channels.take()
        {
            if let lsn = event.lsn { session.channelEvent(at: lsn) } else { session.channelEvent() }
            if buffer.count == 0 { first = session.position }
            wrote(transformer.append(event, at: session.position, to: &buffer))
            isNews = true
        }
        if isNews { noteBoundary() }
    }
}
