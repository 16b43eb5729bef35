internal import NIOCore
internal import Replication

/// One connection: greets, reads commands, and carries what its delivery brings. Belongs to the event loop.
///
/// | stage | goes on to |
/// |---|---|
/// | greeting: nothing is known of the stream yet | open |
/// | open: no subscription yet | subscribed, closing |
/// | subscribed | closing |
/// | closing: what was written goes out, what comes in is thrown away | |
final class SubscriberConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    enum Stage {
        case greeting
        case open
        case subscribed(Delivery)
        case closing
    }

    let number: Int
    let peer: String
    let hub: SubscriberHub
    var stage = Stage.greeting
    /// The name of its subscription, which is its own until it ends.
    var name: String?
    var context: ChannelHandlerContext?
    var lines = CommandLines()
    var rate: CommandRate
    var isAuthenticated = false
    /// A command is under way that the next one must wait for.
    var isWaiting = false
    /// It can still read, and nothing more comes from it.
    private(set) var hasEndedInput = false
    var acknowledged = Position.start
    var deadline: Scheduled<Void>?
    var heartbeat: Heartbeat?
    /// Why it was closed from here.
    private(set) var reason: String?

    init(number: Int, peer: String, hub: SubscriberHub) {
        self.number = number
        self.peer = peer
        self.hub = hub
        rate = CommandRate(perSecond: 100, burst: 200, now: .now())
        isAuthenticated = hub.options.tokens == nil
    }

    var delivery: Delivery? {
        if case .subscribed(let delivery) = stage { delivery } else { nil }
    }

    // MARK: The channel

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        let time = TimeAmount(hub.options.handshakeTime)
        deadline = context.eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.refuse(Refusal(.timeout, "there was no SUB in time"))
        }
        hub.connected(self)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
    }

    func channelInactive(context: ChannelHandlerContext) {
        deadline?.cancel()
        heartbeat?.cancel()
        let delivery = delivery
        delivery?.end()
        stage = .closing
        if reason == nil { reason = "the subscriber has gone" }
        hub.ending(self, delivery)
        hub.disconnected(self)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .closing = stage { return }
        var bytes = unwrapInboundIn(data)
        if hub.options.security == nil, bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) == 0x16 {
            return refuse(Refusal(.security, "there is no TLS here"))
        }
        lines.append(&bytes)
        readCommands()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        guard let event = event as? NIOCore.ChannelEvent, event == .inputClosed else {
            return context.fireUserInboundEventTriggered(event)
        }
        hasEndedInput = true
        if case .closing = stage { return context.close(promise: nil) }
        closeIfUseless()
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        delivery?.pump()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if reason == nil { reason = "\(error)" }
        context.close(promise: nil)
    }

    /// The stream is known.
    func greet(_ origin: StreamOrigin) {
        guard case .greeting = stage else { return }
        stage = .open
        send(
            .hello(
                origin, head: hub.source.head, oldest: hub.source.history?.extent.floor,
                needsToken: hub.options.tokens != nil))
        readCommands()
    }

    // MARK: The end

    /// One that cannot say any more what it wants.
    func closeIfUseless() {
        guard hasEndedInput, !isWaiting, case .open = stage else { return }
        end("it ended its side without a SUB")
    }

    /// Writes nothing more, and closes when what was written has gone.
    func end(_ why: String) {
        if case .closing = stage { return }
        if reason == nil { reason = why }
        let delivery = delivery
        delivery?.end()
        hub.ending(self, delivery)
        deadline?.cancel()
        heartbeat?.cancel()
        stage = .closing
        guard let context else { return }
        // One who does not read is not waited for.
        deadline = context.eventLoop.assumeIsolated().scheduleTask(
            in: TimeAmount(hub.options.patience)
        ) {
            self.context?.close(promise: nil)
        }
        let written = context.eventLoop.makePromise(of: Void.self)
        context.writeAndFlush(wrapOutboundOut(ByteBuffer()), promise: written)
        written.futureResult.assumeIsolated().whenComplete { _ in
            // To close with commands unread would take back what the peer has not read yet, so it closes first.
            if self.hasEndedInput || self.hub.options.security != nil || self.hub.source.isFinishing {
                self.context?.close(promise: nil)
            } else {
                self.context?.close(mode: .output, promise: nil)
            }
        }
    }

    func send(_ line: ControlLine) {
        write(line.buffer)
        flush()
    }
}

extension SubscriberConnection: DeliveryOutlet {
    var isWritable: Bool { context?.channel.isWritable ?? false }

    /// Bytes that the operating system has not taken yet.
    var bufferedBytes: Int {
        (try? context?.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }

    func write(_ bytes: ByteBuffer) {
        heartbeat?.postpone()
        context?.write(wrapOutboundOut(bytes), promise: nil)
    }

    func flush() {
        context?.flush()
    }

    func caughtUp() {
        guard let delivery else { return }
        send(.caughtUp(passed: delivery.passed, head: hub.source.head))
    }

    func refuse(_ refusal: Refusal) {
        if case .closing = stage { return }
        hub.refused(self, refusal)
        send(.error(refusal))
        if !refusal.code.leavesOpen { end("\(refusal.code.rawValue): \(refusal.message)") }
    }

    func finished() {
        end("the stream has ended")
    }
}
