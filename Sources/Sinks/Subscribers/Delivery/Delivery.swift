internal import NIOCore
internal import Replication

/// Where a delivery brings its lines. Belongs to the event loop.
protocol DeliveryOutlet: AnyObject {
    /// Whether what was written before has gone on its way, but for a bounded rest.
    var isWritable: Bool { get }
    func write(_ bytes: ByteBuffer)
    func flush()
    /// Everything up to the head was written.
    func caughtUp()
    /// It cannot go on.
    func refuse(_ refusal: Refusal)
    /// It was told to finish, and everything was written.
    func finished()
}

/// Brings one subscriber its events, each once and in order: out of the live window, or, behind that, out of the history.
/// Belongs to the event loop.
///
/// | mode | goes on to |
/// |---|---|
/// | live | history, when the window has forgotten what comes next; ended |
/// | history | live, when nothing is missing any more between what was read and the window; ended |
/// | ended | |
final class Delivery {
    enum Mode {
        /// The number of the piece that comes next.
        case live(next: UInt64)
        case history(HistoryReading)
        case ended
    }

    let filter: LineFilter?
    private(set) var mode: Mode
    /// Up to where everything that is wanted was written. Where the mode changes, a batch ends there.
    private(set) var passed: Position
    private let source: EventSource
    private unowned let outlet: any DeliveryOutlet
    private var isPumping = false
    private var isReading = false

    init(
        _ source: EventSource, from start: EventSource.Start, filter: LineFilter?,
        outlet: any DeliveryOutlet
    ) {
        self.source = source
        self.filter = filter
        self.outlet = outlet
        switch start {
        case .now:
            mode = .live(next: source.window.end)
            passed = source.head
        case .after(let position, let reader):
            mode = .history(HistoryReading(reader, filter: filter, pool: source.pool))
            passed = position
        }
    }

    var isLive: Bool {
        if case .live = mode { true } else { false }
    }

    /// Bytes in the window that it has not taken yet.
    var waitingBytes: Int {
        guard case .live(let next) = mode else { return 0 }
        return (next..<source.window.end).reduce(0) { $0 + (source.window[$1]?.bytes.readableBytes ?? 0) }
    }

    /// Writes what there is, as long as it is taken.
    func pump() {
        guard !isPumping else { return }
        isPumping = true
        defer { isPumping = false }
        while true {
            switch mode {
            case .live:
                guard pumpLive() else { return }
            case .history(let reading):
                return read(reading)
            case .ended:
                return
            }
        }
    }

    /// The window has forgotten pieces.
    func windowMoved() {
        guard case .live(let next) = mode, next < source.window.start else { return }
        fallBehind()
        pump()
    }

    func end() {
        if case .history(let reading) = mode, !isReading { reading.close() }
        mode = .ended
    }

    // MARK: Live

    /// Returns whether there may be more to do.
    private func pumpLive() -> Bool {
        var hasWritten = false
        while case .live(let next) = mode, outlet.isWritable {
            guard next < source.window.end else { break }
            guard let piece = source.window[next] else {
                fallBehind()
                break
            }
            mode = .live(next: next + 1)
            // Read from the history already, just before it came here.
            guard piece.first > passed else { continue }
            for slice in piece.slices(filter) {
                outlet.write(slice)
                hasWritten = true
            }
            passed = piece.last
        }
        if hasWritten { outlet.flush() }
        guard case .live(let next) = mode else { return true }
        if next < source.window.end { return outlet.isWritable }
        if source.isFinishing { outlet.finished() }
        return false
    }

    private func fallBehind() {
        do throws(Refusal) {
            guard let history = source.history else {
                throw Refusal(
                    .slow, "it was not read fast enough, and there is no journal to go on from",
                    passed: passed)
            }
            let reader = try source.reader(of: history, after: passed)
            mode = .history(HistoryReading(reader, filter: filter, pool: source.pool))
        } catch {
            mode = .ended
            outlet.refuse(error)
        }
    }

    // MARK: History

    private func read(_ reading: HistoryReading) {
        guard !isReading, outlet.isWritable else { return }
        isReading = true
        reading.next(on: source.loop).assumeIsolated().whenComplete { result in
            self.isReading = false
            guard case .history = self.mode else { return reading.close() }
            self.didRead(result, reading)
            self.pump()
        }
    }

    private func didRead(_ result: Result<HistoryReading.Lines?, any Error>, _ reading: HistoryReading) {
        switch result {
        case .success(let lines?):
            for slice in lines.slices { outlet.write(slice) }
            if !lines.slices.isEmpty { outlet.flush() }
            passed = max(passed, lines.last)
        case .success(nil):
            // What has become durable meanwhile is in the window, or was forgotten again and is read now.
            guard let number = source.window.number(behind: passed) else { return }
            reading.close()
            mode = .live(next: number)
            outlet.caughtUp()
        case .failure(let error):
            reading.close()
            mode = .ended
            let error = error as? HistoryError ?? .failed("it is being closed")
            outlet.refuse(Refusal(error))
        }
    }
}

extension Refusal {
    init(_ error: HistoryError) {
        switch error {
        case .gone(let extent):
            self.init(
                .gone, "that position is not in the journal", oldest: extent.floor, head: extent.head)
        case .incomplete(let reason), .failed(let reason):
            self.init(.failed, "the journal cannot be read: \(reason)")
        }
    }
}
