import Replication
import Sinks
import Synchronization

/// Events that are durable as soon as they are added, for tests of who reads them.
final class MemoryHistory: EventHistory {
    private struct State {
        var lines: [(position: Position, bytes: [UInt8])] = []
        var extent = HistoryExtent(floor: .start, head: .start)
        var follower: (@Sendable (Batch) -> Void)?
        var readers = 0
        var reads = 0
    }

    private let state = Mutex(State())

    var extent: HistoryExtent { state.withLock(\.extent) }
    /// Readers that are open.
    var readers: Int { state.withLock(\.readers) }
    /// Chunks that were read.
    var reads: Int { state.withLock(\.reads) }

    func follow(_ body: @escaping @Sendable (Batch) -> Void) {
        state.withLock { $0.follower = body }
    }

    func add(_ batch: Batch, _ lines: [(position: Position, bytes: [UInt8])]) {
        let follower = state.withLock { state in
            state.lines += lines
            state.extent.head = batch.last
            return state.follower
        }
        follower?(batch)
    }

    /// Forgets everything up to an event.
    func cut(through floor: Position) {
        state.withLock { state in
            state.lines.removeAll { $0.position <= floor }
            state.extent.floor = floor
        }
    }

    func reader(after position: Position) throws(HistoryError) -> any HistoryReader {
        let extent = extent
        guard position >= extent.floor, position <= extent.head else { throw .gone(extent) }
        state.withLock { $0.readers += 1 }
        return Reader(self, position)
    }

    private final class Reader: HistoryReader {
        private let history: MemoryHistory
        private let position: Mutex<Position>

        init(_ history: MemoryHistory, _ position: Position) {
            self.history = history
            self.position = Mutex(position)
        }

        func next(bytes: Int) throws(HistoryError) -> HistoryChunk? {
            let start = position.withLock(\.self)
            let (chunk, extent) = history.state.withLock { state in
                state.reads += 1
                var chunk: HistoryChunk?
                // By binary search: what is read again and again is long.
                var (low, high) = (0, state.lines.count)
                while low < high {
                    let middle = (low + high) / 2
                    if state.lines[middle].position <= start { low = middle + 1 } else { high = middle }
                }
                for line in state.lines[low...] {
                    if let length = chunk?.bytes.count, length + line.bytes.count > bytes { break }
                    if chunk == nil { chunk = HistoryChunk(bytes: [], last: line.position) }
                    chunk?.bytes += line.bytes
                    chunk?.last = line.position
                }
                return (chunk, state.extent)
            }
            if start < extent.floor { throw .gone(extent) }
            if let chunk { position.withLock { $0 = chunk.last } }
            return chunk
        }

        func close() {
            history.state.withLock { $0.readers -= 1 }
        }
    }
}
