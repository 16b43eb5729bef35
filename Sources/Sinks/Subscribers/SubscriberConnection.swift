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
    private let hub: SubscriberHub
    private(set) var stage = Stage.greeting
    /// The name of its subscription, which is its own until it ends.
    private(set) var name: String?
    private var context: ChannelHandlerContext?
    private var lines = CommandLines()
    private var rate: CommandRate
    private var isAuthenticated = false
    /// A command is under way that the next one must wait for.
    private var isWaiting = false
    /// It can still read, and nothing more comes from it.
    private(set) var hasEndedInput = false
    private var acknowledged = Position.start
    private var isQuiet = true
    private var deadline: Scheduled<Void>?
    private var heartbeat: Scheduled<Void>?
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

    // MARK: Commands

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

    private func readCommands() {
        while !isWaiting {
            switch stage {
            case .greeting, .closing: return
            case .open, .subscribed: break
            }
            do throws(Refusal) {
                guard let line = try lines.next() else { return closeIfUseless() }
                if line.isEmpty { continue }
                try run(line)
            } catch {
                refuse(error)
            }
        }
    }

    private func run(_ line: [UInt8]) throws(Refusal) {
        let command: SubscriberCommand
        do throws(Refusal) {
            command = try SubscriberCommand(parsing: line)
            if case .acknowledge = command {} else { try rate.count(.now()) }
            try perform(command)
        } catch {
            if error.code.leavesOpen { try rate.countFailure() }
            throw error
        }
    }

    private func perform(_ command: SubscriberCommand) throws(Refusal) {
        switch command {
        case .authenticate(let token):
            guard let tokens = hub.options.tokens else { return }
            guard tokens.contain(token) else { return punish() }
            isAuthenticated = true
        case .subscribe(let request):
            guard case .open = stage else { throw Refusal(.command, "this connection has its subscription") }
            guard isAuthenticated else { throw Refusal(.authentication, "AUTH comes before SUB") }
            try subscribe(request)
        case .acknowledge(let position):
            guard let delivery, let name, let names = hub.names else {
                throw Refusal(.command, "ACK needs a SUB with name=")
            }
            guard position <= delivery.passed else {
                throw Refusal(.syntax, "ACK names an event that was not sent yet")
            }
            guard position > acknowledged else { return }
            acknowledged = position
            names.acknowledge(position, by: name)
        case .ping:
            pong()
        case .quit:
            end("it said QUIT")
        }
    }

    /// Answered when what was acknowledged before is durable.
    private func pong() {
        guard let names = hub.names, name != nil, let context else { return send(.pong) }
        isWaiting = true
        let loop = context.eventLoop
        let me = NIOLoopBound(self, eventLoop: loop)
        names.whenStored { failure in
            loop.execute {
                me.value.isWaiting = false
                if let failure {
                    me.value.refuse(Refusal(.failed, "an acknowledgement cannot be stored: \(failure)"))
                } else {
                    me.value.send(.pong)
                }
                me.value.readCommands()
            }
        }
    }

    /// Answers a wrong token, after a time that has nothing to do with it.
    private func punish() {
        isWaiting = true
        let time = TimeAmount(hub.options.penalty)
        context?.eventLoop.assumeIsolated().scheduleTask(in: time) {
            self.refuse(Refusal(.authentication, "this token is not known"))
        }
    }

    /// One that cannot say any more what it wants.
    private func closeIfUseless() {
        guard hasEndedInput, !isWaiting, case .open = stage else { return }
        end("it ended its side without a SUB")
    }

    // MARK: Subscription

    private func subscribe(_ request: SubscriptionRequest) throws(Refusal) {
        let filter = EventFilter(request)
        guard filter == nil || hub.hasHeads else {
            throw Refusal(.filter, "lines of this format do not say what tables= and ops= would need")
        }
        guard let name = request.name else {
            return try begin(request, from: try hub.source.start(of: request.start), filter)
        }
        guard let names = hub.names, let context else {
            throw Refusal(.noJournal, "without --journal, there are no names")
        }
        guard hub.reserve(name, for: self) else {
            throw Refusal(.busy, "another connection has the name \(name)")
        }
        self.name = name
        isWaiting = true
        let loop = context.eventLoop
        let me = NIOLoopBound(self, eventLoop: loop)
        names.load(name) { result in
            loop.execute { me.value.begin(request, filter, result) }
        }
    }

    /// A name that is known goes on behind what it acknowledged; a new one begins where it asks to.
    private func begin(
        _ request: SubscriptionRequest, _ filter: EventFilter?, _ stored: Result<Position?, Refusal>
    ) {
        isWaiting = false
        guard case .open = stage, let name else { return }
        do throws(Refusal) {
            let position = try stored.get()
            let start = try hub.source.start(of: position.map { .after($0) } ?? request.start)
            if case .after(let position, _) = start {
                acknowledged = position
            } else {
                acknowledged = hub.source.head
            }
            try begin(request, from: start, filter)
            // From now on it is a position that is kept, also if nothing is ever acknowledged.
            if position == nil { hub.names?.acknowledge(acknowledged, by: name) }
        } catch {
            refuse(error)
        }
        readCommands()
    }

    private func begin(
        _ request: SubscriptionRequest, from start: EventSource.Start, _ filter: EventFilter?
    ) throws(Refusal) {
        guard hub.maySubscribe else {
            throw Refusal(.full, "there are \(hub.options.maximum) subscribers, as many as there may be")
        }
        deadline?.cancel()
        let delivery = Delivery(hub.source, from: start, filter: filter, outlet: self)
        stage = .subscribed(delivery)
        hub.subscribed(self, delivery)
        if let seconds = request.heartbeat { beginHeartbeat(.seconds(Int64(seconds))) }
        if delivery.isLive { caughtUp() }
        delivery.pump()
    }

    private func beginHeartbeat(_ interval: TimeAmount) {
        heartbeat = context?.eventLoop.assumeIsolated().scheduleTask(in: interval) {
            guard let delivery = self.delivery else { return }
            if self.isQuiet, self.isWritable {
                self.send(.heartbeat(passed: delivery.passed, head: self.hub.source.head))
            }
            self.isQuiet = true
            self.beginHeartbeat(interval)
        }
    }

    // MARK: The end

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

    private func send(_ line: ControlLine) {
        isQuiet = false
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
        isQuiet = false
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
