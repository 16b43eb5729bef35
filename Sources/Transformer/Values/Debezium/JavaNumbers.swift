import Replication

/// Which digits a floating-point number has.
enum FloatingPointWidth {
    case single
    case double
}

extension OutputBuffer {
    /// Appends a floating-point number as Java's `Float.toString` and `Double.toString` print it: with a point and at
    /// least one digit on each side of it, and an exponent below 10^-3 and from 10^7 on. PostgreSQL prints the shortest
    /// digits that tell the number from its neighbours, which Java does as well from version 19 on.
    ///
    /// Returns whether the text was such a number, or one of those that are strings in JSON.
    mutating func appendJavaNumber(
        _ source: borrowing Span<UInt8>, _ range: Range<Int>, _ width: FloatingPointWidth
    ) -> Bool {
        var scanner = ItemScanner(range)
        let isNegative = scanner.take("-", source)
        guard var number = JavaDecimal(source, &scanner) else { return false }
        if isNegative { append(UInt8(ascii: "-")) }
        guard number.digits > 0 else {
            append("0.0")
            return true
        }
        number.takeSecondDigit(width)
        let exponent = number.exponent + number.count - 1
        switch exponent {
        case -3..<0:
            append("0.")
            appendDecimal(number.digits, width: -exponent - 1 + number.count)
        case 0..<7:
            append(number, digitsBeforePoint: exponent + 1)
        default:
            append(number, digitsBeforePoint: 1)
            append("E")
            appendDecimal(Int64(exponent))
        }
        return true
    }

    private mutating func append(_ number: JavaDecimal, digitsBeforePoint whole: Int) {
        guard number.count > whole else {
            appendDecimal(number.digits * JavaDecimal.power(whole - number.count))
            return append(".0")
        }
        let unit = JavaDecimal.power(number.count - whole)
        appendDecimal(number.digits / unit)
        append(".")
        appendDecimal(number.digits % unit, width: number.count - whole)
    }
}

/// A number in decimal: `digits` times ten to the power of `exponent`, the last digit no zero.
private struct JavaDecimal {
    var digits: UInt64 = 0
    var exponent = 0
    /// How many digits there are.
    private(set) var count = 1

    /// Reads what PostgreSQL prints, without its sign; nil for another text, and for more digits than it ever prints.
    init?(_ source: borrowing Span<UInt8>, _ scanner: inout ItemScanner) {
        guard take(source, &scanner) > 0 else { return nil }
        if scanner.take(".", source) {
            exponent = -take(source, &scanner)
            guard exponent < 0 else { return nil }
        }
        if scanner.take("e", source) {
            let isNegative = scanner.take("-", source)
            if !isNegative { _ = scanner.take("+", source) }
            guard let power = scanner.digits(source), power.count <= 4 else { return nil }
            exponent += Int(isNegative ? -power.value : power.value)
        }
        guard scanner.isAtEnd else { return nil }
        normalise()
    }

    /// Takes digits behind those that are there, and returns how many.
    private mutating func take(_ source: borrowing Span<UInt8>, _ scanner: inout ItemScanner) -> Int {
        var taken = 0
        // Another digit than these could be one too many for the word.
        while digits < 1_000_000_000_000_000_000, let byte = scanner.peek(source),
            (0x30...0x39).contains(byte)
        {
            _ = scanner.take(byte, source)
            digits = digits * 10 + UInt64(byte - 0x30)
            taken += 1
        }
        return taken
    }

    static func power(_ exponent: Int) -> UInt64 {
        (0..<exponent).reduce(1) { power, _ in power * 10 }
    }

    private mutating func normalise() {
        guard digits > 0 else { return }
        while digits % 10 == 0 {
            digits /= 10
            exponent += 1
        }
        count = 1
        var bound: UInt64 = 10
        while digits >= bound {
            count += 1
            bound *= 10
        }
    }

    /// One digit is enough to tell the smallest numbers from each other, while Java always takes the nearest of two
    /// digits: 5e-324, which is 4.94…e-324, is 4.9E-324.
    mutating func takeSecondDigit(_ width: FloatingPointWidth) {
        // The smallest number, in units of ten to the power of `unit`.
        let (smallest, unit, last): (UInt64, Int, Int) =
            switch width {
            case .single: (1_401_298_464_324_817, -60, -44)
            case .double: (49_406_564_584_124_654, -340, -323)
            }
        guard count == 1, exponent <= last, exponent >= last - 1 else { return }
        let printed = digits * Self.power(exponent - unit)
        var exact = (printed + smallest / 2) / smallest * smallest
        guard exact > 0 else { return }
        exponent = unit
        while exact >= 1000 {
            exact /= 10
            exponent += 1
        }
        digits = (exact + 5) / 10
        exponent += 1
        normalise()
    }
}
