import Replication

/// Reads the text forms in which PostgreSQL writes values inside of values: arrays, rows, ranges, hstore.
///
/// An item stands bare or in double quotes. Inside of quotes a backslash makes the next byte an ordinary one, and two
/// quotes stand for one (rows and ranges double them, arrays and hstore use the backslash).
struct ItemScanner {
    /// Where an item's text is.
    enum Item {
        case plain(Range<Int>, isQuoted: Bool)
        /// In the buffer that was passed, because it had escapes.
        case unescaped
    }

    private(set) var index: Int
    private let end: Int

    init(_ range: Range<Int>) {
        index = range.lowerBound
        end = range.upperBound
    }

    var isAtEnd: Bool { index == end }

    func peek(_ source: borrowing Span<UInt8>) -> UInt8? {
        index < end ? source[index] : nil
    }

    /// Passes over `byte` if it comes next.
    mutating func take(_ byte: UInt8, _ source: borrowing Span<UInt8>) -> Bool {
        guard index < end, source[index] == byte else { return false }
        index += 1
        return true
    }

    mutating func take(_ character: Character, _ source: borrowing Span<UInt8>) -> Bool {
        character.asciiValue.map { take($0, source) } ?? false
    }

    /// Passes over everything up to and with `byte`.
    mutating func skip(past byte: UInt8, _ source: borrowing Span<UInt8>) -> Bool {
        while index < end, source[index] != byte { index += 1 }
        return take(byte, source)
    }

    /// Reads the item up to one of two bytes that end it; nil when its quotes are not closed. An item in escapes is
    /// appended to `unescaped`.
    mutating func item(
        _ source: borrowing Span<UInt8>, until first: Unicode.Scalar, or second: Unicode.Scalar,
        unescapedInto unescaped: inout OutputBuffer
    ) -> Item? {
        item(source, until: UInt8(ascii: first), or: UInt8(ascii: second), unescapedInto: &unescaped)
    }

    mutating func item(
        _ source: borrowing Span<UInt8>, until first: UInt8, or second: UInt8,
        unescapedInto unescaped: inout OutputBuffer
    ) -> Item? {
        guard take("\"", source) else {
            let start = index
            while index < end, source[index] != first, source[index] != second { index += 1 }
            return .plain(start..<index, isQuoted: false)
        }
        unescaped.truncate(to: 0)
        var (runStart, hasEscapes) = (index, false)
        while index < end {
            let byte = source[index]
            let isQuote = byte == UInt8(ascii: "\"")
            if isQuote, index + 1 == end || source[index + 1] != byte {
                let last = runStart..<index
                index += 1
                guard hasEscapes else { return .plain(last, isQuoted: true) }
                unescaped.append(source, from: last.lowerBound, count: last.count)
                return .unescaped
            }
            if isQuote || byte == UInt8(ascii: "\\") {
                guard index + 1 < end else { return nil }
                unescaped.append(source, from: runStart, count: index - runStart)
                unescaped.append(source[index + 1])
                hasEscapes = true
                index += 2
                runStart = index
            } else {
                index += 1
            }
        }
        return nil
    }
}
