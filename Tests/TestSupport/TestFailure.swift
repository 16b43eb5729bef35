/// What a test sees when its equipment or an expectation on a whole file, process or server fails.
///
/// One type for all of it: nobody catches these, a person reads them.
package struct TestFailure: Error, CustomStringConvertible {
    package let description: String

    package init(_ description: String) {
        self.description = description
    }
}

extension String {
    /// The end of a log, which is where the reason of a failure stands.
    func tail(_ count: Int = 2_000) -> String {
        self.count <= count ? self : "…" + suffix(count)
    }
}

extension Duration {
    /// For the interfaces of Foundation and poll(2), which know no `Duration`.
    var inSeconds: Double {
        let (seconds, attoseconds) = components
        return Double(seconds) + Double(attoseconds) * 1e-18
    }
}
