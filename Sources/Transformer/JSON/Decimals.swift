import Replication

/// Writing integers in decimal, eight digits at a time.
extension OutputBuffer {
    @inline(__always)
    mutating func appendDecimal(_ value: UInt64) {
        let unit: UInt64 = 100_000_000
        guard value >= unit else { return appendLeadingDigits(value) }
        let (upper, low) = value.quotientAndRemainder(dividingBy: unit)
        if upper < unit {
            appendLeadingDigits(upper)
        } else {
            let (high, middle) = upper.quotientAndRemainder(dividingBy: unit)
            appendLeadingDigits(high)
            append(word: Self.digits(middle) | Self.zeros)
        }
        append(word: Self.digits(low) | Self.zeros)
    }

    @inline(__always)
    mutating func appendDecimal(_ value: Int64) {
        if value < 0 { append(UInt8(ascii: "-")) }
        appendDecimal(value.magnitude)
    }

    /// A number that mostly has 64 bits.
    mutating func appendDecimal(_ value: Int128) {
        if let small = Int64(exactly: value) { return appendDecimal(small) }
        let unit: UInt128 = 10_000_000_000_000_000
        let (high, low) = value.magnitude.quotientAndRemainder(dividingBy: unit)
        if value < 0 { append(UInt8(ascii: "-")) }
        let (top, middle) = high.quotientAndRemainder(dividingBy: unit)
        if top > 0 {
            appendDecimal(UInt64(top))
            appendDecimal(UInt64(middle), width: 16)
        } else {
            appendDecimal(UInt64(middle))
        }
        appendDecimal(UInt64(low), width: 16)
    }

    /// Appends `value` with leading zeros to at least `width` digits.
    mutating func appendDecimal(_ value: UInt64, width: Int) {
        let (upper, low) = value.quotientAndRemainder(dividingBy: 100_000_000)
        guard upper > 0 || width > 8 else { return appendLeadingDigits(low, width: width) }
        appendDecimal(upper, width: width - 8)
        append(word: Self.digits(low) | Self.zeros)
    }

    /// Appends a number of at most eight digits, with leading zeros to at least `width`.
    @inline(__always)
    private mutating func appendLeadingDigits(_ value: UInt64, width: Int = 1) {
        let digits = Self.digits(value)
        // The first digit is in the lowest byte.
        let leading = min(digits.trailingZeroBitCount / 8, 8 - max(width, 1))
        append(word: (digits | Self.zeros) >> UInt64(8 * leading), count: 8 - leading)
    }

    /// `0` eight times.
    private static var zeros: UInt64 { 0x3030_3030_3030_3030 }

    /// The eight digits of a number, one a byte, the first one lowest: halves, then pairs, then digits are parted, each
    /// step in all lanes of the word at once. Division is multiplication by the reciprocal, exact in these ranges.
    @inline(__always)
    private static func digits(_ value: UInt64) -> UInt64 {
        let halves = value / 10_000 | (value % 10_000) << 32
        let hundreds = (halves &* 10_486) >> 20 & 0x0000_007F_0000_007F
        let pairs = hundreds | (halves &- hundreds &* 100) << 16
        let tens = (pairs &* 103) >> 10 & 0x000F_000F_000F_000F
        return tens | (pairs &- tens &* 10) << 8
    }
}
