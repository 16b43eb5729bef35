internal import Dispatch
package import Replication
internal import Synchronization

/// Appends to a file, in which each event is exactly once, whatever happens to this process or the machine.
///
/// A batch is durable when the file and then its state, `PATH.walbrook`, have been synchronized.
package final class FileSink: Sink {
    package let name: String
    package let held: HeldEvents?
    /// What was found at the start that somebody should know of.
    package let notice: String?

    private struct Work {
        var report: SinkReport?
        /// Made when the first stream starts.
        var log: AppendLog?
        /// Told to open the file anew before there was a log.
        var shallReopen = false
    }

    private let recovery: FileRecovery
    private let rotation: FileRotation
    private let recovered: FileRecovery.Result
    private let writing: DispatchQueue
    private let work = Mutex(Work())

    /// Opens the file, and cuts off what was not committed.
    ///
    /// - Throws: `SinkError` when it cannot be opened, is not ours, or is in use.
    package init(path: String, rotation: FileRotation = FileRotation()) throws(SinkError) {
        name = "file:\(path)"
        recovery = FileRecovery(path: FileRecovery.target(of: path), name: name)
        self.rotation = rotation
        recovered = try recovery.run()
        held = recovered.state?.held
        notice = recovered.notice
        writing = DispatchQueue(label: "walbrook.\(name)")
    }

    deinit {
        if work.withLock(\.log) == nil { recovered.data.descriptor?.closeDescriptor() }
    }

    package var keepsState: Bool { true }

    package func start(reportingTo report: SinkReport) {
        work.withLock { $0.report = report }
    }

    package func streamStarts(_ origin: StreamOrigin, confirmed: LSN) {
        work.withLock { work in
            guard let report = work.report else { preconditionFailure("\(name) was not started") }
            if let log = work.log { return log.setOrigin(origin) }
            var held = held ?? HeldEvents(origin: origin, last: .start, confirmed: confirmed)
            held.origin = origin
            let log = AppendLog(
                name: name, stateFile: recovered.stateFile, data: recovered.data, held: held,
                state: recovered.state?.sequence ?? 0, report: report)
            log.setOrigin(origin)
            work.log = log
            if work.shallReopen { writing.async { self.reopen(log) } }
            // Before anything is written, and before the end: it may be old already.
            writing.async { self.rotateWhenOld(log) }
        }
    }

    package func write(_ batch: Batch) {
        guard let log = work.withLock(\.log) else { preconditionFailure("\(name) has no stream yet") }
        writing.async { [self] in
            let start = held.map { batch.offset(after: $0.last) } ?? 0
            if start < batch.bytes.count {
                if let size = rotation.size, log.data.length >= size { rotate(log) }
            }
            let isNew = log.data.length == 0
            log.append(batch, from: start)
            if isNew { rotateWhenOld(log) }
        }
    }

    package func reopen() {
        let log = work.withLock { work in
            if work.log == nil { work.shallReopen = true }
            return work.log
        }
        if let log { writing.async { self.reopen(log) } }
    }

    private func reopen(_ log: AppendLog) {
        log.replace { [recovery] old throws(Descriptor.Failure) in
            if try Descriptor.status(of: recovery.path)?.inode == old.inode { return nil }
            return try recovery.openNew()
        }
    }

    package func finish() {
        let (log, report) = work.withLock { ($0.log, $0.report) }
        guard let log else { return report?.ended(.finished) ?? () }
        writing.async { log.finish() }
    }

    // MARK: Rotation, on the writing thread

    /// Puts the file aside and starts another one.
    private func rotate(_ log: AppendLog) {
        log.replace { [recovery] old throws(Descriptor.Failure) in
            guard let first = old.first, try Descriptor.status(of: recovery.path)?.inode == old.inode else {
                // Somebody else has moved it away.
                return try recovery.openNew()
            }
            let name = FileRotation.name(of: recovery.path, first: first)
            var free = name
            var count = 1
            while try Descriptor.status(of: free) != nil {
                free = "\(name).\(count)"
                count += 1
            }
            try Descriptor.rename(recovery.path, to: free)
            return try recovery.openNew()
        }
    }

    /// Puts the file aside when its first event is old enough, now or later.
    private func rotateWhenOld(_ log: AppendLog) {
        let data = log.data
        guard let age = rotation.age, data.length > 0 else { return }
        guard data.age < age else { return rotate(log) }
        writing.asyncAfter(deadline: .now() + (age - data.age) / .seconds(1)) { [weak self] in
            guard let self, log.data.inode == data.inode, log.data.begun == data.begun else { return }
            rotate(log)
        }
    }
}
