internal import Foundation

extension WalbrookProcess {
    /// The port that it listens on for subscribers, once it says so. Blocks.
    package func subscriberPort() throws -> Int {
        try waitForStandardError(containing: "listening address=tcp://")
        guard let found = standardError.firstMatch(of: /listening address=tcp:\/\/\S*:([0-9]+)/),
            let port = Int(found.1)
        else { throw TestFailure("no port in: \(standardError)") }
        return port
    }

    /// How many descriptors it has open.
    package var descriptors: Int {
        get throws { try FileManager.default.contentsOfDirectory(atPath: "/proc/\(pid)/fd").count }
    }
}
