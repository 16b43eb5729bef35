internal import Glibc
internal import Replication

/// The file with an append log's state: two places, written in turn, so that one is whole whatever happens to the
/// other, and the process that has the log.
///
/// It is locked as long as it is open, which is as long as the process lives.
final class StateFile: Sendable {
    let path: String
    private let descriptor: Descriptor
    private let inode: UInt64
    /// Whole states, the newest first.
    let states: [LogState]
    /// Whether there was something in it that is not a state, and not the very first one, torn by a crash: before that
    /// is whole, nothing counts.
    let isDamaged: Bool
    /// Bytes behind the two places for the process that has the file.
    private static let holderSize = 32

    /// Opens and locks it; made if it is missing.
    ///
    /// - Throws: `SinkError` when another process has it, or it cannot be opened.
    init(_ path: String, sink: String) throws(SinkError) {
        self.path = path
        let (isOurs, holder): (Bool, String)
        do throws(Descriptor.Failure) {
            descriptor = try Descriptor.openFile(path, creates: true)
        } catch {
            throw SinkError(sink: sink, reason: "cannot open \(path): \(error.description)")
        }
        do throws(Descriptor.Failure) {
            isOurs = try descriptor.lock()
            let bytes = try descriptor.read(2 * LogState.size + Self.holderSize, at: 0)
            holder = String(
                decoding: bytes.dropFirst(2 * LogState.size).prefix { $0 != 0x0A }, as: UTF8.self)
            var states = Self.states(in: bytes)
            let firstPlace = Self.place(of: 1)
            isDamaged =
                states.isEmpty
                && bytes.prefix(2 * LogState.size).enumerated().contains { index, byte in
                    byte != 0 && index / LogState.size != firstPlace
                }
            inode = try descriptor.status().inode
            if isOurs {
                try Self.claim(descriptor, size: bytes.count)
                if !states.isEmpty { try Self.renew(&states[0], descriptor) }
            }
            self.states = states
        } catch {
            descriptor.closeDescriptor()
            throw SinkError(sink: sink, reason: "\(path): \(error.description)")
        }
        guard isOurs else {
            // All is initialized, so that `deinit` closes it.
            throw SinkError(
                .busy, sink: sink,
                reason: Int32(holder).map { "process \($0) writes it" } ?? "another process writes \(path)",
                hint: "Stop that one, or take another path.")
        }
    }

    private static func states(in bytes: [UInt8]) -> [LogState] {
        let places = [bytes.prefix(LogState.size), bytes.prefix(2 * LogState.size).dropFirst(LogState.size)]
        return places.compactMap { LogState(decoding: $0) }.sorted { $0.sequence > $1.sequence }
    }

    /// The newest state in a file that another process may be writing at this moment; nil if there is none.
    static func newestState(of path: String) throws(Descriptor.Failure) -> LogState? {
        let descriptor = try Descriptor.openForReading(path)
        defer { descriptor.closeDescriptor() }
        return states(in: try descriptor.read(2 * LogState.size, at: 0)).first
    }

    /// All of the file exists from now on, so that a full disk does not keep a state from being written.
    private static func claim(_ descriptor: Descriptor, size: Int) throws(Descriptor.Failure) {
        if size < 2 * LogState.size {
            try descriptor.write([UInt8](repeating: 0, count: 2 * LogState.size - size).span, at: size)
        }
        let holder = Array("\(getpid())\n".utf8)
        try descriptor.write(
            (holder + [UInt8](repeating: 0, count: holderSize - holder.count)).span, at: 2 * LogState.size)
        try descriptor.synchronizeData()
    }

    /// Writes the newest state once more, as the next one. A process that failed to synchronize it has left it in memory,
    /// where it looks as if it were on the disk.
    private static func renew(
        _ state: inout LogState, _ descriptor: Descriptor
    ) throws(Descriptor.Failure) {
        state.sequence += 1
        try write(state, descriptor)
    }

    private static func write(_ state: LogState, _ descriptor: Descriptor) throws(Descriptor.Failure) {
        guard let bytes = state.encoded else { throw Descriptor.Failure(code: EOVERFLOW) }
        try descriptor.write(bytes.span, at: place(of: state.sequence) * LogState.size)
        try descriptor.synchronizeData()
    }

    private static func place(of sequence: UInt64) -> Int {
        Int(sequence % 2)
    }

    deinit {
        descriptor.closeDescriptor()
    }

    /// Whether the next process would find it: nobody has deleted it, or moved it away.
    func isInPlace() throws(Descriptor.Failure) -> Bool {
        try Descriptor.status(of: path)?.inode == inode
    }

    /// Writes the state over the older one of the two, and waits until it is durable.
    func store(_ state: LogState) throws(Descriptor.Failure) {
        try Self.write(state, descriptor)
    }
}
