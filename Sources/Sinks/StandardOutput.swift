package import Replication

/// Standard output, for what is written once and as a whole; a stream of events has a sink.
package enum StandardOutput {
    /// Writes all of it. A reader that has gone wants no more, which is no error.
    ///
    /// - Returns: whether there is still a reader.
    /// - Throws: `SinkError` when it cannot be written.
    @discardableResult
    package static func write(_ bytes: borrowing OutputBuffer) throws(SinkError) -> Bool {
        do {
            try Descriptor(number: 1).writeAll(bytes)
        } catch {
            guard !error.isReaderGone else { return false }
            throw SinkError(sink: "stdout", reason: "cannot write: \(error.description)")
        }
        return true
    }
}
