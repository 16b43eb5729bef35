import Replication

extension OutputBuffer {
    /// hstore prints `"key"=>"value", "other"=>NULL`, with backslashes before quotes and backslashes; it becomes an
    /// object.
    mutating func appendHstore(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        let start = count
        guard appendPairs(source, range) else {
            truncate(to: start)
            return appendJSONString(source, range)
        }
    }

    private mutating func appendPairs(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        var scanner = ItemScanner(range)
        append("{")
        while !scanner.isAtEnd {
            guard appendItem(&scanner, source), scanner.take("=", source), scanner.take(">", source) else {
                return false
            }
            append(":")
            if scanner.peek(source) == UInt8(ascii: "\"") {
                guard appendItem(&scanner, source) else { return false }
            } else {
                guard "NULL".unicodeScalars.allSatisfy({ scanner.take($0, source) }) else { return false }
                append("null")
            }
            if scanner.isAtEnd { break }
            guard scanner.take(",", source), scanner.take(" ", source), !scanner.isAtEnd else { return false }
            append(",")
        }
        append("}")
        return true
    }

    /// Appends a quoted item as a JSON string.
    private mutating func appendItem(_ scanner: inout ItemScanner, _ source: borrowing Span<UInt8>) -> Bool {
        guard scanner.peek(source) == UInt8(ascii: "\"") else { return false }
        var unescaped = OutputBuffer()
        switch scanner.item(source, until: "=", or: ",", unescapedInto: &unescaped) {
        case .plain(let range, _): appendJSONString(source, range)
        case .unescaped: appendJSONString(unescaped.span, 0..<unescaped.count)
        case nil: return false
        }
        return true
    }

    /// A vector prints `[1,2.5,3]`, which is JSON already.
    mutating func appendVector(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        guard source.isListOfNumbers(range) else { return appendJSONString(source, range) }
        append(source, from: range.lowerBound, count: range.count)
    }
}

extension Span<UInt8> {
    fileprivate func isListOfNumbers(_ range: Range<Int>) -> Bool {
        guard range.count >= 3, self[range.lowerBound] == UInt8(ascii: "["),
            self[range.upperBound - 1] == UInt8(ascii: "]")
        else { return false }
        var start = range.lowerBound + 1
        for index in start..<range.upperBound
        where self[index] == UInt8(ascii: ",") || index == range.upperBound - 1 {
            guard isJSONNumber(start..<index) else { return false }
            start = index + 1
        }
        return true
    }
}
