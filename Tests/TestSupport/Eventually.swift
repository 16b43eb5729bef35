internal import Foundation

/// Waits, blocking, until a condition holds. For bodies of `blocking` and for threads of your own.
///
/// - Parameter what: the condition in words, for the message: "the slot is active".
/// - Throws: `TestFailure` when it does not hold in time, and whatever the condition throws, at once.
package func eventually(
    within limit: Duration = .seconds(30), every interval: Duration = .milliseconds(20), _ what: String,
    _ condition: () throws -> Bool
) throws {
    let deadline = ContinuousClock.now + limit
    while try !condition() {
        guard ContinuousClock.now < deadline else {
            throw TestFailure("after \(limit) it still does not hold that \(what)")
        }
        Thread.sleep(forTimeInterval: interval.inSeconds)
    }
}

/// Waits until a condition holds, with the condition on a thread of its own, so it may block.
///
/// - Throws: as the blocking variant.
package func eventually(
    within limit: Duration = .seconds(30), every interval: Duration = .milliseconds(20), _ what: String,
    _ condition: @escaping @Sendable () throws -> Bool
) async throws {
    try await blocking {
        try eventually(within: limit, every: interval, what, condition)
    }
}
