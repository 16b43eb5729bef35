/// A point in time as the server counts it: microseconds since 2000-01-01 00:00:00 UTC.
package struct Timestamp: Hashable, Comparable, Sendable {
    package var microseconds: Int64

    package init(microseconds: Int64) {
        self.microseconds = microseconds
    }

    /// From a Unix time in microseconds since 1970.
    package init(unixMicroseconds: Int64) {
        microseconds = unixMicroseconds - Self.unixEpochOffset
    }

    @inlinable
    package static func < (left: Timestamp, right: Timestamp) -> Bool {
        left.microseconds < right.microseconds
    }

    /// Microseconds from 1970-01-01 to 2000-01-01: 10,957 days.
    package static let unixEpochOffset: Int64 = 10_957 * 86_400 * 1_000_000
}

extension Timestamp: CustomStringConvertible {
    /// Such as `2026-11-23T13:30:00.123456Z`: UTC, always six digits.
    package var description: String {
        var buffer = OutputBuffer(capacity: 32)
        buffer.append(self)
        return String(decoding: (0..<buffer.count).map { buffer.span[$0] }, as: UTF8.self)
    }
}

extension OutputBuffer {
    /// Appends a time as `2026-11-23T13:30:00.123456Z`, without quotes.
    package mutating func append(_ time: Timestamp) {
        let day: Int64 = 86_400_000_000
        // Whatever a peer sends has a date; adding the epochs' distance in microseconds could overflow.
        var days = time.microseconds / day
        var rest = time.microseconds % day
        if rest < 0 { (days, rest) = (days - 1, rest + day) }
        let (year, month, dayOfMonth) = Self.civil(daysSince1970: days + Timestamp.unixEpochOffset / day)
        appendDecimal(year, width: 4)
        append(UInt8(ascii: "-"))
        appendDecimal(month, width: 2)
        append(UInt8(ascii: "-"))
        appendDecimal(dayOfMonth, width: 2)
        append(UInt8(ascii: "T"))
        appendDecimal(rest / 3_600_000_000, width: 2)
        append(UInt8(ascii: ":"))
        appendDecimal(rest / 60_000_000 % 60, width: 2)
        append(UInt8(ascii: ":"))
        appendDecimal(rest / 1_000_000 % 60, width: 2)
        append(UInt8(ascii: "."))
        appendDecimal(rest % 1_000_000, width: 6)
        append(UInt8(ascii: "Z"))
    }

    /// The date of a day number in the Gregorian calendar, counted in eras of 400 years that start on 1 March.
    private static func civil(daysSince1970: Int64) -> (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let day = dayOfYear - (153 * shiftedMonth + 2) / 5 + 1
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day)
    }

    /// Appends `value` in decimal with leading zeros to at least `width` digits.
    private mutating func appendDecimal(_ value: Int64, width: Int) {
        if value < 0 { append(UInt8(ascii: "-")) }
        // From the last digit on, so that the first one ends up lowest. No part of a time has more than a word holds.
        var (rest, digits, length) = (value.magnitude, UInt64(0), 0)
        repeat {
            digits = digits << 8 | (0x30 + rest % 10)
            rest /= 10
            length += 1
        } while rest > 0 || length < width
        append(word: digits, count: length)
    }
}
