import Replication

extension OutputBuffer {
    /// An interval as PostgreSQL prints it in the style iso_8601, `P1Y2M3DT4H5M6.7S` with a sign for each field: the sum
    /// in microseconds, a day having 24 hours and a month 30.4375 days. The longest take more than 64 bits.
    mutating func appendMicroseconds(
        interval source: borrowing Span<UInt8>, _ range: Range<Int>
    ) -> Bool {
        var scanner = ItemScanner(range)
        guard scanner.take("P", source) else { return false }
        var (sum, isTime): (Int128, Bool) = (0, false)
        // There are no more fields than these, and so none that add up to more than fits.
        for _ in 0..<6 where !scanner.isAtEnd {
            if !isTime, scanner.take("T", source) { isTime = true }
            let isNegative = scanner.take("-", source)
            guard let whole = scanner.digits(source) else { return false }
            var fraction: Int64?
            if scanner.take(".", source) {
                fraction = scanner.microsecondsOfFraction(source)
                guard fraction != nil else { return false }
            }
            guard let unit = scanner.unit(source, isTime: isTime), fraction == nil || unit == 1_000_000 else {
                return false
            }
            let field = Int128(whole.value) * unit + Int128(fraction ?? 0)
            sum += isNegative ? -field : field
        }
        guard scanner.isAtEnd else { return false }
        appendDecimal(sum)
        return true
    }
}

extension ItemScanner {
    /// Reads a field's letter: the field's length in microseconds.
    fileprivate mutating func unit(_ source: borrowing Span<UInt8>, isTime: Bool) -> Int128? {
        guard let letter = peek(source) else { return nil }
        _ = take(letter, source)
        return switch (letter, isTime) {
        case (UInt8(ascii: "S"), true): 1_000_000
        case (UInt8(ascii: "M"), true): 60_000_000
        case (UInt8(ascii: "H"), true): 3_600_000_000
        case (UInt8(ascii: "D"), false): 86_400_000_000
        case (UInt8(ascii: "M"), false): 2_629_800_000_000
        case (UInt8(ascii: "Y"), false): 31_557_600_000_000
        default: nil
        }
    }
}
