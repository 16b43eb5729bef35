internal import NIOCore
internal import NIOPosix
package import Replication
internal import Synchronization

/// Serves events to any number of subscribers over TCP or a unix socket.
///
/// With a history, subscribers get what is durable in it, and the server confirms at once whatever it is given: that
/// counts only together with the history's own sink. Without one, a batch is durable when it was handed to the sockets of
/// those who take it, and nobody is waited for.
package final class SubscriberServer: Sink {
    package let name: String
    /// What it was bound to: with the port that was chosen, if it was asked for port 0.
    package let address: SubscriberAddress

    private struct State {
        var report: SinkReport?
        /// The last batch that was written.
        var written: UInt64 = 0
        /// Bytes that were written and not sent yet, which the history has or is about to have.
        var waitingBytes = 0
        /// A batch after which no other is taken yet.
        var unaccepted: UInt64?
        var isFinishing = false
        var hasEnded = false
    }

    /// A burst of events waits for the event loop's work in this much memory, and in the server's log beyond that.
    private static let waitingLimit = 2 << 20

    /// However well subscribers get on.
    private static let longestEnd = Duration.seconds(60)

    private let options: SubscriberOptions
    private let hasHistory: Bool
    private let group: MultiThreadedEventLoopGroup
    private let pool: NIOThreadPool
    private let loop: any EventLoop
    private let hub: NIOLoopBound<SubscriberHub>
    private let listener: any Channel
    private let file: SocketFile?
    private let state = Mutex(State())
    /// The last batch that was sent.
    private let followed = Atomic<UInt64>(0)

    /// Binds and listens. Connections are greeted once a stream has started.
    ///
    /// - Parameters:
    ///   - history: what subscribers go on from; nil serves only what comes from now on.
    ///   - origin: the stream, if it is known before it starts.
    ///   - say: called from any thread.
    /// - Throws: `SinkError` when the address cannot be had.
    package init(
        _ address: SubscriberAddress, options: SubscriberOptions, history: (any EventHistory)? = nil,
        origin: StreamOrigin? = nil,
        say: @escaping @Sendable (SubscriberNotice) -> Void
    ) throws(SinkError) {
        name = "\(address)"
        self.options = options
        hasHistory = history != nil
        Descriptor.raiseDescriptorLimit()
        file =
            switch address {
            case .unix(let path): try SocketFile(path, sink: name)
            case .tcp: nil
            }
        group = MultiThreadedEventLoopGroup(numberOfThreads: 1)
        pool = NIOThreadPool(numberOfThreads: 2)
        pool.start()
        let loop = group.next()
        self.loop = loop
        do {
            let pool = pool
            hub = try loop.submit {
                let source = EventSource(
                    loop: loop, history: history, pool: pool, windowSize: options.windowSize)
                return NIOLoopBound(
                    SubscriberHub(options: options, source: source, say: say), eventLoop: loop)
            }.wait()
            listener = try SubscriberListener(address, options: options, hub: hub, loop: loop).bind(
                file, group)
        } catch {
            file?.remove()
            pool.shutdownGracefully { _ in }
            group.shutdownGracefully { _ in }
            throw SinkError(sink: name, reason: "cannot listen: \(SubscriberListener.reason(error))")
        }
        self.address =
            switch address {
            case .tcp(let host, _): .tcp(host: host, port: listener.localAddress?.port ?? 0)
            case .unix: address
            }
        if let origin { streamStarts(origin, confirmed: .zero) }
        history?.follow { [weak self] batch in self?.publish(batch) }
    }

    package var subscribers: [SubscriberState] {
        let hub = hub
        return (try? loop.submit { hub.value.states }.wait()) ?? []
    }

    // MARK: Sink

    package func start(reportingTo report: SinkReport) {
        state.withLock { $0.report = report }
    }

    package func streamStarts(_ origin: StreamOrigin, confirmed: LSN) {
        let hub = hub
        loop.execute { hub.value.streamStarts(origin) }
    }

    package func write(_ batch: Batch) {
        let (report, isAccepted) = state.withLock { state in
            state.written = batch.sequence
            state.waitingBytes += batch.bytes.count
            let isAccepted = hasHistory && state.waitingBytes <= Self.waitingLimit
            if !isAccepted { state.unaccepted = batch.sequence }
            return (state.report, isAccepted)
        }
        if isAccepted { report?.durableAtOnce(through: batch.sequence) }
        if !hasHistory { publish(batch) }
    }

    /// Has a batch sent, and then takes the next one, if it did not take it already.
    private func publish(_ batch: Batch) {
        let hub = hub
        loop.execute {
            hub.value.publish(batch)
            self.followed.store(batch.sequence, ordering: .releasing)
            let (report, accepted) = self.state.withLock { state in
                state.waitingBytes -= batch.bytes.count
                guard !self.hasHistory || state.waitingBytes <= Self.waitingLimit else {
                    return (state.report, UInt64?.none)
                }
                defer { state.unaccepted = nil }
                return (state.report, state.unaccepted)
            }
            if let accepted { report?.durable(through: accepted) }
            self.finishWhenComplete()
        }
    }

    package func finish() {
        state.withLock { $0.isFinishing = true }
        loop.execute { self.finishWhenComplete() }
    }

    /// With a history, the last batch has to come out of that first.
    private func finishWhenComplete() {
        let isComplete = state.withLock { state in
            guard state.isFinishing, !state.hasEnded,
                followed.load(ordering: .acquiring) >= state.written
            else { return false }
            state.hasEnded = true
            return true
        }
        guard isComplete else { return }
        listener.close(promise: nil)
        let report = state.withLock(\.report)
        let isOver = Mutex(false)
        // Whichever comes first, all of them or the time.
        let over: @Sendable () -> Void = {
            if isOver.withLock({ isOver in
                defer { isOver = true }
                return !isOver
            }) {
                report?.ended(.finished)
            }
        }
        hub.value.finish(over)
        waitForSlowest(.now() + TimeAmount(Self.longestEnd), passed: hub.value.progress, over)
    }

    /// Goes on as long as somebody gets on, within reason.
    private func waitForSlowest(
        _ end: NIODeadline, passed: [Int: Position], _ over: @escaping @Sendable () -> Void
    ) {
        loop.scheduleTask(in: TimeAmount(options.patience)) {
            let now = self.hub.value.progress
            guard NIODeadline.now() < end, now.contains(where: { passed[$0.key] != $0.value }) else {
                return over()
            }
            self.waitForSlowest(end, passed: now, over)
        }
    }

    /// Closes everything. Called once, at the end, from any thread but its own.
    package func close() {
        try? listener.close().wait()
        file?.remove()
        options.names?.drain()
        try? group.syncShutdownGracefully()
        try? pool.syncShutdownGracefully()
    }
}
