public import Logging

/// The changes of a database as a sequence of typed events, in commit order, for programs in Swift.
///
/// ```swift
/// let orders = ChangeStream(.init("postgres://localhost/shop", tables: ["public.orders"]))
/// for try await event in orders {
///     if let order = try event.after?.decode(Order.self) { print(order) }
///     event.acknowledge()
/// }
/// ```
///
/// The slot moves on only over what was acknowledged: after a crash, everything since then comes again. A program that is
/// slow holds up neither the server's connection nor this process' memory; at most three batches of 256 KiB wait. The
/// stream goes on through lost connections. It ends when the task is cancelled, when the loop is left, when `stop()` is
/// called, at the end if `stopsAtEnd`, or with a ``WalbrookError``.
///
/// A stream is iterated once. See "Logical Replication" and "Logical Decoding" in the PostgreSQL manual.
public struct ChangeStream: AsyncSequence, Sendable {
    /// What comes one by one.
    public typealias Element = ChangeEvent
    /// Why a stream cannot go on.
    public typealias Failure = WalbrookError

    private let run: ChangeStreamRun

    /// - Parameter logger: for what happens to connections; by default nothing is logged.
    public init(
        _ options: Options = Options(),
        logger: Logger = Logger(label: "walbrook") { _ in SwiftLogNoOpLogHandler() }
    ) {
        run = ChangeStreamRun(options: options, logger: logger)
    }

    /// The one iterator of this stream; of a second one, `next` throws.
    public func makeAsyncIterator() -> AsyncIterator {
        AsyncIterator(run)
    }

    /// Ends the stream, and waits until the server has learned what was acknowledged and the slot is free.
    public func stop() async {
        await run.stop()
    }

    /// Takes events one by one.
    public struct AsyncIterator: AsyncIteratorProtocol {
        private let lines: EventLines

        fileprivate init(_ run: ChangeStreamRun) {
            lines = EventLines(run)
        }

        /// The next event; nil at the end of the stream.
        ///
        /// - Throws: ``WalbrookError`` when the stream cannot go on.
        public mutating func next(
            isolation actor: isolated (any Actor)? = #isolation
        ) async throws(WalbrookError) -> ChangeEvent? {
            try await lines.next()
        }
    }
}
