internal import Foundation

/// Runs a body that blocks (a server start, psql, a wait for a process) without holding a thread of
/// Swift's cooperative pool.
///
/// The pool has one thread a core; two tests that block on it stop all others, and with them the ones
/// they wait for. The body stays part of the calling task, so task-local values are visible in it and
/// `#expect` is recorded for the right test.
package func blocking<T: Sendable>(_ body: @escaping @Sendable () throws -> T) async throws -> T {
    try await withTaskExecutorPreference(ThreadExecutor()) {
        try await onPreferredExecutor(body)
    }
}

/// Leaves the caller's actor, if there is one: only then does the preferred executor count.
@concurrent private func onPreferredExecutor<T: Sendable>(
    _ body: @Sendable () throws -> T
) async throws -> T {
    try body()
}

/// Gives each job a thread of its own, which may block as long as it likes.
private final class ThreadExecutor: TaskExecutor {
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        Thread.detachNewThread {
            // SAFETY: the closure holds the executor until the job has returned.
            unsafe job.runSynchronously(on: self.asUnownedTaskExecutor())
        }
    }
}
