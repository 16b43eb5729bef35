internal import Glibc
internal import NIOCore
internal import NIOPosix

/// Accepts connections and makes them ready.
struct SubscriberListener {
    private let address: SubscriberAddress
    private let options: SubscriberOptions
    private let hub: NIOLoopBound<SubscriberHub>
    private let loop: any EventLoop

    init(
        _ address: SubscriberAddress, options: SubscriberOptions, hub: NIOLoopBound<SubscriberHub>,
        loop: any EventLoop
    ) {
        self.address = address
        self.options = options
        self.hub = hub
        self.loop = loop
    }

    func bind(_ file: SocketFile?, _ group: MultiThreadedEventLoopGroup) throws -> any Channel {
        var bootstrap = ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            // So much is with the operating system or on the way there; the rest is shared, or on disk. One that reads the
            // history has no second chunk of it waiting: with 48 KiB, 200 of them took 6 MiB more, and 100 at once
            // 2.1 times what one gets instead of 1.7 times.
            .childChannelOption(.writeBufferWaterMark, value: .init(low: 16 * 1024, high: 24 * 1024))
            .childChannelOption(
                .recvAllocator, value: FixedSizeRecvByteBufferAllocator(capacity: CommandLines.limit)
            )
            .childChannelOption(.maxMessagesPerRead, value: 2)
        let (options, hub) = (options, hub)
        bootstrap = bootstrap.childChannelInitializer { channel in
            channel.eventLoop.makeCompletedFuture { try Self.prepare(channel, options, hub.value) }
        }
        switch address {
        case .unix:
            guard let file else { preconditionFailure("a unix socket has a file") }
            return try bootstrap.withBoundSocket(file.socket.number).wait()
        case .tcp(let host, let port):
            bootstrap = bootstrap.serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            for (option, value) in Self.connectionOptions {
                bootstrap = bootstrap.childChannelOption(option, value: value)
            }
            return try bootstrap.bind(host: host, port: port).wait()
        }
    }

    /// Small batches go out at once, and a peer whose machine is gone is noticed after two minutes.
    private static var connectionOptions: [(ChannelOptions.Types.SocketOption, SocketOptionValue)] {
        [
            (.tcpOption(.tcp_nodelay), 1),
            (.socketOption(.so_keepalive), 1),
            (.tcpOption(.init(rawValue: TCP_KEEPIDLE)), 60),
            (.tcpOption(.init(rawValue: TCP_KEEPINTVL)), 10),
            (.tcpOption(.init(rawValue: TCP_KEEPCNT)), 6),
        ]
    }

    private static func prepare(
        _ channel: any Channel, _ options: SubscriberOptions, _ hub: SubscriberHub
    ) throws {
        let number = hub.nextNumber()
        let peer = channel.remoteAddress.flatMap { address in
            address.ipAddress.map { "\($0):\(address.port ?? 0)" }
        }
        if let security = options.security {
            try channel.pipeline.syncOperations.addHandlers([PlainTextGuard(), try security()])
        }
        try channel.pipeline.syncOperations.addHandler(
            SubscriberConnection(number: number, peer: peer ?? "local:\(number)", hub: hub))
    }

    static func reason(_ error: any Error) -> String {
        switch error {
        case let error as IOError: Descriptor.Failure(code: error.errnoCode).description
        // A name can have several addresses; the last failure speaks for all.
        case let error as NIOConnectionError:
            error.connectionErrors.last.map { reason($0.error) } ?? error.dnsAError.map { reason($0) }
                ?? "\(error)"
        default: "\(error)"
        }
    }
}
