/// A position as it stands in an event, parsed anew here: the tests check the program's own idea of it.
package struct EventPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The number of bytes of `0000000A/016B3748-00000003`.
    package static let length = 26

    package let commitLSN: UInt64
    package let ordinal: UInt32

    /// nil when the text is not exactly in the fixed form, with capital letters.
    package init?(_ text: String) {
        let bytes = Array(text.utf8)
        self.init(bytes.span)
    }

    init?(_ bytes: Span<UInt8>) {
        guard bytes.count == Self.length else { return nil }
        var digits: UInt64 = 0
        var lsn: UInt64 = 0
        for index in 0..<Self.length {
            let byte = bytes[index]
            switch (index, byte) {
            case (8, UInt8(ascii: "/")): continue
            case (17, UInt8(ascii: "-")):
                lsn = digits
                digits = 0
            case (8, _), (17, _): return nil
            case (_, 0x30...0x39): digits = digits << 4 | UInt64(byte - 0x30)
            case (_, 0x41...0x46): digits = digits << 4 | UInt64(byte - 0x41 + 10)
            default: return nil
            }
        }
        commitLSN = lsn
        ordinal = UInt32(digits)
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.commitLSN, left.ordinal) < (right.commitLSN, right.ordinal)
    }

    package var description: String {
        func hexadecimal(_ value: UInt64) -> String {
            let digits = String(value, radix: 16, uppercase: true)
            return String(repeating: "0", count: 8 - digits.count) + digits
        }
        let (high, low) = (commitLSN >> 32, commitLSN & 0xffff_ffff)
        return "\(hexadecimal(high))/\(hexadecimal(low))-\(hexadecimal(UInt64(ordinal)))"
    }
}
