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
    @inline(__always)
    mutating func take(_ byte: UInt8, _ source: borrowing Span<UInt8>) -> Bool {
        guard index < end, source[index] == byte else { return false }
        index += 1
        return true
    }

    /// A scalar and no character: what is written as a literal is then a byte to the compiler.
    @inline(__always)
    mutating func take(_ scalar: Unicode.Scalar, _ source: borrowing Span<UInt8>) -> Bool {
        take(UInt8(ascii: scalar), source)
    }

    /// Passes over everything up to and with `byte`.
    mutating func skip(past byte: UInt8, _ source: borrowing Span<UInt8>) -> Bool {
        while index < end, source[index] != byte { index += 1 }
        return take(byte, source)
    }

    /// Passes over everything from an opening brace to the one that closes it.
    mutating func skipBraces(_ source: borrowing Span<UInt8>) -> Bool {
        var (depth, isQuoted) = (0, false)
        while index < end {
            switch source[index] {
            case UInt8(ascii: "\\"): index += 1
            case UInt8(ascii: "\""): isQuoted.toggle()
            case UInt8(ascii: "{") where !isQuoted: depth += 1
            case UInt8(ascii: "}") where !isQuoted: depth -= 1
            default: break
            }
            index += 1
            if depth == 0 { return index <= end }
        }
        return false
    }

    /// Reads decimal digits, as many as a number of 64 bits surely holds; nil when none comes.
    mutating func digits(_ source: borrowing Span<UInt8>) -> (value: Int64, count: Int)? {
        let start = index
        var value: Int64 = 0
        while index < end, index < start + 18, (0x30...0x39).contains(source[index]) {
            value = value * 10 + Int64(source[index] - 0x30)
            index += 1
        }
        return index > start ? (value, index - start) : nil
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
            index = source.firstIndex(in: start..<end) { $0.bytes(of: first) | $0.bytes(of: second) }
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
