package import Replication
internal import Synchronization

/// Between the thread that listens and the one that reads the stream: events of channels in order of their receipt,
/// bounded in bytes.
///
/// Past the bound, notifications are counted and not kept, until all that is kept has been taken out. A gap for each
/// channel then stands where they would be.
package final class ChannelInbox: Sendable {
    /// Bytes kept for a reader that is behind.
    package static let limit = 4 << 20

    fileprivate struct State {
        var events: [ChannelEvent] = []
        /// Those before were taken.
        var next = 0
        var bytes = 0
        /// What did not fit, in order of its first loss.
        var lost: [Loss] = []
        var isClosed = false
    }

    fileprivate struct Loss {
        var channel: [UInt8]
        var count: UInt64?
        var last: Timestamp
        var lsn: LSN?
    }

    private let limit: Int
    private let state = Mutex(State())
    private let filled = Atomic(false)
    private let wake: @Sendable () -> Void

    /// - Parameter wake: called when there is something after there was nothing.
    package init(limit: Int = ChannelInbox.limit, wake: @escaping @Sendable () -> Void) {
        self.limit = limit
        self.wake = wake
    }

    /// Whether there is something. Cheap enough to be asked after every transaction.
    package var hasEvents: Bool { filled.load(ordering: .acquiring) }

    /// Whether there is room, or events are being counted already: either way, waiting brings nothing.
    package var takesNow: Bool {
        state.withLock { $0.bytes < limit || !$0.lost.isEmpty || $0.isClosed }
    }

    /// How many events nobody has taken.
    package var remaining: Int {
        state.withLock { $0.events.count - $0.next + $0.lost.count }
    }

    // MARK: The listening thread

    package func add(_ events: [ChannelEvent]) {
        guard !events.isEmpty else { return }
        let isNews = state.withLock { state in
            guard !state.isClosed else { return false }
            // All or none: whoever has waited for room has room for all that was read at once.
            let isKept = state.lost.isEmpty && state.bytes < limit
            for event in events {
                if isKept { state.keep(event) } else { state.lose(event) }
            }
            return !filled.exchange(true, ordering: .acquiringAndReleasing)
        }
        if isNews { wake() }
    }

    // MARK: The reading thread

    /// Takes out the oldest event; nil when there is none.
    package func take() -> ChannelEvent? {
        state.withLock { state in
            if let event = state.take() { return event }
            filled.store(false, ordering: .releasing)
            return nil
        }
    }

    /// Takes in nothing any more. What is in it can still be taken out.
    package func close() {
        state.withLock { $0.isClosed = true }
    }
}

extension ChannelInbox.State {
    fileprivate mutating func keep(_ event: ChannelEvent) {
        bytes += event.footprint
        events.append(event)
    }

    fileprivate mutating func lose(_ event: ChannelEvent) {
        let count: UInt64? = if case .gap(let count) = event.content { count } else { 1 }
        if let index = lost.firstIndex(where: { $0.channel == event.channel }) {
            // With one unknown, the sum is unknown.
            lost[index].count = count.flatMap { count in lost[index].count.map { $0 + count } }
            lost[index].last = event.receivedAt
            lost[index].lsn = event.lsn
        } else {
            lost.append(.init(channel: event.channel, count: count, last: event.receivedAt, lsn: event.lsn))
        }
    }

    fileprivate mutating func take() -> ChannelEvent? {
        if next == events.count, !lost.isEmpty {
            events = lost.map {
                ChannelEvent(
                    channel: $0.channel, content: .gap(count: $0.count), receivedAt: $0.last, lsn: $0.lsn)
            }
            (lost, next) = ([], 0)
            bytes = events.reduce(0) { $0 + $1.footprint }
        }
        guard next < events.count else {
            events.removeAll(keepingCapacity: events.capacity <= 1024)
            (next, bytes) = (0, 0)
            return nil
        }
        let event = events[next]
        // The payload's memory goes with the event, not with the list.
        events[next].content = .gap(count: nil)
        bytes -= event.footprint
        next += 1
        if next >= 1024, next * 2 >= events.count {
            events.removeFirst(next)
            next = 0
        }
        return event
    }
}
