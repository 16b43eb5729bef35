/// Takes a row's text form apart, such as `(1,"a ""b""",)`.
///
/// PostgreSQL manual, "Composite Type Input and Output Syntax". What the server prints is simpler than what it reads: a field
/// is wholly quoted or not at all, quotes and backslashes inside are doubled, and nothing at all is null.
package struct RowText: ~Escapable {
    private let bytes: Span<UInt8>
    private let end: Int
    private var offset: Int

    /// - Parameter text: where the row's text is in `bytes`.
    @_lifetime(copy bytes)
    package init?(_ bytes: Span<UInt8>, _ text: Range<Int>) {
        guard text.count >= 2, bytes[text.lowerBound] == UInt8(ascii: "("),
            bytes[text.upperBound - 1] == UInt8(ascii: ")")
        else { return nil }
        self.bytes = bytes
        offset = text.lowerBound + 1
        end = text.upperBound - 1
    }

    /// Appends the fields as a tuple of pgoutput's, without its tag. False when there are more or fewer than `count`, or
    /// it is no row.
    package consuming func appendTuple(_ count: Int, to buffer: inout OutputBuffer) -> Bool {
        buffer.append(bigEndian: UInt16(truncatingIfNeeded: count))
        // Of no columns and of one that is null the text is the same.
        if count == 0 { return offset == end }
        for field in 0..<count {
            if field > 0 {
                guard offset < end, bytes[offset] == UInt8(ascii: ",") else { return false }
                offset += 1
            }
            guard appendField(to: &buffer) else { return false }
        }
        return offset == end
    }

    private mutating func appendField(to buffer: inout OutputBuffer) -> Bool {
        guard offset < end, bytes[offset] != UInt8(ascii: ",") else {
            buffer.append(TupleColumn.Kind.null.rawValue)
            return true
        }
        buffer.append(TupleColumn.Kind.text.rawValue)
        if bytes[offset] == UInt8(ascii: "\"") { return appendQuoted(to: &buffer) }
        let start = offset
        while offset < end, bytes[offset] != UInt8(ascii: ",") { offset += 1 }
        buffer.append(bigEndian: UInt32(offset - start))
        buffer.append(bytes, from: start, count: offset - start)
        return true
    }

    private mutating func appendQuoted(to buffer: inout OutputBuffer) -> Bool {
        let start = offset + 1
        var doubled = 0
        offset = start
        // The length comes first, so the end is looked for before anything is copied.
        while true {
            guard offset < end else { return false }
            if isSpecial(bytes[offset]) {
                if offset + 1 < end, bytes[offset + 1] == bytes[offset] {
                    doubled += 1
                    offset += 1
                } else if bytes[offset] == UInt8(ascii: "\"") {
                    break
                } else {
                    return false
                }
            }
            offset += 1
        }
        buffer.append(bigEndian: UInt32(offset - start - doubled))
        var run = start
        if doubled > 0 {
            var at = start
            while at < offset {
                if isSpecial(bytes[at]) {
                    buffer.append(bytes, from: run, count: at + 1 - run)
                    at += 1
                    run = at + 1
                }
                at += 1
            }
        }
        buffer.append(bytes, from: run, count: offset - run)
        offset += 1
        return true
    }

    @inline(__always)
    private func isSpecial(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }
}
