internal import NIOCore
internal import Replication

/// Everything that subscribers share: the events, who is there, and which names are taken. Belongs to the event loop.
final class SubscriberHub {
    let options: SubscriberOptions
    let source: EventSource
    var names: SubscriberNames? { options.names }
    private let say: @Sendable (SubscriberNotice) -> Void
    private var origin: StreamOrigin?
    private var connections: [Int: SubscriberConnection] = [:]
    private var deliveries: [Int: Delivery] = [:]
    /// Those that did not subscribe yet, by age.
    private var waiting: [Int] = []
    private var holders: [String: SubscriberConnection] = [:]
    private var connectionCount = 0
    private var whenEmpty: (() -> Void)?

    /// Connections without a subscription. One more, and the oldest of them goes. After a restart all subscribers can
    /// come at once.
    private var waitingLimit: Int { max(100, options.maximum) }

    init(
        options: SubscriberOptions, source: EventSource,
        say: @escaping @Sendable (SubscriberNotice) -> Void
    ) {
        self.options = options
        self.source = source
        self.say = say
    }

    /// Whether lines say what filters ask for.
    var hasHeads: Bool { origin.map { EventLine.exists(in: $0.format) } ?? false }

    var maySubscribe: Bool { deliveries.count < options.maximum }

    // MARK: Events

    func streamStarts(_ origin: StreamOrigin) {
        self.origin = origin
        source.streamStarts()
        for connection in connections.values { connection.greet(origin) }
    }

    func publish(_ batch: Batch) {
        guard source.take(batch, hasHeads: hasHeads) else { return }
        for delivery in deliveries.values { delivery.pump() }
        source.trim()
        for delivery in deliveries.values { delivery.windowMoved() }
    }

    // MARK: Connections

    func nextNumber() -> Int {
        connectionCount += 1
        return connectionCount
    }

    func connected(_ connection: SubscriberConnection) {
        connections[connection.number] = connection
        waiting.append(connection.number)
        if waiting.count > waitingLimit, let oldest = connections[waiting.removeFirst()] {
            oldest.refuse(Refusal(.full, "too many connections wait for a SUB"))
        }
        if let origin { connection.greet(origin) }
        if source.isFinishing { connection.finished() }
    }

    /// One that has ended its side cannot acknowledge anything any more, and may well be gone: it makes way.
    func reserve(_ name: String, for connection: SubscriberConnection) -> Bool {
        if let holder = holders[name] {
            guard holder.hasEndedInput else { return false }
            holder.end("another connection has taken the name")
        }
        guard names?.take(name) == true else { return false }
        holders[name] = connection
        return true
    }

    func subscribed(_ connection: SubscriberConnection, _ delivery: Delivery) {
        waiting.removeAll { $0 == connection.number }
        deliveries[connection.number] = delivery
        say(
            .notice, "a subscriber has come", connection,
            ["from": "\(delivery.passed)", "mode": delivery.isLive ? "live" : "journal"])
    }

    func refused(_ connection: SubscriberConnection, _ refusal: Refusal) {
        let level: SubscriberNotice.Level = refusal.code == .failed ? .warning : .info
        say(
            level, "a subscriber was refused", connection,
            ["code": refusal.code.rawValue, "why": refusal.message])
    }

    /// It gets nothing more.
    func ending(_ connection: SubscriberConnection, _ delivery: Delivery?) {
        waiting.removeAll { $0 == connection.number }
        if let name = connection.name, holders[name] === connection {
            holders[name] = nil
            names?.release(name)
        }
        guard let delivery, deliveries.removeValue(forKey: connection.number) != nil else { return }
        let lag = source.head.lsn.value - min(source.head.lsn.value, delivery.passed.lsn.value)
        say(
            .notice, "a subscriber has gone", connection,
            ["reason": connection.reason ?? "", "position": "\(delivery.passed)", "lag": "\(lag)"])
    }

    /// It is closed.
    func disconnected(_ connection: SubscriberConnection) {
        connections[connection.number] = nil
        if connections.isEmpty { whenEmpty?() }
    }

    private func say(
        _ level: SubscriberNotice.Level, _ message: String, _ connection: SubscriberConnection,
        _ metadata: [String: String]
    ) {
        var metadata = metadata
        metadata["peer"] = connection.peer
        metadata["name"] = connection.name
        say(SubscriberNotice(level: level, message: message, metadata: metadata))
    }

    // MARK: State and end

    var states: [SubscriberState] {
        connections.values.sorted { $0.number < $1.number }.compactMap { connection in
            guard let delivery = connection.delivery else { return nil }
            return SubscriberState(
                address: connection.peer, name: connection.name, position: delivery.passed,
                bufferedBytes: connection.bufferedBytes + delivery.waitingBytes,
                mode: delivery.isLive ? "live" : "journal")
        }
    }

    /// How far each delivery is.
    var progress: [Int: Position] { deliveries.mapValues(\.passed) }

    /// Nothing more comes: everybody gets what is there, within a time, and is closed.
    func finish(_ done: @escaping () -> Void) {
        source.isFinishing = true
        whenEmpty = done
        for connection in connections.values where connection.delivery == nil { connection.finished() }
        for delivery in deliveries.values { delivery.pump() }
        if connections.isEmpty { done() }
    }
}
