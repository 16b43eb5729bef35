/// Where a file is or will be, whatever path leads there.
package struct FilePlace: Hashable, Sendable {
    private let device: UInt64
    private let directory: UInt64
    /// By bytes, as the system compares names.
    private var name: [UInt8]

    /// Nil where there is no such directory.
    package init?(path: String) {
        let file = FileRecovery(path: FileRecovery.target(of: path), name: path)
        guard let status = try? Descriptor.status(of: file.directory) else { return nil }
        device = status.device
        directory = status.inode
        name = Array(file.path.utf8.split(separator: UInt8(ascii: "/")).last ?? [])
    }

    /// Where the state of that file is kept.
    package var state: FilePlace {
        var place = self
        place.name += Array(FileRecovery.stateSuffix.utf8)
        return place
    }
}
