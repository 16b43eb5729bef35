internal import Dispatch
internal import FoundationEssentials
internal import Replication
internal import Synchronization

/// A file that only grows, a batch at a time, and the state beside it that says how much of it counts.
///
/// Two threads: one writes batches, the other makes what was written durable: the data first, then the state, and only
/// then is it reported. While it is at that, the next batches gather, and become durable together.
///
/// A batch that cannot be written whole is cut off again, so that the file ends with a whole line at all times.
final class AppendLog: Sendable {
    /// The file that is written.
    struct Data: Sendable {
        /// Nil as long as there is no file, because there is nothing to put into one.
        var descriptor: Descriptor?
        var inode: UInt64
        /// Bytes in it.
        var length = 0
        /// The first event in it; nil as long as there is none.
        var first: Position?
        /// When that came.
        var begun: Date?
        /// How many files the log has with this one, if it is one of several.
        var segments: Int?

        /// How long ago the first event came: none without one, nor by a clock that was set back.
        var age: Duration {
            .seconds(begun.map { max(0, Date.now.timeIntervalSince($0)) } ?? 0)
        }
    }

    /// What is durable now.
    struct Commit: Sendable {
        var data: Data
        /// The last event.
        var last: Position
        /// The last batch.
        var batch: UInt64
    }

    /// What has been written, and shall become durable.
    private struct Written {
        var data: Data
        /// Bytes since the last commit began.
        var uncommitted = 0
        /// The last batch.
        var batch: UInt64 = 0
        var held: HeldEvents
        var floor: Position
        var state: UInt64
        /// Whether there is a state of this file, by this process or one before.
        var hasState: Bool
        var isCommitting = false
        /// Nothing more is written.
        var isClosed = false
        /// Nothing more becomes durable.
        var isBroken = false
    }

    /// What may gather behind a commit that takes long: a journal keeps it in memory for those who follow it.
    private static let mostUncommitted = 8 << 20

    private let name: String
    private let stateFile: StateFile
    private let report: SinkReport
    private let written: Mutex<Written>
    private let committing: DispatchQueue
    private let committed: @Sendable (Commit) -> Void

    /// - Parameters:
    ///   - held: what `data` holds.
    ///   - state: the number of the last state that was stored.
    ///   - committed: called after each commit, before it is reported; never twice at once.
    init(
        name: String, stateFile: StateFile, data: Data, held: HeldEvents, floor: Position = .start,
        state: UInt64, report: SinkReport, committed: @escaping @Sendable (Commit) -> Void = { _ in }
    ) {
        self.name = name
        self.stateFile = stateFile
        self.report = report
        self.committed = committed
        written = Mutex(Written(data: data, held: held, floor: floor, state: state, hasState: state > 0))
        committing = DispatchQueue(label: "walbrook.\(name).commit")
    }

    /// The file as it is now.
    var data: Data { written.withLock(\.data) }

    deinit {
        data.descriptor?.closeDescriptor()
    }

    // MARK: On the writer's thread

    /// Writes a batch from a byte on, and has it made durable. A batch that is empty only moves the boundary.
    func append(_ batch: Batch, from start: Int) {
        guard let data = written.withLock({ $0.isClosed ? nil : $0.data }), storeFirstState() else { return }
        do throws(Descriptor.Failure) {
            if start < batch.bytes.count {
                guard let descriptor = data.descriptor else { preconditionFailure("\(name) has no file") }
                // In one that was cut, a hole would come before what is written now.
                guard try descriptor.status().size == data.length else {
                    return close("its file was cut or written to by somebody else")
                }
                try descriptor.write(batch.bytes, from: start, at: data.length)
            }
        } catch {
            // What was written of it is no whole line.
            try? data.descriptor?.truncate(to: data.length)
            return close("cannot write: \(error.description)")
        }
        let hasRoom = written.withLock {
            if start < batch.bytes.count {
                $0.data.length += batch.bytes.count - start
                $0.uncommitted += batch.bytes.count - start
                if $0.data.first == nil { $0.data.first = batch.first }
                if $0.data.begun == nil { $0.data.begun = .now }
            }
            $0.batch = batch.sequence
            if batch.last >= $0.held.last { ($0.held.last, $0.held.place) = (batch.last, batch.place) }
            $0.held.confirmed = max($0.held.confirmed, batch.boundary)
            return $0.uncommitted < Self.mostUncommitted
        }
        // Otherwise it is accepted when it is durable.
        if hasRoom { report.accepted(through: batch.sequence) }
        requestCommit()
    }

