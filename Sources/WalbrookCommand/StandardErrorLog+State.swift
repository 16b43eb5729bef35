internal import Replication
internal import Sinks
internal import Walbrook

extension StandardErrorLog {
    /// Says how far everything is: a line for the stream, for each sink and for each subscriber. Whatever the log's level:
    /// somebody asked.
    static func say(_ state: StreamState, format: Format) {
        write(
            "notice", "state of the stream",
            [
                ("connected", state.isConnected ? "yes" : "no"), ("received", "\(state.received)"),
                ("read", "\(state.read)"), ("written", "\(state.handedOver)"),
                ("confirmed", "\(state.confirmed)"),
            ], format)
        for output in state.outputs {
            var pairs = [
                ("sink", output.name), ("written", "\(output.written)"), ("durable", "\(output.durable)"),
            ]
            if let ending = output.ending { pairs.append(("ended", text(ending))) }
            write("notice", "state of a sink", pairs, format)
            for subscriber in output.subscribers {
                write("notice", "state of a subscriber", fields(subscriber, of: output), format)
            }
        }
    }

    private static func fields(
        _ subscriber: SubscriberState, of output: StreamState.Output
    ) -> [(String, String)] {
        var pairs = [("sink", output.name), ("subscriber", subscriber.address)]
        if let name = subscriber.name { pairs.append(("name", name)) }
        return pairs + [
            ("position", "\(subscriber.position)"), ("buffered", "\(subscriber.bufferedBytes)"),
            ("mode", subscriber.mode),
        ]
    }

    private static func text(_ ending: SinkEnding) -> String {
        switch ending {
        case .finished: "finished"
        case .readerGone: "its reader has gone"
        case .failed(let error): error.reason
        }
    }
}
