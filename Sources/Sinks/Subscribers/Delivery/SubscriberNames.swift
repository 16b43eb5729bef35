internal import Dispatch
internal import Replication
internal import Synchronization

/// The positions that durable subscriptions have acknowledged: a file for each name, replaced as a whole, so that a crash
/// leaves the old position or the new one.
package final class SubscriberNames: Sendable {
    private struct State {
        /// Names that a connection has.
        var taken: Set<String> = []
        /// Positions that are on their way to the disk.
        var waiting: [String: Position] = [:]
        var isStoring = false
        /// Called when what was acknowledged before is durable, with the reason if it is not.
        var callers: [@Sendable (String?) -> Void] = []
    }

    private let directory: String
    private let queue = DispatchQueue(label: "walbrook.names")
    private let state = Mutex(State())

    /// - Parameter directory: made if it is missing.
    package init(directory: String) throws(SinkError) {
        self.directory = directory
        do throws(Descriptor.Failure) {
            try Descriptor.makeDirectory(directory)
        } catch {
            throw SinkError(sink: directory, reason: "cannot be made: \(error.description)")
        }
    }

    /// Takes a name for one connection; false if another one has it.
    func take(_ name: String) -> Bool {
        state.withLock { $0.taken.insert(name).inserted }
    }

    func release(_ name: String) {
        state.withLock { _ = $0.taken.remove(name) }
    }

    /// Looks up a name; nil for one that is new.
    func load(_ name: String, _ then: @escaping @Sendable (Result<Position?, Refusal>) -> Void) {
        queue.async { [self] in
            do throws(Descriptor.Failure) {
                let text = String(
                    decoding: try Descriptor.contents(of: path(name), limit: 256), as: UTF8.self)
                guard text.last == "\n", let position = Position(String(text.dropLast())) else {
                    return then(.failure(Refusal(.failed, "the position of \(name) cannot be read")))
                }
                then(.success(position))
            } catch {
                guard error.isMissing else {
                    return then(
                        .failure(
                            Refusal(.failed, "the position of \(name) cannot be read: \(error.description)")))
                }
                then(.success(nil))
            }
        }
    }

    /// Goes on behind this position the next time. Durable a little later; see `whenStored`.
    func acknowledge(_ position: Position, by name: String) {
        state.withLock { state in
            state.waiting[name] = position
            guard !state.isStoring else { return }
            state.isStoring = true
            queue.async { self.store() }
        }
    }

    /// Calls `body`, at once or later, when everything acknowledged so far is durable; with the reason if it is not.
    func whenStored(_ body: @escaping @Sendable (String?) -> Void) {
        let isStored = state.withLock { state in
            if state.isStoring { state.callers.append(body) }
            return !state.isStoring
        }
        if isStored { body(nil) }
    }

    /// Waits until everything acknowledged is durable.
    func drain() {
        queue.sync {}
    }

    private func store() {
        var failure: String?
        while true {
            let (positions, callers) = state.withLock { state in
                defer {
                    state.waiting = [:]
                    state.callers = []
                }
                if state.waiting.isEmpty { state.isStoring = false }
                return (state.waiting, state.callers)
            }
            do throws(Descriptor.Failure) {
                for (name, position) in positions { try store(position, of: name) }
                if !positions.isEmpty {
                    try Descriptor.synchronizeDirectory(directory)
                    failure = nil
                }
            } catch {
                failure = error.description
            }
            for caller in callers { caller(failure) }
            if positions.isEmpty { return }
        }
    }

    private func store(_ position: Position, of name: String) throws(Descriptor.Failure) {
        // No name begins with a dot.
        let new = "\(directory)/.\(name).new"
        let file = try Descriptor.openFile(new, creates: true)
        defer { file.closeDescriptor() }
        try file.truncate(to: 0)
        try file.write(Array("\(position)\n".utf8).span, at: 0)
        try file.synchronizeData()
        try Descriptor.rename(new, to: path(name))
    }

    private func path(_ name: String) -> String { "\(directory)/\(name)" }
}
