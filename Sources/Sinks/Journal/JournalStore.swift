internal import FoundationEssentials
package import Replication
internal import Synchronization

/// A segment that was deleted.
package struct JournalCut: Hashable, Sendable {
    /// The segment's file.
    package var path: String
    package var bytes: Int
    /// The last event in it.
    package var last: Position
}

/// The segments of a journal that is written: which there are, who reads them, and which are cut.
final class JournalStore: Sendable {
    private struct State {
        var contents: JournalContents
        var readers: [UInt64: Reading] = [:]
        var readersSoFar: UInt64 = 0
    }

    private struct Reading {
        /// The segment that it reads.
        var segment: Position
        /// When it got on last.
        var since = ContinuousClock.now
    }

    private let directory: JournalDirectory
    private let options: JournalOptions
    private let cut: @Sendable (JournalCut) -> Void
    private let state: Mutex<State>

    init(
        _ directory: JournalDirectory, _ contents: JournalContents, options: JournalOptions,
        cut: @escaping @Sendable (JournalCut) -> Void
    ) {
        self.directory = directory
        self.options = options
        self.cut = cut
        state = Mutex(State(contents: contents))
    }

    var contents: JournalContents { state.withLock(\.contents) }

    // MARK: Growth

    /// The journal is new: what was committed before this LSN never comes, so nobody may go on from there.
    func begins(with lsn: LSN) {
        guard lsn > .zero else { return }
        // No record ends at an odd byte, so that this is below every event that comes.
        let floor = Position(lsn: LSN(lsn.value - 1), ordinal: 0)
        state.withLock { $0.contents.extent = HistoryExtent(floor: floor, head: floor) }
    }

    /// Whether what comes next belongs to another segment.
    func isComplete(_ newest: AppendLog.Data) -> Bool {
        guard newest.descriptor != nil, newest.length < options.segmentSize else { return true }
        return options.segmentAge.map { newest.age >= $0 } ?? false
    }

    /// Makes a segment. The one before it is complete and durable, and its index is from now on, too.
    func begin(
        _ first: Position, behind old: AppendLog.Data
    ) throws(Descriptor.Failure) -> AppendLog.Data {
        if let previous = old.first, var index = contents.segments.last?.index {
            index.length = old.length
            index.last = contents.extent.head
            try directory.store(index, of: previous)
            state.withLock { state in
                guard let last = state.contents.segments.indices.last else { return }
                state.contents.segments[last].index = index
            }
        }
        let descriptor = try Descriptor.openFile(directory.segment(first), creates: true, isExclusive: true)
        do throws(Descriptor.Failure) {
            let inode = try descriptor.status().inode
            try directory.synchronize()
            let segments = state.withLock { state in
                state.contents.segments.append(JournalSegment(first: first, length: 0))
                return state.contents.segments.count
            }
            return AppendLog.Data(descriptor: descriptor, inode: inode, first: first, segments: segments)
        } catch {
            descriptor.closeDescriptor()
            throw error
        }
    }

    /// A batch is about to be written to the newest segment.
    func note(_ position: Position, at offset: Int) {
        state.withLock { state in
            guard let last = state.contents.segments.indices.last else { return }
            state.contents.segments[last].index.add(position, at: offset)
        }
    }

    func committed(_ commit: AppendLog.Commit) {
        state.withLock { state in
            state.contents.extent.head = max(state.contents.extent.head, commit.last)
            guard let last = state.contents.segments.indices.last,
                state.contents.segments[last].first == commit.data.first
            else { return }
            state.contents.segments[last].length = commit.data.length
        }
    }

    // MARK: Reading

    func reader(after position: Position) throws(HistoryError) -> JournalReader {
        let (number, segment) = try state.withLock { state throws(HistoryError) in
            let contents = state.contents
            guard position >= contents.extent.floor, position <= contents.extent.head else {
                throw .gone(contents.extent)
            }
            let segment = contents.segment(after: position)
            state.readersSoFar += 1
            if let segment { state.readers[state.readersSoFar] = Reading(segment: segment.first) }
            return (state.readersSoFar, segment)
        }
        return JournalReader(
            directory, after: position, in: segment, contents: { [self] in contents },
            moved: { [weak self] segment in
                self?.state.withLock { $0.readers[number] = segment.map { Reading(segment: $0) } }
            })
    }

    // MARK: Retention

    /// Cuts the oldest segments that are too old or too much, never the newest with something in it, and none that a reader
    /// needs which gets on. On the writing thread.
    func retain(_ log: AppendLog) {
        while let (oldest, left) = takeSurplus() {
            guard log.raiseFloor(to: oldest.index.last, leaving: left) else { return }
            // A file that stays is deleted at the next start.
            try? directory.delete(oldest.first)
            try? directory.synchronize()
            cut(
                JournalCut(
                    path: directory.segment(oldest.first), bytes: oldest.length, last: oldest.index.last))
        }
    }

    /// The oldest segment, if it is to be cut, and how many are left then. From here on nobody begins to read it.
    private func takeSurplus() -> (oldest: JournalSegment, left: Int)? {
        state.withLock { state in
            // What is newest stays, and one that was just begun holds nothing yet.
            let segments = state.contents.segments
            guard let oldest = segments.first, segments.dropFirst().contains(where: { $0.length > 0 }) else {
                return nil
            }
            let now = ContinuousClock.now
            let isNeeded = state.readers.values.contains {
                $0.segment <= oldest.first && now - $0.since < options.grace
            }
            guard !isNeeded, isTooMuch(state.contents) || isTooOld(oldest) else { return nil }
            state.contents.segments.removeFirst()
            state.contents.extent.floor = oldest.index.last
            return (oldest, state.contents.segments.count)
        }
    }

    private func isTooMuch(_ contents: JournalContents) -> Bool {
        guard let size = options.size else { return false }
        return contents.segments.map(\.length).reduce(0, +) > size
    }

    private func isTooOld(_ segment: JournalSegment) -> Bool {
        let path = directory.segment(segment.first)
        guard let age = options.age, let attributes = try? FileManager.default.attributesOfItem(atPath: path),
            let written = attributes[.modificationDate] as? Date
        else { return false }
        return Date.now.timeIntervalSince(written) > age / .seconds(1)
    }
}
