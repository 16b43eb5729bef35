/// A log sequence number: a byte position in the server's write-ahead log.
///
/// PostgreSQL manual, chapter 30 "WAL Internals", and section 8.20 "pg_lsn Type".
package struct LSN: Hashable, Comparable, Sendable {
    /// The position in bytes from the start of the log.
    package var value: UInt64

    package init(_ value: UInt64) {
        self.value = value
    }

    /// `0/0`, which PostgreSQL calls the invalid LSN: no position at all.
    package static let zero = LSN(0)

    @inlinable
    package static func < (left: LSN, right: LSN) -> Bool {
        left.value < right.value
    }

    /// The position an idle log reports when this insert position stands right behind a page header.
    ///
    /// `pg_current_wal_insert_lsn()` counts the header of a page whose first record is not written yet, while the
    /// server's "everything sent" stops at the page's start. A short header has 24 bytes, the long one at the start
    /// of a segment 40.
    package func roundedToPageStart(pageSize: UInt64, segmentSize: UInt64) -> LSN {
        let (shortHeader, longHeader): (UInt64, UInt64) = (24, 40)
        if segmentSize > 0, value % segmentSize == longHeader { return LSN(value - longHeader) }
        if pageSize > 0, value % pageSize == shortHeader { return LSN(value - shortHeader) }
        return self
    }
}

extension LSN: LosslessStringConvertible {
    /// Reads `16/B374D848` in PostgreSQL's form, with or without leading zeros.
    package init?(_ text: String) {
        let halves = text.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard halves.count == 2,
            let high = UInt32(hexadecimal: halves[0]), let low = UInt32(hexadecimal: halves[1])
        else { return nil }
        value = UInt64(high) << 32 | UInt64(low)
    }

    /// PostgreSQL's own form, such as `16/B374D848`.
    package var description: String {
        String(value >> 32, radix: 16, uppercase: true) + "/"
            + String(value & 0xFFFF_FFFF, radix: 16, uppercase: true)
    }
}

extension UInt32 {
    /// Reads one to eight hexadecimal digits and nothing else (no sign, no prefix).
    init?(hexadecimal digits: some Collection<UInt8>) {
        guard (1...8).contains(digits.count) else { return nil }
        self = 0
        for digit in digits {
            switch digit {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): self = self << 4 | UInt32(digit - UInt8(ascii: "0"))
            case UInt8(ascii: "A")...UInt8(ascii: "F"):
                self = self << 4 | UInt32(digit - UInt8(ascii: "A") + 10)
            case UInt8(ascii: "a")...UInt8(ascii: "f"):
                self = self << 4 | UInt32(digit - UInt8(ascii: "a") + 10)
            default: return nil
            }
        }
    }
}
