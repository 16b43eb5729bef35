internal import NIOCore
internal import Replication

/// What a subscriber says, line by line, and what is done about it.
extension SubscriberConnection {
    func readCommands() {
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

    // MARK: Subscription

    private func subscribe(_ request: SubscriptionRequest) throws(Refusal) {
        let filter = LineFilter(request)
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
        _ request: SubscriptionRequest, _ filter: LineFilter?, _ stored: Result<Position?, Refusal>
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
        _ request: SubscriptionRequest, from start: EventSource.Start, _ filter: LineFilter?
    ) throws(Refusal) {
        guard hub.maySubscribe else {
            throw Refusal(.full, "there are \(hub.options.maximum) subscribers, as many as there may be")
        }
        deadline?.cancel()
        let delivery = Delivery(hub.source, from: start, filter: filter, outlet: self)
        stage = .subscribed(delivery)
        hub.subscribed(self, delivery)
        if let context, let seconds = request.heartbeat {
            heartbeat = Heartbeat(on: context.eventLoop, every: .seconds(Int64(seconds))) { [unowned self] in
                guard isWritable else { return }
                send(.heartbeat(passed: delivery.passed, head: hub.source.head))
            }
        }
        if delivery.isLive { caughtUp() }
        delivery.pump()
    }
}
