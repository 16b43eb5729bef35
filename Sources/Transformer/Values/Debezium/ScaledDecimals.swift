import Replication

/// Decimal numbers as an integer and a scale, the integer in base64 of its bytes: big-endian, in two's complement, as few
/// as hold it (`java.math.BigDecimal` and `BigInteger.toByteArray`).
extension OutputBuffer {
    /// A number of a type with a scale: the scale is the type's, so only the integer is written.
    mutating func appendUnscaledDecimal(
        _ source: borrowing Span<UInt8>, _ range: Range<Int>, scale: Int
    ) -> Bool {
        guard let number = PrintedDecimal(source, range) else { return false }
        let dropped = number.fraction.count - scale
        // Digits past the scale are zeros: the type rounded the others away.
        guard dropped <= 0 || number.hasZeros(last: dropped, source) else { return false }
        appendInteger(number, source, scale: scale)
        return true
    }

    /// A number of a type without: zeros at the end of its fraction are no part of it.
    mutating func appendScaledDecimal(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        guard let number = PrintedDecimal(source, range) else { return false }
        var scale = number.fraction.count
        while scale > 0, source[number.fraction.lowerBound + scale - 1] == UInt8(ascii: "0") { scale -= 1 }
        append("{\"scale\":")
        appendDecimal(UInt64(scale))
        append(",\"value\":")
        appendInteger(number, source, scale: scale)
        append("}")
        return true
    }

    /// money as it is printed in the locale C: `-$1,234.50`.
    mutating func appendMoney(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        var scanner = ItemScanner(range)
        let isNegative = scanner.take("-", source)
        _ = scanner.take("$", source)
        var cents: Int128 = 0
        repeat {
            // More than the type can hold is no money.
            guard let group = scanner.digits(source), group.count <= 3, cents < Int128(Int64.max) else {
                return false
            }
            cents = cents * 1000 + Int128(group.value)
        } while scanner.take(",", source)
        guard scanner.take(".", source), let fraction = scanner.digits(source), fraction.count == 2,
            scanner.isAtEnd
        else { return false }
        cents = cents * 100 + Int128(fraction.value)
        appendBytes(of: isNegative ? -cents : cents)
        return true
    }

    private mutating func appendInteger(
        _ number: PrintedDecimal, _ source: borrowing Span<UInt8>, scale: Int
    ) {
        let count = max(number.digitCount + scale - number.fraction.count, 0)
        var digits = number.digits(count)
        // 38 digits are below 2^127.
        if count <= 38 {
            var magnitude: Int128 = 0
            while let chunk = digits.next(source) {
                magnitude = magnitude * Int128(chunk.power) + Int128(chunk.value)
            }
            appendBytes(of: number.isNegative ? -magnitude : magnitude)
        } else {
            var integer = LongInteger()
            while let chunk = digits.next(source) { integer.multiply(by: chunk.power, adding: chunk.value) }
            appendBytes(of: integer, isNegative: number.isNegative)
        }
    }

    private mutating func appendBytes(of value: Int128) {
        let significant = 128 - (value < 0 ? ~value : value).leadingZeroBitCount
        var base64 = Base64Writer()
        append(UInt8(ascii: "\""))
        for byte in (0...significant / 8).reversed() {
            base64.append(UInt8(truncatingIfNeeded: value >> Int128(8 * byte)), to: &self)
        }
        base64.finish(&self)
        append(UInt8(ascii: "\""))
    }

    private mutating func appendBytes(of integer: consuming LongInteger, isNegative: Bool) {
        if isNegative { integer.negate() }
        var base64 = Base64Writer()
        append(UInt8(ascii: "\""))
        for byte in (0..<integer.byteCount).reversed() { base64.append(integer[byte: byte], to: &self) }
        base64.finish(&self)
        append(UInt8(ascii: "\""))
    }
}

/// A number as PostgreSQL prints it, its digits left where they are.
private struct PrintedDecimal {
    let isNegative: Bool
    let whole: Range<Int>
    let fraction: Range<Int>

    /// Nil for NaN, the infinities, and what is no number.
    init?(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        var index = range.lowerBound
        isNegative = index < range.upperBound && source[index] == UInt8(ascii: "-")
        if isNegative { index += 1 }
        let start = index
        while index < range.upperBound, (0x30...0x39).contains(source[index]) { index += 1 }
        whole = start..<index
        if index < range.upperBound, source[index] == UInt8(ascii: ".") { index += 1 }
        let point = index
        while index < range.upperBound, (0x30...0x39).contains(source[index]) { index += 1 }
        fraction = point..<index
        guard index == range.upperBound, !whole.isEmpty, fraction.isEmpty == (point == whole.upperBound)
        else {
            return nil
        }
    }

    var digitCount: Int { whole.count + fraction.count }

    /// A digit, counted from the first one; past the last one there are zeros.
    @inline(__always)
    func digit(_ place: Int, _ source: borrowing Span<UInt8>) -> UInt8 {
        if place < whole.count { return source[whole.lowerBound + place] - 0x30 }
        return place < digitCount ? source[fraction.lowerBound + place - whole.count] - 0x30 : 0
    }

    /// The first digits, to be taken a word at a time.
    func digits(_ count: Int) -> Digits { Digits(number: self, end: count) }

    struct Digits {
        fileprivate let number: PrintedDecimal
        fileprivate let end: Int
        private var place = 0

        fileprivate init(number: PrintedDecimal, end: Int) {
            self.number = number
            self.end = end
        }

        /// The next digits as a number, and the power of ten that all before them are multiplied by.
        mutating func next(_ source: borrowing Span<UInt8>) -> (value: UInt64, power: UInt64)? {
            guard place < end else { return nil }
            // A word holds any 19 digits, but not ten times as much.
            let last = min(place + 18, end)
            var (value, power): (UInt64, UInt64) = (0, 1)
            while place < last {
                value = value * 10 + UInt64(number.digit(place, source))
                power *= 10
                place += 1
            }
            return (value, power)
        }
    }

    func hasZeros(last count: Int, _ source: borrowing Span<UInt8>) -> Bool {
        for place in max(digitCount - count, 0)..<digitCount where digit(place, source) != 0 { return false }
        return true
    }
}
