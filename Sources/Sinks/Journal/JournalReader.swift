internal import Replication
internal import Synchronization

/// Reads segments from one position on.
final class JournalReader: HistoryReader {
    private struct Place {
        var segment: JournalSegment
        /// Opened when it is read first.
        var descriptor: Descriptor?
        var offset = 0
        /// Whether the lines that are not wanted at the start have been passed.
        var isPositioned = false
    }

    private let directory: JournalDirectory
    private let start: Position
    private let contents: @Sendable () throws(HistoryError) -> JournalContents
    /// Told of the segment that it reads, whenever it gets on, and of nil when it is closed.
    private let moved: @Sendable (Position?) -> Void
    private let place: Mutex<Place?>

    /// - Parameters:
    ///   - segment: where the first event behind `start` is.
    ///   - contents: what the journal holds at this moment.
    init(
        _ directory: JournalDirectory, after start: Position, in segment: JournalSegment?,
        contents: @escaping @Sendable () throws(HistoryError) -> JournalContents,
        moved: @escaping @Sendable (Position?) -> Void = { _ in }
    ) {
        self.directory = directory
        self.start = start
        self.contents = contents
        self.moved = moved
        place = Mutex(segment.map { Place(segment: $0) })
    }

    deinit {
        close()
    }

    func next(bytes: Int) throws(HistoryError) -> HistoryChunk? {
        try place.withLock { place throws(HistoryError) in
            while true {
                let contents = try contents()
                guard try enter(&place, contents) else { return nil }
                guard var here = place else { return nil }
                guard let segment = contents.segments.first(where: { $0.first == here.segment.first }) else {
                    throw .gone(contents.extent)
                }
                here.segment = segment
                defer { place = here }
                do throws(Descriptor.Failure) {
                    let descriptor = try open(&here)
                    if !here.isPositioned { try position(&here, descriptor) }
                    if let chunk = try read(bytes, &here, descriptor) {
                        moved(segment.first)
                        return chunk
                    }
                } catch {
                    if error.isMissing { throw .gone(contents.extent) }
                    throw .failed("cannot read \(directory.segment(segment.first)): \(error.description)")
                }
                guard let next = contents.segment(behind: segment) else { return nil }
                here.descriptor?.closeDescriptor()
                here = Place(segment: next)
                moved(next.first)
            }
        }
    }

    func close() {
        place.withLock { place in
            place?.descriptor?.closeDescriptor()
            place = nil
        }
        moved(nil)
    }

    /// In a journal that had no segment when this reader was made. Returns whether there is one now.
    private func enter(_ place: inout Place?, _ contents: JournalContents) throws(HistoryError) -> Bool {
        if place == nil { place = contents.segment(after: start).map { Place(segment: $0) } }
        return place != nil
    }

    private func open(_ place: inout Place) throws(Descriptor.Failure) -> Descriptor {
        if let descriptor = place.descriptor { return descriptor }
        let descriptor = try Descriptor.openForReading(directory.segment(place.segment.first))
        place.descriptor = descriptor
        return descriptor
    }

    /// Passes the lines up to the one that it begins after.
    private func position(_ place: inout Place, _ descriptor: Descriptor) throws(Descriptor.Failure) {
        place.offset = min(place.segment.index.offset(after: start), place.segment.length)
        while place.offset < place.segment.length {
            let bytes = try wholeLines(64 * 1024, place, descriptor)
            var at = 0
            while let end = bytes.span.lineEnd(from: at) {
                guard let line = EventLine(bytes.span, from: at) else { throw .damaged }
                if line.position > start {
                    place.offset += at
                    place.isPositioned = true
                    return
                }
                at = end
            }
            place.offset += bytes.count
        }
        // At the head: what comes is behind it.
        place.isPositioned = true
    }

    private func read(
        _ count: Int, _ place: inout Place, _ descriptor: Descriptor
    ) throws(Descriptor.Failure) -> HistoryChunk? {
        guard place.offset < place.segment.length else { return nil }
        let bytes = try wholeLines(count, place, descriptor)
        guard let line = EventLine(bytes.span, from: bytes.span.lineStart(before: bytes.count)) else {
            throw .damaged
        }
        place.offset += bytes.count
        return HistoryChunk(bytes: bytes, last: line.position)
    }

    /// About so many bytes from the present place on, at least one line.
    private func wholeLines(
        _ count: Int, _ place: Place, _ descriptor: Descriptor
    ) throws(Descriptor.Failure) -> [UInt8] {
        let left = place.segment.length - place.offset
        var size = max(count, 4096)
        while true {
            var bytes = try descriptor.read(min(size, left), at: place.offset)
            if let end = bytes.span.endOfWholeLines {
                bytes.removeLast(bytes.count - end)
                return bytes
            }
            guard bytes.count == size, size < left else { throw .damaged }
            size *= 2
        }
    }
}
