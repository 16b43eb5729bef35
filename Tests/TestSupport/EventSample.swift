internal import Synchronization

/// Native lines that tests have read, whatever they read them for.
package enum EventSample {
    private static let lines = Mutex<[String]>([])
    /// Enough for all tests that read whole lines; there is no use in millions.
    private static let most = 100_000

    /// Takes the complete ones that begin as a native line does.
    static func note(_ line: String) {
        guard line.hasPrefix(#"{"pos":"#) else { return }
        lines.withLock { lines in
            if lines.count < most { lines.append(line) }
        }
    }

    /// All so far, which are forgotten.
    package static func take() -> [String] {
        lines.withLock { lines in
            defer { lines = [] }
            return lines
        }
    }
}
