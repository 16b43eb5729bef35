internal import NIOCore
internal import Replication

/// Picks the lines that subscribers want out of memory that all of them share.
extension LineFilter {
    /// Nil for a request that wants all of them.
    init?(_ request: SubscriptionRequest) {
        let operations = request.operations.isEmpty ? nil : Set(request.operations)
        self.init(tables: TableFilter(included: request.tables.map { Glob($0) }), operations: operations)
        if wantsEverything { return nil }
    }

    /// Parts of whole lines that share its memory, the lines between them left out.
    ///
    /// - Parameter runs: those of `lines`.
    func slices(of lines: ByteBuffer, _ runs: [LineRun]) -> [ByteBuffer] {
        var chooser = LineChooser(self)
        var ranges: [Range<Int>] = []
        for run in runs where chooser.wants(run.head, in: lines.readableBytesUInt8Span) {
            if let last = ranges.last, last.upperBound == run.bytes.lowerBound {
                ranges[ranges.count - 1] = last.lowerBound..<run.bytes.upperBound
            } else {
                ranges.append(run.bytes)
            }
        }
        return ranges.compactMap {
            lines.getSlice(at: lines.readerIndex + $0.lowerBound, length: $0.count)
        }
    }
}

extension ByteBuffer {
    /// What there is for filters to choose from, in whole lines.
    var runs: [LineRun] { readableBytesUInt8Span.runs }
}
