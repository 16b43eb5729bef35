/// An integer of any length, built from decimal digits and taken apart into bytes.
struct LongInteger: ~Copyable {
    /// The lowest first. The sign stands in the highest bit of the last one only after `negate`.
    private var words: [UInt64] = []
    private var isNegative = false

    /// What a number without its sign needs.
    mutating func multiply(by factor: UInt64, adding summand: UInt64) {
        var carry = summand
        for index in words.indices {
            let (high, low) = words[index].multipliedFullWidth(by: factor)
            let (sum, overflow) = low.addingReportingOverflow(carry)
            words[index] = sum
            carry = high + (overflow ? 1 : 0)
        }
        if carry > 0 { words.append(carry) }
    }

    /// Turns it into its two's complement.
    mutating func negate() {
        var carry = true
        for index in words.indices {
            let (sum, overflow) = (~words[index]).addingReportingOverflow(carry ? 1 : 0)
            words[index] = sum
            carry = overflow
        }
        // Zero is its own complement.
        isNegative = !carry
    }

    /// How many bytes hold it with its sign.
    var byteCount: Int {
        let filler: UInt64 = isNegative ? .max : 0
        guard let last = words.lastIndex(where: { $0 != filler }) else { return 1 }
        let significant = 64 - (words[last] ^ filler).leadingZeroBitCount
        return last * 8 + significant / 8 + 1
    }

    /// A byte, counted from the lowest.
    subscript(byte index: Int) -> UInt8 {
        let word = index / 8
        guard word < words.count else { return isNegative ? 0xFF : 0 }
        return UInt8(truncatingIfNeeded: words[word] >> UInt64(8 * (index % 8)))
    }
}
