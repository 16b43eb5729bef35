internal import Glibc
internal import Replication

/// The file with an append log's state: two places, written in turn, so that one is whole whatever happens to the
/// other, and the process that has the log.
///
/// It is locked as long as it is open, which is as long as the process lives.
final class StateFile: Sendable {
    let path: String
    private let descriptor: Descriptor
    /// Whole states, the newest first.
    let states: [LogState]
    /// Whether there was something in it that is not a state.
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
            states = Self.states(in: bytes)
            isDamaged = states.isEmpty && bytes.prefix(2 * LogState.size).contains { $0 != 0 }
            if isOurs { try Self.claim(descriptor, size: bytes.count) }
        } catch {
            descriptor.closeDescriptor()
            throw SinkError(sink: sink, reason: "\(path): \(error.description)")
        }
        guard isOurs else {
            descriptor.closeDescriptor()
            throw SinkError(
                .busy, sink: sink, reason: "process \(holder) writes it",
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

    deinit {
        descriptor.closeDescriptor()
    }

    /// Writes the state over the older one of the two, and waits until it is durable.
    func store(_ state: LogState) throws(Descriptor.Failure) {
        guard let bytes = state.encoded else { throw Descriptor.Failure(code: EOVERFLOW) }
        try descriptor.write(bytes.span, at: Int(state.sequence % 2) * LogState.size)
        try descriptor.synchronizeData()
    }
}
