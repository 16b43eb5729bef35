internal import Libpq
internal import Reader
internal import Replication

/// Passes on what is heard on channels where there is no replication.
struct ChannelLoop {
    let listener: Listener
    let consumer: any StreamConsumer
    let stop: StopSignal

    /// Runs until something ends it; whoever called lets the sinks drain.
    ///
    /// - Parameter continuing: the server that sinks hold events of.
    func run(continuing: ServerIdentity?) throws(ReaderError) -> ReplicationReader.Ending {
        guard let facts = listener.facts else { return .stopped }
        if let expected = continuing, expected.systemIdentifier != facts.identity.systemIdentifier {
            throw ReaderError(
                .otherSystem(
                    expected: expected.systemIdentifier, found: facts.identity.systemIdentifier))
        }
        consumer.streamStarts(facts)
        let poller = Poller(wakeUp: stop.wakeUp)
        while !stop.isRequested {
            consumer.handOver()
            if consumer.progress().hasEnded { return .sinkEnded }
            _ = poller.wait(socket: nil, until: nil)
        }
        return .stopped
    }
}
