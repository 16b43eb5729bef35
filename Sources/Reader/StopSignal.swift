package import Libpq
internal import Synchronization

/// The request to end, from any thread. It wakes whoever waits in a poller.
package final class StopSignal: Sendable {
    package let wakeUp: WakeUp
    private let requested = Atomic(false)

    /// - Throws: `LibpqError` when the process is out of descriptors.
    package init() throws(LibpqError) {
        wakeUp = try WakeUp()
    }

    package var isRequested: Bool {
        requested.load(ordering: .acquiring)
    }

    package func request() {
        requested.store(true, ordering: .releasing)
        wakeUp.signal()
    }
}
