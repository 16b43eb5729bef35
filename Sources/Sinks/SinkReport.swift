package import Replication
internal import Synchronization

/// What a sink has reported, and the way to wake whoever waits for it. One for each sink.
package final class SinkReport: Sendable {
    /// How far a sink is.
    package struct Progress: Sendable {
        /// The last batch it accepted; it takes the next one.
        package var accepted: UInt64 = 0
        /// The last batch that is durable.
        package var durable: UInt64 = 0
        /// The last event that is durable, from a sink that reports single events.
        package var durableEvent = Position.start
        package var ending: SinkEnding?

        /// Whether it takes no more, without having been told to finish.
        package var isLost: Bool {
            switch ending {
            case nil, .finished: false
            case .readerGone, .failed: true
            }
        }
    }

    private let progress = Mutex(Progress())
    private let wake: @Sendable () -> Void

    /// - Parameter wake: called after every report but those that say otherwise, on the thread that reports.
    package init(wake: @escaping @Sendable () -> Void) {
        self.wake = wake
    }

    package var current: Progress {
        progress.withLock(\.self)
    }

    /// The sink can take the batch after this one.
    package func accepted(through sequence: UInt64) {
        progress.withLock {
            precondition($0.accepted <= sequence, "batch \(sequence) was accepted after \($0.accepted)")
            $0.accepted = sequence
        }
        wake()
    }

    /// The server may forget this batch and all before it. Durable implies accepted.
    package func durable(through sequence: UInt64) {
        durableAtOnce(through: sequence)
        wake()
    }

    /// The same from inside `Sink.write`. Nobody is woken: whoever called that looks by itself.
    package func durableAtOnce(through sequence: UInt64) {
        progress.withLock {
            precondition($0.durable <= sequence, "batch \(sequence) became durable after \($0.durable)")
            $0.durable = sequence
            $0.accepted = max($0.accepted, sequence)
        }
    }

    /// The server may forget this event and all before it, wherever in a batch it stands; for sinks that are asked for
    /// single events. Nobody is woken: there may be a million of these a second, and the server is told on a timer.
    package func durable(through event: Position) {
        progress.withLock {
            precondition($0.durableEvent <= event, "\(event) became durable after \($0.durableEvent)")
            $0.durableEvent = event
        }
    }

    /// The sink takes no more. The first ending counts.
    package func ended(_ ending: SinkEnding) {
        progress.withLock {
            if $0.ending == nil { $0.ending = ending }
        }
        wake()
    }
}
