internal import Replication

/// When a file is put aside, and under which name.
package struct FileRotation: Hashable, Sendable {
    /// Bytes from which on the next batch goes to a new file; nil for no limit.
    package var size: Int?
    /// Age of the first event from which on the file is put aside; nil for no limit.
    package var age: Duration?

    package init(size: Int? = nil, age: Duration? = nil) {
        self.size = size
        self.age = age
    }

    /// `dir/events.ndjson` with a first event at `00000000/016B3748-00000002` becomes
    /// `dir/events-00000000-016B3748-00000002.ndjson`.
    static func name(of path: String, first: Position) -> String {
        let position = "\(first)".replacing("/", with: "-")
        let start = path.lastIndex(of: "/").map { path.index(after: $0) } ?? path.startIndex
        // A dot in front is part of the name.
        guard let dot = path[start...].dropFirst().lastIndex(of: ".") else { return "\(path)-\(position)" }
        return "\(path[..<dot])-\(position)\(path[dot...])"
    }
}
