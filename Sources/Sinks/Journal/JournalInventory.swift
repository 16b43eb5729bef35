internal import FoundationEssentials
internal import Glibc
internal import Replication

/// The files in a journal's directory, to be compared with what its manifest says.
struct JournalInventory: Hashable {
    let directory: JournalDirectory
    /// The first events of all segments, in order.
    let segments: [Position]
    /// Those of all indexes, in order.
    let indexes: [Position]

    init(_ directory: JournalDirectory) throws(Descriptor.Failure) {
        self.directory = directory
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: directory.path)
        } catch {
            throw Descriptor.Failure(code: EIO)
        }
        segments = Self.positions(names, ".ndjson")
        indexes = Self.positions(names, ".index")
    }

    private static func positions(_ names: [String], _ suffix: String) -> [Position] {
        names.compactMap { name in
            guard name.utf8.count == 26 + suffix.utf8.count, name.hasSuffix(suffix) else { return nil }
            let parts = name.dropLast(suffix.count).split(separator: "-")
            return parts.count == 3 ? Position("\(parts[0])/\(parts[1])-\(parts[2])") : nil
        }.sorted()
    }

    /// The segments that count: what is not behind the floor was cut, and what is behind the newest was just begun.
    func kept(_ state: LogState) -> [Position] {
        guard let newest = state.first else { return [] }
        return segments.filter { $0 <= newest && ($0 > state.floor || $0 == newest) }
    }

    /// In what way these are not the segments that the manifest counts; nil if they are.
    ///
    /// Retention has the manifest say so before it deletes anything, and a segment is in the count as soon as it is the
    /// newest. So a crash leaves too many files, which do not count, and never too few.
    func fault(_ state: LogState) -> String? {
        guard let newest = state.first else { return nil }
        let kept = kept(state)
        // An index is deleted before its segment, so that one alone tells which was taken away.
        let known = Set(indexes.filter { $0 > state.floor && $0 < newest } + [newest]).subtracting(kept)
            .sorted()
        let missing = max(state.segments.map { $0 - kept.count } ?? 0, known.count)
        if missing > 0 {
            let names = known.map(directory.name).joined(separator: ", ")
            let which = known.isEmpty ? "" : known.count < missing ? ", \(names) among them" : ": \(names)"
            return
                "\(missing) of its \(kept.count + missing) segments \(missing == 1 ? "is" : "are") missing\(which)"
        }
        guard let count = state.segments, count < kept.count else { return nil }
        return "it has \(kept.count) segments, \(kept.count - count) more than were written"
    }

    /// What to do about it.
    static let hint =
        "Put the directory back as it was. To begin anew where the slot stands, move it away: what it holds is then "
        + "missing for subscribers, and its files can still be read with jq."
}
