package import FoundationEssentials

extension Date {
    /// Reads `2026-11-23`, `2026-11-23T13:30:00.123456` and the same with `Z`; without it, it counts as UTC. What has
    /// another form (infinities, years before Christ or after 9999) is nil.
    package init?(walbrook text: String) {
        var digits = WrittenDigits(text.utf8[...])
        guard let year = digits.number(4), digits.skip("-"), let month = digits.number(2), digits.skip("-"),
            let day = digits.number(2), (1...12).contains(month), (1...31).contains(day)
        else { return nil }
        var microseconds: Int64 = 0
        if digits.skip("T") {
            guard let hour = digits.number(2), digits.skip(":"), let minute = digits.number(2),
                digits.skip(":"), let second = digits.number(2)
            else { return nil }
            microseconds = ((hour * 60 + minute) * 60 + second) * 1_000_000
            if digits.skip(".") {
                guard let fraction = digits.fraction() else { return nil }
                microseconds += fraction
            }
            _ = digits.skip("Z")
        }
        guard digits.isAtEnd else { return nil }
        let days = Self.daysSince1970(year, month, day)
        self.init(timeIntervalSince1970: Double(days * 86400) + Double(microseconds) / 1_000_000)
    }

    /// The number of a day in the Gregorian calendar, counted in eras of 400 years that start on 1 March.
    private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }
}

private struct WrittenDigits {
    private var rest: Substring.UTF8View

    init(_ text: Substring.UTF8View) {
        rest = text
    }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func skip(_ mark: Unicode.Scalar) -> Bool {
        guard rest.first == UInt8(ascii: mark) else { return false }
        rest.removeFirst()
        return true
    }

    /// Exactly so many digits.
    mutating func number(_ width: Int) -> Int64? {
        let digits = rest.prefix(width)
        guard digits.count == width, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        rest = rest.dropFirst(width)
        return digits.reduce(0) { $0 * 10 + Int64($1 - 0x30) }
    }

    /// One to six digits, as microseconds.
    mutating func fraction() -> Int64? {
        let width = rest.prefix { (0x30...0x39).contains($0) }.count
        guard (1...6).contains(width), let value = number(width) else { return nil }
        return (width..<6).reduce(value) { value, _ in value * 10 }
    }
}
