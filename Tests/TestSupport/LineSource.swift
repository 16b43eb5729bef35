internal import Synchronization

/// Cuts what comes through a pipe into lines.
final class LineSource: Sendable {
    enum Next {
        case line(String)
        case timeout
        case end
    }

    private struct State {
        var descriptor: Descriptor?
        var buffer: [UInt8] = []
        var isAtEnd = false
    }

    private let state: Mutex<State>

    init(_ descriptor: Descriptor) {
        state = Mutex(State(descriptor: descriptor))
    }

    /// The next complete line, without its end. An unfinished last one is left for `read`.
    func next(until deadline: ContinuousClock.Instant) throws -> Next {
        try state.withLock { state in
            var searched = 0
            while true {
                if let end = state.buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                    let line = String(decoding: state.buffer[..<end], as: UTF8.self)
                    state.buffer.removeFirst(end + 1)
                    return .line(line)
                }
                if state.isAtEnd { return .end }
                searched = state.buffer.count
                guard try Self.fill(&state, until: deadline) else { return .timeout }
            }
        }
    }

    /// Bytes as they come.
    ///
    /// - Returns: nil when nothing came in time; no bytes at the end of the stream.
    func read(upTo count: Int, until deadline: ContinuousClock.Instant) throws -> [UInt8]? {
        try state.withLock { state in
            if state.buffer.isEmpty && !state.isAtEnd {
                guard try Self.fill(&state, until: deadline, upTo: count) else { return nil }
            }
            let bytes = Array(state.buffer.prefix(count))
            state.buffer.removeFirst(bytes.count)
            return bytes
        }
    }

    /// Closes the reading end, so that the writer gets SIGPIPE or EPIPE.
    func close() {
        state.withLock { state in
            state.descriptor = nil
            state.isAtEnd = true
        }
    }

    private static func fill(
        _ state: inout State, until deadline: ContinuousClock.Instant, upTo count: Int = 65_536
    ) throws -> Bool {
        guard let descriptor = state.descriptor else { throw TestFailure("the pipe is closed") }
        let limit = max(.zero, deadline - .now)
        guard let bytes = try descriptor.read(upTo: count, within: limit) else {
            return false
        }
        state.isAtEnd = bytes.isEmpty
        state.buffer += bytes
        return true
    }
}
