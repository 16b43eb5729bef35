import Replication

/// Types that hold several values and are no arrays.
extension OutputBuffer {
    /// hstore: an object, as a string.
    mutating func appendHstoreText(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        var object = OutputBuffer(capacity: 2 * range.count)
        object.appendHstore(source, range)
        appendJSONString(object.span, 0..<object.count)
    }

    /// pgvector's vector and halfvec, `[1,2.5]`.
    mutating func appendDoubles(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        var scanner = ItemScanner(range)
        guard scanner.take("[", source) else { return false }
        append("[")
        repeat {
            guard appendDouble(&scanner, source) else { return false }
        } while takeComma(&scanner, source)
        append("]")
        return scanner.take("]", source) && scanner.isAtEnd
    }

    /// pgvector's sparsevec, `{1:1,3:2.5}/5`: which elements are not zero, out of how many.
    mutating func appendSparseVector(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        var scanner = ItemScanner(range)
        guard scanner.skip(past: UInt8(ascii: "/"), source), let dimensions = scanner.digits(source),
            scanner.isAtEnd
        else { return false }
        append("{\"dimensions\":")
        appendDecimal(dimensions.value)
        append(",\"vector\":[")
        scanner = ItemScanner(range)
        guard scanner.take("{", source) else { return false }
        if scanner.peek(source) != UInt8(ascii: "}") {
            repeat {
                guard let index = scanner.digits(source), scanner.take(":", source) else { return false }
                append("[")
                appendDecimal(index.value)
                append(",")
                guard appendDouble(&scanner, source) else { return false }
                append("]")
            } while takeComma(&scanner, source)
        }
        append("]}")
        return scanner.take("}", source)
    }

    /// int2vector and oidvector, `1 2`.
    mutating func appendNumbers(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        var scanner = ItemScanner(range)
        append("[")
        while !scanner.isAtEnd {
            if scanner.index > range.lowerBound {
                guard scanner.take(" ", source) else { return false }
                append(",")
            }
            if scanner.take("-", source) { append("-") }
            guard let number = scanner.digits(source) else { return false }
            appendDecimal(number.value)
        }
        append("]")
        return true
    }

    /// Appends a number that ends at a comma or a bracket.
    private mutating func appendDouble(_ scanner: inout ItemScanner, _ source: borrowing Span<UInt8>) -> Bool
    {
        let start = scanner.index
        while let byte = scanner.peek(source), byte != UInt8(ascii: ","), byte != UInt8(ascii: "]"),
            byte != UInt8(ascii: "}")
        {
            _ = scanner.take(byte, source)
        }
        return appendJavaNumber(source, start..<scanner.index, .double)
    }

    private mutating func takeComma(_ scanner: inout ItemScanner, _ source: borrowing Span<UInt8>) -> Bool {
        guard scanner.take(",", source) else { return false }
        append(",")
        return true
    }
}
