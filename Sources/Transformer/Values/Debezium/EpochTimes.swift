import Replication

/// Dates and times as numbers, or as strings in UTC. The infinities are the numbers that Debezium has for them, which
/// mean no other time.
extension OutputBuffer {
    /// A date: days since 1970.
    mutating func appendDays(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        if let sign = source.infinity(range) {
            append(sign == .plus ? "-2147472692" : "-2147472691")
            return true
        }
        guard let date = PrintedTime(source, range, .date) else { return false }
        appendDecimal(date.daysSince1970)
        return true
    }

    /// A timestamp without time zone: ticks since 1970, as if it were in UTC. The last years that PostgreSQL knows take
    /// more than 64 bits in microseconds.
    mutating func appendEpoch(
        _ source: borrowing Span<UInt8>, _ range: Range<Int>, _ ticks: DebeziumScalar.Ticks
    ) -> Bool {
        let unit: Int64 = ticks == .milliseconds ? 1000 : 1
        if let sign = source.infinity(range) {
            let infinity: Int64 = sign == .plus ? 9_223_372_036_825_200_000 : -9_223_372_036_832_400_000
            appendDecimal(infinity / unit)
            return true
        }
        guard let time = PrintedTime(source, range, .timestamp) else { return false }
        appendDecimal(
            Int128(time.daysSince1970) * Int128(86_400_000_000 / unit) + Int128(time.timeOfDay / unit))
        return true
    }

    /// A timestamp with time zone: `2016-11-04T11:51:30.120000Z`. Years past 9999 have a sign, as ISO 8601 wants it, and
    /// 1 BC is the year 0.
    mutating func appendISOTimestamp(
        _ source: borrowing Span<UInt8>, _ range: Range<Int>, digits: Int
    ) -> Bool {
        guard let time = PrintedTime(source, range, .timestamptz) else { return false }
        append(UInt8(ascii: "\""))
        if time.year < 0 {
            append(UInt8(ascii: "-"))
        } else if time.year > 9999 {
            append(UInt8(ascii: "+"))
        }
        appendDecimal(time.year.magnitude, width: 4)
        append(source, from: time.afterYear, count: 6)
        append(UInt8(ascii: "T"))
        append(source, from: time.afterYear + 7, count: 8)
        if digits > 0 || !time.fraction.isEmpty {
            append(UInt8(ascii: "."))
            append(source, from: time.fraction.lowerBound, count: time.fraction.count)
            for _ in 0..<max(digits - time.fraction.count, 0) { append(UInt8(ascii: "0")) }
        }
        append("Z\"")
        return true
    }

    /// A time of day: ticks since midnight.
    mutating func appendTime(
        _ source: borrowing Span<UInt8>, _ range: Range<Int>, _ ticks: DebeziumScalar.Ticks
    ) -> Bool {
        var scanner = ItemScanner(range)
        guard let time = scanner.timeOfDay(source), scanner.isAtEnd else { return false }
        appendDecimal(time.microseconds / (ticks == .milliseconds ? 1000 : 1))
        return true
    }

    /// A time of day with its offset: the time in UTC, with no more digits than it needs.
    mutating func appendTimeInUTC(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        var scanner = ItemScanner(range)
        guard let local = scanner.timeOfDay(source) else { return false }
        let isEast = scanner.take("+", source)
        guard isEast || scanner.take("-", source), let hours = scanner.twoDigits(source) else { return false }
        var offset = hours * 3600
        for unit: Int64 in [60, 1] where scanner.take(":", source) {
            guard let part = scanner.twoDigits(source) else { return false }
            offset += part * unit
        }
        guard scanner.isAtEnd else { return false }
        let day: Int64 = 86_400_000_000
        let shifted = (local.microseconds + (isEast ? -offset : offset) * 1_000_000) % day
        let time = UInt64(shifted < 0 ? shifted + day : shifted)
        append(UInt8(ascii: "\""))
        appendDecimal(time / 3_600_000_000, width: 2)
        append(UInt8(ascii: ":"))
        appendDecimal(time / 60_000_000 % 60, width: 2)
        append(UInt8(ascii: ":"))
        appendDecimal(time / 1_000_000 % 60, width: 2)
        var (fraction, width) = (time % 1_000_000, 6)
        if fraction > 0 {
            while fraction % 10 == 0 { (fraction, width) = (fraction / 10, width - 1) }
            append(UInt8(ascii: "."))
            appendDecimal(fraction, width: width)
        }
        append("Z\"")
        return true
    }
}
