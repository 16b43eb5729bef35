import Replication

/// A date, with or without a time of day, as PostgreSQL prints it in ISO style: `0044-03-15 12:00:00.5+00 BC`.
///
/// It is taken apart, not looked up in a calendar: PostgreSQL's days are those of the Gregorian calendar in all times.
struct PrintedTime {
    /// Counted with a year 0, which is 1 BC.
    var year: Int64
    var month: Int64
    var day: Int64
    /// Microseconds since midnight; 0 without a time.
    var timeOfDay: Int64 = 0
    /// Behind the year, where `-MM-DD` stands.
    var afterYear: Int
    /// The fraction of the second; empty without one.
    var fraction = 0..<0

    /// What stands behind the date.
    enum Form {
        case date
        case timestamp
        /// A timestamp in UTC.
        case timestamptz
    }

    /// Nil for the infinities, and what has not this form.
    init?(_ source: borrowing Span<UInt8>, _ range: Range<Int>, _ form: Form) {
        var scanner = ItemScanner(range)
        // PostgreSQL's dates end with the year 5874897.
        guard let years = scanner.digits(source), (4...7).contains(years.count) else { return nil }
        afterYear = scanner.index
        guard scanner.take("-", source), let months = scanner.digits(source), months.count == 2,
            (1...12).contains(months.value), scanner.take("-", source), let days = scanner.digits(source),
            days.count == 2, (1...31).contains(days.value)
        else { return nil }
        (month, day) = (months.value, days.value)
        switch form {
        case .date: break
        case .timestamp, .timestamptz:
            guard scanner.take(" ", source), let time = scanner.timeOfDay(source) else { return nil }
            (timeOfDay, fraction) = time
        }
        if case .timestamptz = form {
            guard "+00".unicodeScalars.allSatisfy({ scanner.take($0, source) }) else { return nil }
        }
        if scanner.isAtEnd {
            year = years.value
        } else {
            guard " BC".unicodeScalars.allSatisfy({ scanner.take($0, source) }), scanner.isAtEnd else {
                return nil
            }
            year = 1 - years.value
        }
    }

    /// The number of its day, counted in eras of 400 years that start on 1 March.
    var daysSince1970: Int64 {
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        return era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
    }
}

extension ItemScanner {
    /// Reads `13:30:00` or `13:30:00.5`: microseconds, and where the fraction's digits are.
    mutating func timeOfDay(_ source: borrowing Span<UInt8>) -> (microseconds: Int64, fraction: Range<Int>)? {
        guard let hours = twoDigits(source), hours <= 24, take(":", source), let minutes = twoDigits(source),
            minutes <= 59, take(":", source), let seconds = twoDigits(source), seconds <= 60
        else { return nil }
        var microseconds = ((hours * 60 + minutes) * 60 + seconds) * 1_000_000
        guard take(".", source) else { return (microseconds, index..<index) }
        let start = index
        guard let fraction = microsecondsOfFraction(source) else { return nil }
        microseconds += fraction
        return (microseconds, start..<index)
    }

    /// Reads the digits behind a decimal point, at most six.
    mutating func microsecondsOfFraction(_ source: borrowing Span<UInt8>) -> Int64? {
        guard let read = digits(source), read.count <= 6 else { return nil }
        var microseconds = read.value
        for _ in read.count..<6 { microseconds *= 10 }
        return microseconds
    }

    mutating func twoDigits(_ source: borrowing Span<UInt8>) -> Int64? {
        guard let read = digits(source), read.count == 2 else { return nil }
        return read.value
    }
}

extension Span<UInt8> {
    /// Whether the text is one of the two infinities.
    func infinity(_ range: Range<Int>) -> FloatingPointSign? {
        var scanner = ItemScanner(range)
        let sign: FloatingPointSign = scanner.take("-", self) ? .minus : .plus
        guard "infinity".unicodeScalars.allSatisfy({ scanner.take($0, self) }), scanner.isAtEnd else {
            return nil
        }
        return sign
    }
}
