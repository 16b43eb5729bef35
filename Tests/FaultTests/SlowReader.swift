import Foundation
import Synchronization
import TestSupport

/// Reads the program's output a little at a time, until it is told to hurry.
final class SlowReader: Sendable {
    private let process: WalbrookProcess
    private let hurries = Mutex(false)

    init(_ process: WalbrookProcess) {
        self.process = process
    }

    func hurry() {
        hurries.withLock { $0 = true }
    }

    /// Blocks until that many lines have come.
    func readLines(_ count: Int, within limit: Duration = .seconds(120)) throws -> [String] {
        let deadline = ContinuousClock.now + limit
        var bytes: [UInt8] = []
        var lines = 0
        while lines < count {
            guard .now < deadline, let more = try process.read(), !more.isEmpty else {
                throw TestFailure("\(lines) lines of \(count) came\n\(process.standardError)")
            }
            lines += more.count { $0 == UInt8(ascii: "\n") }
            bytes += more
            if !hurries.withLock(\.self) { Thread.sleep(forTimeInterval: 0.2) }
        }
        return bytes.split(separator: UInt8(ascii: "\n")).map { String(decoding: $0, as: UTF8.self) }
    }
}