    /// Bytes that no state speaks of would be nobody's after a crash. Returns whether there is a state.
    private func storeFirstState() -> Bool {
        if written.withLock(\.hasState) { return true }
        return committing.sync { written.withLock(\.hasState) || commit() }
    }

    /// The stream comes from here from now on.
    func setOrigin(_ origin: StreamOrigin) {
        written.withLock { $0.held.origin = origin }
        requestCommit()
    }

    /// Goes on in another file. Everything in the one before is durable when `body` runs, which renames or makes files
    /// and returns the new one, or nil to stay.
    func replace(_ body: (Data) throws(Descriptor.Failure) -> Data?) {
        committing.sync {
            guard !written.withLock(\.isClosed), commit() else { return }
            let old = data
            do throws(Descriptor.Failure) {
                guard let new = try body(old) else { return }
                written.withLock { $0.data = new }
                old.descriptor?.closeDescriptor()
            } catch {
                return close("cannot start another file: \(error.description)")
            }
            _ = commit()
        }
    }

    /// Events up to this one are about to be deleted, so that so many files are left. Returns whether that is durable, and
    /// they may be.
    func raiseFloor(to floor: Position, leaving segments: Int) -> Bool {
        committing.sync {
            written.withLock {
                $0.floor = max($0.floor, floor)
                $0.data.segments = segments
            }
            return commit()
        }
    }

    /// Lets everything that was written become durable, then says that it ended.
    func finish() {
        committing.async { [self] in
            if commit() { report.ended(.finished) }
        }
    }

    // MARK: On the committing thread

    private func requestCommit() {
        let isNeeded = written.withLock { written in
            defer { written.isCommitting = true }
            return !written.isCommitting
        }
        if isNeeded { committing.async { _ = self.commit() } }
    }

    /// Makes durable what was written until now. Returns whether it could.
    private func commit() -> Bool {
        let now = written.withLock { written in
            written.isCommitting = false
            written.uncommitted = 0
            written.state += 1
            return written
        }
        guard !now.isBroken else { return false }
        let data = now.data
        do throws(Descriptor.Failure) {
            if let descriptor = data.descriptor {
                let status = try descriptor.status()
                guard status.links > 0 else { return fail("its file was deleted") }
                guard status.size >= data.length else {
                    return fail("its file was cut or written to by somebody else")
                }
            }
            guard try stateFile.isInPlace() else {
                return fail("its state, \(stateFile.path), was deleted or moved away")
            }
            var tail = ""
            if let descriptor = data.descriptor {
                try descriptor.synchronizeData()
                tail = try LogState.tail(of: descriptor, length: data.length)
            }
            try stateFile.store(
                LogState(
                    sequence: now.state, held: now.held, floor: now.floor, segments: data.segments,
                    length: data.length, inode: data.inode, first: data.first, begun: data.begun, tail: tail))
        } catch {
            return fail("cannot make it durable: \(error.description)")
        }
        written.withLock { $0.hasState = true }
        committed(Commit(data: data, last: now.held.last, batch: now.batch))
        if now.batch > 0 { report.durable(through: now.batch) }
        return true
    }

    // MARK: Failures

    /// Nothing more is written; what was written still becomes durable.
    private func close(_ reason: String) {
        written.withLock { $0.isClosed = true }
        committing.async { [self] in
            if commit() { end(reason) }
        }
    }

    /// Nothing more becomes durable. What the kernel could not write once, it may have dropped: trying again would
    /// only seem to succeed.
    private func fail(_ reason: String) -> Bool {
        written.withLock {
            $0.isClosed = true
            $0.isBroken = true
        }
        end(reason)
        return false
    }

    private func end(_ reason: String) {
        report.ended(.failed(SinkError(sink: name, reason: reason)))
    }
}
