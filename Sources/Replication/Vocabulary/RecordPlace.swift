/// Where in the log a change of a transaction stands: the LSN of its record, and how many changes of the transaction up to
/// this one are of that record, since one record can hold many rows.
///
/// An ordinal counts what the server sends, and that can differ when it sends a transaction again: pgoutput can take a table
/// that joined the publication while the transaction was open for published the first time, and not the second. The log
/// stays as it is.
package struct RecordPlace: Hashable, Sendable {
    package private(set) var lsn: LSN
    package private(set) var count: UInt32

    /// Before the first change.
    package static let start = RecordPlace(lsn: .zero, count: 0)
    /// Behind the commit.
    package static let end = RecordPlace(lsn: LSN(.max), count: .max)

    /// The next change is of this record.
    @inline(__always)
    package mutating func advance(to record: LSN) {
        if record == lsn {
            count &+= 1
        } else {
            (lsn, count) = (record, 1)
        }
    }
}

extension RecordPlace: Comparable {
    package static func < (left: Self, right: Self) -> Bool {
        left.lsn == right.lsn ? left.count < right.count : left.lsn < right.lsn
    }
}

extension RecordPlace: LosslessStringConvertible {
    /// Reads `A/16B3748 3`.
    package init?(_ text: String) {
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, let lsn = LSN(String(parts[0])), let count = UInt32(parts[1]) else {
            return nil
        }
        self.init(lsn: lsn, count: count)
    }

    package var description: String { "\(lsn) \(count)" }
}
