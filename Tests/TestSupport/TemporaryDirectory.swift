internal import Foundation

/// A directory that lives as long as this object.
package final class TemporaryDirectory: Sendable {
    package let path: String

    package init() throws {
        path = try Scratch.newPath("t")
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// The path of a file in it.
    package func path(_ name: String) -> String {
        "\(path)/\(name)"
    }
}
