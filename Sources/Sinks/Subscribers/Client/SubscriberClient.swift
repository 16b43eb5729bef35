internal import Dispatch
package import NIOCore
internal import NIOPosix
internal import Synchronization

/// A connection to a server of subscribers, for a thread that may block. What is not taken is not read.
package final class SubscriberClient: Sendable {
    /// What came next.
    package enum Received: Hashable, Sendable {
        /// Bytes, at least one.
        case bytes([UInt8])
        /// Nothing, for as long as was asked.
        case nothing
        /// The connection has ended, with the reason if it was no orderly end.
        case end(String?)
        /// Somebody called `interrupt`.
        case interrupted
    }

    private struct Inbox {
        var bytes: [UInt8] = []
        var hasEnded = false
        var failure: String?
        var isInterrupted = false
    }

    private let inbox = Mutex(Inbox())
    private let arrival = DispatchSemaphore(value: 0)
    private let group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    private let channel = Mutex<(any Channel)?>(nil)

    private let explain: @Sendable (any Error) -> String?

    /// - Parameter explain: says in words why a connection failed, if it knows.
    package init(explain: @escaping @Sendable (any Error) -> String? = { _ in nil }) {
        self.explain = explain
    }

    /// - Parameter security: makes what a TLS connection begins with; nil for plain text.
    /// - Throws: `SinkError` when there is nobody.
    package func connect(
        _ address: SubscriberAddress, security: (@Sendable () throws -> any ChannelHandler)?
    ) throws(SinkError) {
        let bootstrap = ClientBootstrap(group: group)
            .connectTimeout(.seconds(10))
            .channelOption(.autoRead, value: false)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let security { try channel.pipeline.syncOperations.addHandler(try security()) }
                    try channel.pipeline.syncOperations.addHandler(ClientHandler(self))
                }
            }
        do {
            let connected =
                switch address {
                case .tcp(let host, let port): try bootstrap.connect(host: host, port: port).wait()
                case .unix(let path): try bootstrap.connect(unixDomainSocketPath: path).wait()
                }
            channel.withLock { $0 = connected }
            connected.read()
        } catch {
            throw SinkError(sink: "\(address)", reason: "cannot connect: \(reason(error))")
        }
    }

    /// Sends a command.
    package func send(_ line: String) {
        channel.withLock(\.self)?.writeAndFlush(ByteBuffer(string: line + "\n"), promise: nil)
    }

    /// Waits for more.
    package func next(within limit: Duration) -> Received {
        while true {
            let isTimeOut = arrival.wait(timeout: .now() + limit / .seconds(1)) == .timedOut
            let received: Received? = inbox.withLock { inbox in
                if inbox.isInterrupted { return .interrupted }
                if !inbox.bytes.isEmpty {
                    defer { inbox.bytes = [] }
                    return .bytes(inbox.bytes)
                }
                if inbox.hasEnded { return .end(inbox.failure) }
                return isTimeOut ? .nothing : nil
            }
            guard let received else { continue }
            if case .bytes = received {
                channel.withLock(\.self)?.read()
                // The end may have come with them.
                if inbox.withLock(\.hasEnded) { arrival.signal() }
            }
            return received
        }
    }

    /// Ends `next` at once, now or the next time. From any thread.
    package func interrupt() {
        inbox.withLock { $0.isInterrupted = true }
        arrival.signal()
    }

    package func close() {
        try? channel.withLock(\.self)?.close().wait()
        try? group.syncShutdownGracefully()
    }

    fileprivate func reason(_ error: any Error) -> String {
        explain(error) ?? SubscriberListener.reason(error)
    }

    fileprivate func arrived(_ bytes: [UInt8]) {
        inbox.withLock { $0.bytes += bytes }
        arrival.signal()
    }

    fileprivate func ended(_ failure: String?) {
        inbox.withLock { inbox in
            if inbox.failure == nil { inbox.failure = failure }
            inbox.hasEnded = true
        }
        arrival.signal()
    }
}

private final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let client: SubscriberClient
    private var failure: String?

    init(_ client: SubscriberClient) {
        self.client = client
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        client.arrived(Array(unwrapInboundIn(data).readableBytesView))
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        failure = client.reason(error)
        context.close(promise: nil)
    }

    func channelInactive(context: ChannelHandlerContext) {
        client.ended(failure)
    }
}
