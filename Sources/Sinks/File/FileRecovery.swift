internal import FoundationEssentials
internal import Glibc
internal import Replication

/// Finds out at the start what a file holds, and cuts off what is behind that.
///
/// What counts is the state beside it: the data was durable before the state was. No line is read, so it works for every
/// format.
struct FileRecovery: Sendable {
    let path: String
    /// For messages.
    let name: String

    var statePath: String { path + Self.stateSuffix }
    static let stateSuffix = ".walbrook"
    var directory: String {
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }

    /// What a symbolic link leads to, also if that does not exist yet: the state stands beside the file itself, so that
    /// two names of it are one lock, and what is renamed is the file and not the link.
    static func target(of path: String) -> String {
        var target = path
        // More are an error to the system, too.
        for _ in 0..<40 {
            guard let next = try? FileManager.default.destinationOfSymbolicLink(atPath: target) else { break }
            let slash = next.hasPrefix("/") ? nil : target.lastIndex(of: "/")
            target = (slash.map { String(target[...$0]) } ?? "") + next
        }
        return target
    }

    struct Result: Sendable {
        var stateFile: StateFile
        var data: AppendLog.Data
        /// Nil for a file that is new.
        var state: LogState?
        /// What was found that somebody should know of.
        var notice: String?
    }

    func run() throws(SinkError) -> Result {
        let present = try attempt("cannot look at \(path)") { () throws(Descriptor.Failure) in
            try Descriptor.status(of: path)
        }
        guard present?.isRegular ?? true else {
            throw refusal(
                "it is no regular file",
                hint: "For a pipe or a device, redirect standard output to it instead.")
        }
        let hasState = try attempt("cannot look at \(statePath)") { () throws(Descriptor.Failure) in
            try Descriptor.status(of: statePath) != nil
        }
        guard hasState || present?.size ?? 0 == 0 else { throw foreign() }
        let stateFile = try StateFile(statePath, sink: name)
        guard let newest = stateFile.states.first else {
            guard !stateFile.isDamaged else {
                throw refusal(
                    "both places of its state, \(statePath), are damaged",
                    hint: "Move both files away to begin anew where the slot stands.")
            }
            // A process that ended before its first state.
            guard present?.size ?? 0 == 0 else { throw foreign() }
            return Result(stateFile: stateFile, data: try open(), state: nil)
        }
        if let present, present.inode == newest.inode {
            // The data was durable before its state: no crash makes it shorter.
            guard present.size >= newest.length else { throw short(path, present.size, newest) }
            return Result(stateFile: stateFile, data: try cut(path, to: newest), state: newest)
        }
        return try goOn(newest, stateFile, present)
    }

    /// The file of the state does not have this path any more: it was rotated or moved away, or put back from a copy.
    private func goOn(
        _ state: LogState, _ stateFile: StateFile, _ present: Descriptor.FileStatus?
    ) throws(SinkError) -> Result {
        let moved = try findMoved(state)
        if let moved {
            let data = try cut(moved, to: state)
            data.descriptor?.closeDescriptor()
        } else if let present, present.size > 0 {
            guard present.size >= state.length else { throw short(path, present.size, state) }
            var restored = state
            restored.inode = present.inode
            return Result(
                stateFile: stateFile, data: try cut(path, to: restored), state: restored,
                notice: "\(path) is a copy of the file that was written; going on in it")
        }
        guard present?.size ?? 0 == 0 else { throw foreign() }
        let notice =
            moved == nil && state.length > 0
            ? "\(path) was moved away; going on in a new one after \(state.held.last)" : nil
        return Result(stateFile: stateFile, data: try open(), state: state, notice: notice)
    }

    /// The file of the state in the same directory, by whatever name: one with its inode and with what was written. An inode
    /// alone says nothing, since that of a file that is gone is given to the next one that is made.
    private func findMoved(_ state: LogState) throws(SinkError) -> String? {
        guard state.length > 0 else { return nil }
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory)
        } catch {
            throw SinkError(
                sink: name, reason: "cannot look for the file that was written in \(directory): \(error)")
        }
        for name in names where !name.hasSuffix(Self.stateSuffix) {
            let candidate = directory + "/" + name
            guard let status = try? Descriptor.status(of: candidate), status.inode == state.inode,
                status.isRegular, status.size >= state.length
            else { continue }
            let isIt = try attempt("cannot look at \(candidate)") { () throws(Descriptor.Failure) in
                let descriptor = try Descriptor.openForReading(candidate)
                defer { descriptor.closeDescriptor() }
                return try LogState.tail(of: descriptor, length: state.length) == state.tail
            }
            if isIt { return candidate }
        }
        return nil
    }

    // MARK: Files

    private func open() throws(SinkError) -> AppendLog.Data {
        try attempt("cannot open \(path)") { () throws(Descriptor.Failure) in try openNew() }
    }

    /// Opens a file that is empty or not there yet; its name is durable then.
    func openNew() throws(Descriptor.Failure) -> AppendLog.Data {
        let descriptor = try Descriptor.openFile(path, creates: true)
        do throws(Descriptor.Failure) {
            let status = try descriptor.status()
            guard status.size == 0 else { throw Descriptor.Failure(code: EEXIST) }
            guard try descriptor.lock() else { throw Descriptor.Failure(code: EBUSY) }
            try Descriptor.synchronizeDirectory(directory)
            return AppendLog.Data(descriptor: descriptor, inode: status.inode)
        } catch {
            descriptor.closeDescriptor()
            throw error
        }
    }

    /// Opens a file and cuts it back to what its state says.
    private func cut(_ path: String, to state: LogState) throws(SinkError) -> AppendLog.Data {
        let (descriptor, isSame) = try attempt("cannot recover \(path)") { () throws(Descriptor.Failure) in
            let descriptor = try Descriptor.openFile(path, creates: false)
            do throws(Descriptor.Failure) {
                guard try descriptor.lock() else { throw Descriptor.Failure(code: EBUSY) }
                let isSame = try LogState.tail(of: descriptor, length: state.length) == state.tail
                if isSame, try descriptor.status().size > state.length {
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
                "\(path) is not what was written: its bytes up to \(state.length) do not end as its state says",
                hint: "Put the file back as it was. \(Self.anew)")
        }
        return AppendLog.Data(
            descriptor: descriptor, inode: state.inode, length: state.length, first: state.first,
            begun: state.firstCame)
    }

    // MARK: Errors

    private static let anew =
        "To begin anew where the slot stands, move it and its .walbrook file away; what lies between is then missing."

    private func attempt<Value>(
        _ what: String, _ body: () throws(Descriptor.Failure) -> Value
    ) throws(SinkError) -> Value {
        do {
            return try body()
        } catch {
            let kind: SinkError.Kind = error.code == EBUSY ? .busy : .failed
            throw SinkError(kind, sink: name, reason: "\(what): \(error.description)")
        }
    }

    private func refusal(_ reason: String, hint: String) -> SinkError {
        SinkError(.refused, sink: name, reason: reason, hint: hint)
    }

    private func foreign() -> SinkError {
        refusal(
            "\(path) is not empty, and there is no \(statePath) that says what is in it",
            hint: "Take another path, or move the file away.")
    }

    private func short(_ path: String, _ size: Int, _ state: LogState) -> SinkError {
        refusal(
            "\(path) has \(size) bytes where its state says \(state.length): events are missing",
            hint: "Put the file back as it was. \(Self.anew)")
    }
}
