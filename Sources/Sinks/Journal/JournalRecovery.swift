internal import Glibc
internal import Replication

/// Finds out at the start what a journal holds, and removes what was not committed.
///
/// The manifest says which segment is the newest and how many bytes of it count. Those before it are complete, and the
/// index beside each says how long it is; those behind it were made by a process that ended before its manifest knew.
struct JournalRecovery: Sendable {
    let directory: JournalDirectory
    /// For messages.
    let name: String

    struct Result: Sendable {
        var stateFile: StateFile
        var data: AppendLog.Data
        var contents: JournalContents
        /// Nil for a journal that is new.
        var state: LogState?
    }

    func run() throws(SinkError) -> Result {
        let present = try attempt("cannot make \(directory.path)") { () throws(Descriptor.Failure) in
            try Descriptor.makeDirectory(directory.path)
            return try JournalInventory(directory)
        }
        let hasManifest = try attempt("cannot look at \(directory.manifest)") {
            () throws(Descriptor.Failure) in try Descriptor.status(of: directory.manifest) != nil
        }
        guard hasManifest || present.segments.isEmpty else { throw foreign() }
        let stateFile = try StateFile(directory.manifest, sink: name)
        if !hasManifest {
            try attempt("cannot make \(directory.manifest) durable") { () throws(Descriptor.Failure) in
                try directory.synchronize()
            }
        }
        guard let state = stateFile.states.first else {
            guard !stateFile.isDamaged else {
                throw refusal("both places of its manifest are damaged")
            }
            guard present.segments.isEmpty else { throw foreign() }
            return Result(
                stateFile: stateFile, data: AppendLog.Data(inode: 0, segments: 0),
                contents: JournalContents(extent: HistoryExtent(floor: .start, head: .start)))
        }
        var contents = JournalContents(extent: HistoryExtent(floor: state.floor, head: state.held.last))
        if let fault = present.fault(state) { throw refusal(fault, hint: JournalInventory.hint) }
        let kept = present.kept(state)
        try delete(present.segments.filter { !kept.contains($0) }, state)
        for first in kept where first != state.first {
            contents.segments.append(try complete(first))
        }
        guard let first = state.first else {
            return Result(
                stateFile: stateFile, data: AppendLog.Data(inode: 0, segments: 0), contents: contents,
                state: state)
        }
        var (data, segment) = try newest(first, state)
        // In a manifest that does not say it yet.
        data.segments = kept.count
        contents.segments.append(segment)
        return Result(stateFile: stateFile, data: data, contents: contents, state: state)
    }

    /// Deletes what was cut and what the manifest does not know yet.
    private func delete(_ others: [Position], _ state: LogState) throws(SinkError) {
        // Nothing can be behind the manifest but one segment that was just begun.
        let unknown = others.filter { $0 > state.first ?? .start && $0 > state.floor }
        guard unknown.count <= 1, unknown.allSatisfy({ $0 > state.held.last }) else {
            throw refusal("its manifest is older than its segments")
        }
        if !others.isEmpty {
            try attempt("cannot recover \(directory.path)") { () throws(Descriptor.Failure) in
                for first in others { try directory.delete(first) }
                try directory.synchronize()
            }
        }
    }

    private func complete(_ first: Position) throws(SinkError) -> JournalSegment {
        let path = directory.segment(first)
        let size = try attempt("cannot look at \(path)") { () throws(Descriptor.Failure) in
            try Descriptor.status(of: path)?.size ?? 0
        }
        if let index = directory.storedIndex(of: first) {
            guard index.length == size else { throw short(path, size, index.length) }
            return JournalSegment(first: first, length: size, index: index)
        }
        let index = try read(first, length: size)
        try attempt("cannot write \(directory.index(first))") { () throws(Descriptor.Failure) in
            try directory.store(index, of: first)
        }
        return JournalSegment(first: first, length: size, index: index)
    }

    private func newest(
        _ first: Position, _ state: LogState
    ) throws(SinkError) -> (AppendLog.Data, JournalSegment) {
        let path = directory.segment(first)
        let status = try attempt("cannot look at \(path)") { () throws(Descriptor.Failure) in
            try Descriptor.status(of: path)
        }
        guard let status else { throw refusal("\(path) is missing") }
        // The data was durable before the manifest: no crash makes it shorter.
        guard status.size >= state.length else { throw short(path, status.size, state.length) }
        let index = try read(first, length: state.length)
        let (descriptor, isSame) = try attempt("cannot recover \(path)") { () throws(Descriptor.Failure) in
            let descriptor = try Descriptor.openFile(path, creates: false)
            do throws(Descriptor.Failure) {
                let isSame = try LogState.tail(of: descriptor, length: state.length) == state.tail
                if isSame, status.size > state.length {
                    try descriptor.truncate(to: state.length)
                    try descriptor.synchronizeData()
                }
                return (descriptor, isSame)
            } catch {
                descriptor.closeDescriptor()
                throw error
            }
        }
        guard isSame else {
            descriptor.closeDescriptor()
            throw refusal(
                "\(path) is not what was written: its bytes up to \(state.length) do not end as its manifest says"
            )
        }
        return (
            AppendLog.Data(
                descriptor: descriptor, inode: status.inode, length: state.length, first: state.first,
                begun: state.firstCame),
            JournalSegment(first: first, length: state.length, index: index)
        )
    }

    private func read(_ first: Position, length: Int) throws(SinkError) -> SegmentIndex {
        do throws(Descriptor.Failure) {
            return try directory.readIndex(of: first, length: length)
        } catch {
            guard error == .damaged else {
                throw SinkError(
                    sink: name, reason: "cannot read \(directory.segment(first)): \(error.description)")
            }
            throw refusal("\(directory.segment(first)) has lines that are no events, or not in their order")
        }
    }

    // MARK: Errors

    private func attempt<Value>(
        _ what: String, _ body: () throws(Descriptor.Failure) -> Value
    ) throws(SinkError) -> Value {
        do {
            return try body()
        } catch {
            throw SinkError(sink: name, reason: "\(what): \(error.description)")
        }
    }

    private static let anew =
        "Put the journal back as it was. To begin anew where the slot stands, move the directory away; what lies "
        + "between is then missing."

    private func refusal(_ reason: String, hint: String = anew) -> SinkError {
        SinkError(.refused, sink: name, reason: reason, hint: hint)
    }

    private func foreign() -> SinkError {
        SinkError(
            .refused, sink: name,
            reason: "there are segments in it, and there is no \(directory.manifest) that says what they are",
            hint: "Take another directory, or move the segments away.")
    }

    private func short(_ path: String, _ size: Int, _ length: Int) -> SinkError {
        refusal("\(path) has \(size) bytes where \(length) were written")
    }
}
