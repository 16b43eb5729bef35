import Replication

/// Turns PostgreSQL's text form of an array into a (nested) JSON array.
///
/// PostgreSQL manual, "Array Input and Output Syntax": elements in double quotes have their quotes and backslashes
/// escaped by a backslash; a bare NULL is null; other lower bounds than 1 stand in front (`[0:1]={1,2}`) and are
/// dropped.
struct ArrayEncoder: ~Copyable {
    /// An element without its escapes.
    private var unescaped = OutputBuffer(capacity: 256)

    /// Appends the array; text that is no array literal becomes a JSON string.
    mutating func append(
        _ source: borrowing Span<UInt8>, _ range: Range<Int>, element: ScalarEncoding, delimiter: UInt8,
        to buffer: inout OutputBuffer
    ) {
        let start = buffer.count
        if !appendLiteral(source, range, element: element, delimiter: delimiter, to: &buffer) {
            buffer.truncate(to: start)
            buffer.appendJSONString(source, range)
        }
    }

    private mutating func appendLiteral(
        _ source: borrowing Span<UInt8>, _ range: Range<Int>, element: ScalarEncoding, delimiter: UInt8,
        to buffer: inout OutputBuffer
    ) -> Bool {
        let end = range.upperBound
        var index = Self.skipBounds(source, range)
        var depth = 0
        // Whether a value may come here, as opposed to a delimiter or a closing brace.
        var expectsValue = true
        while index < end {
            switch source[index] {
            case UInt8(ascii: "{"):
                guard expectsValue else { return false }
                depth += 1
                buffer.append(UInt8(ascii: "["))
                index += 1
                // An empty array.
                if index < end, source[index] == UInt8(ascii: "}") { expectsValue = false }
            case UInt8(ascii: "}"):
                guard depth > 0, !expectsValue else { return false }
                depth -= 1
                buffer.append(UInt8(ascii: "]"))
                index += 1
                if depth == 0 { return index == end }
            case delimiter:
                guard depth > 0, !expectsValue else { return false }
                buffer.append(UInt8(ascii: ","))
                expectsValue = true
                index += 1
            case UInt8(ascii: "\""):
                guard depth > 0, expectsValue,
                    let next = appendQuoted(source, (index + 1)..<end, element, to: &buffer)
                else { return false }
                expectsValue = false
                index = next
            default:
                guard depth > 0, expectsValue else { return false }
                let first = index
                while index < end, source[index] != delimiter, source[index] != UInt8(ascii: "}") {
                    index += 1
                }
                if Self.isNull(source, first..<index) {
                    buffer.append("null")
                } else {
                    element.append(source, first..<index, to: &buffer)
                }
                expectsValue = false
            }
        }
        return false
    }

    /// Appends an element in quotes and returns the index behind its closing quote; nil if it has none.
    private mutating func appendQuoted(
        _ source: borrowing Span<UInt8>, _ range: Range<Int>, _ element: ScalarEncoding,
        to buffer: inout OutputBuffer
    ) -> Int? {
        var index = range.lowerBound
        var runStart = index
        unescaped.truncate(to: 0)
        while index < range.upperBound {
            switch source[index] {
            case UInt8(ascii: "\""):
                if unescaped.count == 0 {
                    element.append(source, runStart..<index, to: &buffer)
                } else {
                    unescaped.append(source, from: runStart, count: index - runStart)
                    element.append(unescaped.span, 0..<unescaped.count, to: &buffer)
                }
                return index + 1
            case UInt8(ascii: "\\"):
                unescaped.append(source, from: runStart, count: index - runStart)
                guard index + 1 < range.upperBound else { return nil }
                unescaped.append(source[index + 1])
                index += 2
                runStart = index
            default:
                index += 1
            }
        }
        return nil
    }

    private static func skipBounds(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Int {
        guard !range.isEmpty, source[range.lowerBound] == UInt8(ascii: "[") else { return range.lowerBound }
        var index = range.lowerBound
        while index < range.upperBound, source[index] != UInt8(ascii: "=") { index += 1 }
        return min(index + 1, range.upperBound)
    }

    private static func isNull(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        range.count == 4 && source[range.lowerBound] | 0x20 == UInt8(ascii: "n")
            && source[range.lowerBound + 1] | 0x20 == UInt8(ascii: "u")
            && source[range.lowerBound + 2] | 0x20 == UInt8(ascii: "l")
            && source[range.lowerBound + 3] | 0x20 == UInt8(ascii: "l")
    }
}
