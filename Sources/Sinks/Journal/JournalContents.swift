internal import Glibc
internal import Replication

/// What a journal holds at one moment.
struct JournalContents: Hashable, Sendable {
    /// In order; the last one may still grow.
    var segments: [JournalSegment] = []
    /// Only what is durable.
    var extent: HistoryExtent

    /// The segment in which the first event behind a position is, or will be.
    func segment(after position: Position) -> JournalSegment? {
        segments.last { $0.first <= position } ?? segments.first
    }

    func segment(behind other: JournalSegment) -> JournalSegment? {
        segments.first { $0.first > other.first }
    }
}

/// A file of a journal.
struct JournalSegment: Hashable, Sendable {
    /// The first event in it, from which it has its name.
    var first: Position
    /// Bytes in it that are durable.
    var length: Int
    var index = SegmentIndex()
}

/// A journal's directory, and how the files in it are called.
struct JournalDirectory: Hashable, Sendable {
    let path: String

    var manifest: String { path + "/manifest" }

    /// `00000000-016B3748-00000002.ndjson`.
    func name(_ first: Position) -> String {
        "\(first)".replacing("/", with: "-") + ".ndjson"
    }

    func segment(_ first: Position) -> String {
        path + "/" + name(first)
    }

    func index(_ first: Position) -> String {
        path + "/" + "\(first)".replacing("/", with: "-") + ".index"
    }

    /// Makes what was created or deleted in it durable.
    func synchronize() throws(Descriptor.Failure) {
        try Descriptor.synchronizeDirectory(path)
    }

    /// Deletes a segment; its index first, which is of no use alone.
    func delete(_ first: Position) throws(Descriptor.Failure) {
        for path in [index(first), segment(first)] {
            do throws(Descriptor.Failure) {
                try Descriptor.delete(path)
            } catch {
                guard error.isMissing else { throw error }
            }
        }
    }

    /// Keeps the index of a segment that is complete.
    func store(_ index: SegmentIndex, of first: Position) throws(Descriptor.Failure) {
        let descriptor = try Descriptor.openFile(self.index(first), creates: true)
        defer { descriptor.closeDescriptor() }
        try descriptor.truncate(to: 0)
        try descriptor.write(index.encoded.span, at: 0)
        try descriptor.synchronizeData()
    }

    /// The index that is kept; nil if there is none that is whole.
    func storedIndex(of first: Position) -> SegmentIndex? {
        guard let descriptor = try? Descriptor.openForReading(index(first)) else { return nil }
        defer { descriptor.closeDescriptor() }
        guard let size = try? descriptor.status().size, let bytes = try? descriptor.read(size, at: 0) else {
            return nil
        }
        return SegmentIndex(decoding: bytes)
    }

    /// The index made from the lines.
    func readIndex(of first: Position, length: Int) throws(Descriptor.Failure) -> SegmentIndex {
        let descriptor = try Descriptor.openForReading(segment(first))
        defer { descriptor.closeDescriptor() }
        return try SegmentIndex(reading: descriptor, length: length)
    }
}

extension Descriptor.Failure {
    /// The lines are not those of a journal.
    static let damaged = Descriptor.Failure(code: EBADMSG)
}
