package import Replication
internal import Synchronization

/// A journal that is only read, also while another process writes it: only what its manifest calls durable.
package final class JournalArchive: Sendable {
    private let directory: JournalDirectory
    private let name: String
    /// How long a look at the directory does. What has been cut since cannot be opened, so an old one misleads nobody.
    private static let interval = Duration.milliseconds(200)
    /// How events are written in it.
    package let format: String

    /// What to do about one that is incomplete.
    package static let incompleteHint = JournalInventory.hint

    /// - Throws: `SinkError` when there is no journal, or segments of it are missing.
    package init(directory path: String) throws(SinkError) {
        directory = JournalDirectory(path: path)
        name = "journal:\(path)"
        let state: LogState?
        do throws(Descriptor.Failure) {
            state = try StateFile.newestState(of: directory.manifest)
        } catch {
            guard error.isMissing else {
                throw SinkError(
                    sink: name, reason: "cannot read \(directory.manifest): \(error.description)")
            }
            state = nil
        }
        guard let state else {
            throw SinkError(
                .refused, sink: name, reason: "there is no manifest of a journal",
                hint: "Give the directory that walbrook stream --journal writes.")
        }
        format = state.held.origin.format
        do throws(HistoryError) {
            _ = try contents()
        } catch {
            guard case .incomplete(let reason) = error else { return }
            throw SinkError(.refused, sink: name, reason: reason, hint: Self.incompleteHint)
        }
    }

    /// How far back it reaches and how far it goes, at this moment; and the LSN up to which nothing else has happened.
    package func extent() throws(HistoryError) -> (extent: HistoryExtent, confirmed: LSN) {
        let state = try state()
        return (HistoryExtent(floor: state.floor, head: state.held.last), state.held.confirmed)
    }

    package func reader(after position: Position) throws(HistoryError) -> any HistoryReader {
        var contents = try contents()
        guard position >= contents.extent.floor, position <= contents.extent.head else {
            throw .gone(contents.extent)
        }
        // Only where reading begins does an index help.
        if let segment = contents.segment(after: position),
            let place = contents.segments.firstIndex(of: segment),
            let index = directory.storedIndex(of: segment.first), index.length <= segment.length
        {
            contents.segments[place].index = index
        }
        let first = contents.segment(after: position)
        let seen = Mutex((contents: contents, until: ContinuousClock.now + Self.interval))
        return JournalReader(
            directory, after: position, in: first,
            contents: { [self] () throws(HistoryError) in
                try seen.withLock { seen throws(HistoryError) in
                    guard .now >= seen.until else { return seen.contents }
                    var now = try self.contents()
                    if let first, let place = now.segments.firstIndex(where: { $0.first == first.first }) {
                        now.segments[place].index = first.index
                    }
                    seen = (now, .now + Self.interval)
                    return now
                }
            })
    }

    private func state() throws(HistoryError) -> LogState {
        do {
            if let state = try StateFile.newestState(of: directory.manifest) { return state }
        } catch {
            throw .failed("cannot read \(directory.manifest): \(error.description)")
        }
        throw .failed("both places of \(directory.manifest) are damaged")
    }

    /// The floor is raised before anything is deleted: where it has not moved meanwhile, retention has deleted none of the
    /// segments that the manifest counts.
    private func contents() throws(HistoryError) -> JournalContents {
        while true {
            let state = try state()
            let (contents, fault) = try contents(state)
            guard try self.state().floor == state.floor else { continue }
            if let fault { throw .incomplete(fault) }
            return contents
        }
    }

    private func contents(
        _ state: LogState
    ) throws(HistoryError) -> (contents: JournalContents, fault: String?) {
        var contents = JournalContents(extent: HistoryExtent(floor: state.floor, head: state.held.last))
        let fault: String?
        do throws(Descriptor.Failure) {
            let present = try JournalInventory(directory)
            fault = present.fault(state)
            for first in present.kept(state) {
                let size =
                    first == state.first
                    ? state.length : try Descriptor.status(of: directory.segment(first))?.size
                if let size { contents.segments.append(JournalSegment(first: first, length: size)) }
            }
        } catch {
            throw .failed("cannot read \(directory.path): \(error.description)")
        }
        return (contents, fault)
    }
}
