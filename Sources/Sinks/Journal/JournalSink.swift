internal import Dispatch
package import Replication
internal import Synchronization

/// Keeps events on disk in a directory of segments, so that subscribers can go on from any of them.
///
/// Durable as in a file: the segment, then the manifest, have been synchronized. What is old is cut a segment at a time.
package final class JournalSink: Sink {
    package let name: String
    package let held: HeldEvents?

    private struct Work {
        var report: SinkReport?
        /// Made when the first stream starts.
        var log: AppendLog?
        /// Written, and not durable yet.
        var pending: [Batch] = []
        var followers: [@Sendable (Batch) -> Void] = []
    }

    private let options: JournalOptions
    private let recovered: JournalRecovery.Result
    private let writing: DispatchQueue
    private let work = Mutex(Work())
    let store: JournalStore

    /// Opens the journal, made if it is missing, and removes what was not committed.
    ///
    /// - Parameter cut: called after a segment was deleted, on a thread of the journal.
    /// - Throws: `SinkError` when it cannot be opened, is not ours, or is in use.
    package init(
        directory path: String, options: JournalOptions = JournalOptions(),
        cut: @escaping @Sendable (JournalCut) -> Void = { _ in }
    ) throws(SinkError) {
        name = "journal:\(path)"
        self.options = options
        let directory = JournalDirectory(path: path)
        recovered = try JournalRecovery(directory: directory, name: name).run()
        held = recovered.state?.held
        store = JournalStore(directory, recovered.contents, options: options, cut: cut)
        writing = DispatchQueue(label: "walbrook.\(name)")
    }

    package var keepsState: Bool { true }

    package func start(reportingTo report: SinkReport) {
        work.withLock { $0.report = report }
    }

    package func streamStarts(_ origin: StreamOrigin, confirmed: LSN) {
        let isFirst = work.withLock { work in
            guard let report = work.report else { preconditionFailure("\(name) was not started") }
            if let log = work.log {
                log.setOrigin(origin)
                return false
            }
            if recovered.state == nil { store.begins(with: confirmed) }
            var held = held ?? HeldEvents(origin: origin, last: .start, confirmed: confirmed)
            held.origin = origin
            let log = AppendLog(
                name: name, stateFile: recovered.stateFile, data: recovered.data, held: held,
                floor: store.contents.extent.floor, state: recovered.state?.sequence ?? 0, report: report,
                committed: { [weak self] in self?.committed($0) })
            log.setOrigin(origin)
            work.log = log
            return true
        }
        if isFirst { retainAgain() }
    }

    package func write(_ batch: Batch) {
        let log = work.withLock { work in
            work.pending.append(batch)
            return work.log
        }
        guard let log else { preconditionFailure("\(name) has no stream yet") }
        writing.async { [self] in
            let start = held.map { batch.offset(after: $0.last) } ?? 0
            if start < batch.bytes.count {
                let position = Self.event(in: batch.bytes, at: start) ?? batch.first
                if store.isComplete(log.data) {
                    log.replace { old throws(Descriptor.Failure) in
                        try self.store.begin(position, behind: old)
                    }
                    store.retain(log)
                }
                guard log.data.descriptor != nil else { return }
                store.note(position, at: log.data.length)
            }
            log.append(batch, from: start)
        }
    }

    private static func event(in lines: borrowing OutputBuffer, at start: Int) -> Position? {
        EventLine(lines.span, from: start)?.position
    }

    /// A segment that is deleted or moved is a failure, so there is nothing to open anew.
    package func reopen() {}

    package func finish() {
        let (log, report) = work.withLock { ($0.log, $0.report) }
        guard let log else { return report?.ended(.finished) ?? () }
        writing.async { [store] in
            // A process that ends at once would never get to it.
            store.retain(log)
            log.finish()
        }
    }

    /// On the log's committing thread.
    private func committed(_ commit: AppendLog.Commit) {
        store.committed(commit)
        let (batches, followers) = work.withLock { work in
            let count = work.pending.prefix { $0.sequence <= commit.batch }.count
            defer { work.pending.removeFirst(count) }
            return (work.pending.prefix(count), work.followers)
        }
        for batch in batches {
            for follower in followers { follower(batch) }
        }
    }

    /// Age comes by itself, and readers that held it up get on or do not.
    private func retainAgain() {
        writing.asyncAfter(deadline: .now() + .seconds(1)) { [weak self] in
            guard let self, let log = work.withLock(\.log) else { return }
            store.retain(log)
            retainAgain()
        }
    }
}

extension JournalSink: EventHistory {
    package var extent: HistoryExtent { store.contents.extent }

    package func follow(_ body: @escaping @Sendable (Batch) -> Void) {
        work.withLock { $0.followers.append(body) }
    }

    package func reader(after position: Position) throws(HistoryError) -> any HistoryReader {
        try store.reader(after: position)
    }
}
