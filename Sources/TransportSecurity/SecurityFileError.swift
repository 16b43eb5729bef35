/// A certificate or key that cannot be used.
package struct SecurityFileError: Error, Hashable, Sendable, CustomStringConvertible {
    package var path: String
    package var reason: String

    package var description: String { "cannot use \(path): \(reason)" }

    static func reading<Content>(
        _ path: String, _ body: () throws -> Content
    ) throws(SecurityFileError) -> Content {
        do {
            return try body()
        } catch {
            throw SecurityFileError(path: path, reason: "\(error)")
        }
    }
}
