import Replication
import Sinks
import Synchronization
import TestSupport

/// The server of subscribers, with one that reads everything.
final class SubscriberSinkBench: SinkBench {
    let sink: any Sink
    private let bench: SubscriberBench
    private let client: SocketClient
    private let received = Mutex<[UInt8]>([])

    init() throws {
        bench = try SubscriberBench()
        client = try bench.subscribe()
        sink = bench.server
    }

    deinit {
        bench.close()
    }

    /// What was handed to a socket on this machine can be read at once.
    func arrived() -> [UInt8] {
        received.withLock { received in
            while let bytes = try? client.read(upTo: 1 << 20, within: .zero), !bytes.isEmpty {
                received += bytes
            }
            return received
        }
    }
}

extension SinkKind {
    static let subscribers = SinkKind(
        description: "a server of subscribers", working: { try SubscriberSinkBench() })
}
