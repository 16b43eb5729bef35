package import Replication

/// What a line of the formats json and cloudevents says of itself before its values begin: which event it is, of what
/// kind and of which table. Found without reading the rest of the line, since the order of its keys is fixed.
package struct EventLine: Hashable, Sendable {
    package var position: Position
    /// Where the `op` stands, without its quotes.
    package var operation: Range<Int>
    /// Where the names of schema and table stand, without their quotes and as JSON has them, with escapes; nil for an event
    /// that belongs to no table.
    package var names: Names?

    package struct Names: Hashable, Sendable {
        package var schema: Range<Int>
        package var table: Range<Int>

        /// From the first byte of the schema's to the last of the table's.
        var both: Range<Int> { schema.lowerBound..<table.upperBound }
    }

    /// Whether lines of a format say this of themselves.
    package static func exists(in format: String) -> Bool {
        format == "json" || format == "cloudevents"
    }

    /// Reads the line that begins at `start`. Nil for what is no event, such as a line of control.
    package init?(_ bytes: borrowing Span<UInt8>, from start: Int = 0) {
        var at = start
        if bytes.skip("{\"specversion\":", &at) {
            // The native event is the last attribute of the envelope.
            guard bytes.skipString(&at) != nil else { return nil }
            while !bytes.skip(",\"data\":", &at) {
                guard bytes.skip(",", &at), bytes.skipString(&at) != nil, bytes.skip(":", &at),
                    bytes.skipString(&at) != nil
                else { return nil }
            }
        }
        guard at >= start, bytes.skip("{\"pos\":", &at), let written = bytes.skipString(&at),
            let position = bytes.position(written), bytes.skip(",\"op\":", &at),
            let operation = bytes.skipString(&at)
        else { return nil }
        self.position = position
        self.operation = operation
        if bytes.skip(",\"xid\":", &at) {
            while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
        }
        if bytes.skip(",\"ts\":", &at), bytes.skipString(&at) == nil { return nil }
        guard bytes.skip(",\"schema\":", &at), let schema = bytes.skipString(&at),
            bytes.skip(",\"table\":", &at), let table = bytes.skipString(&at)
        else { return }
        names = Names(schema: schema, table: table)
    }
}

extension Span<UInt8> {
    /// The byte behind the line that begins at `start`, its newline included; nil if it has no end.
    package func lineEnd(from start: Int) -> Int? {
        var at = start
        while count - at >= 8, !hasNewline(inWordAt: at) { at += 8 }
        while at < count {
            if self[at] == UInt8(ascii: "\n") { return at + 1 }
            at += 1
        }
        return nil
    }

    /// The byte behind the last newline; nil if there is none.
    package var endOfWholeLines: Int? {
        var at = count
        while at > 0 {
            if self[at - 1] == UInt8(ascii: "\n") { return at }
            at -= 1
        }
        return nil
    }

    /// The first byte of the line that ends before `end`.
    package func lineStart(before end: Int) -> Int {
        var at = end - 1
        while at > 0, self[at - 1] != UInt8(ascii: "\n") { at -= 1 }
        return Swift.max(at, 0)
    }

    /// Whether these bytes stand there.
    func holds(_ bytes: [UInt8], at range: Range<Int>) -> Bool {
        guard range.count == bytes.count else { return false }
        for (offset, byte) in bytes.enumerated() where self[range.lowerBound + offset] != byte {
            return false
        }
        return true
    }

    /// What JSON means by the inside of a string that Walbrook has written.
    package func unescaped(_ range: Range<Int>) -> String {
        var content: [UInt8] = []
        var at = range.lowerBound
        while at < range.upperBound {
            let byte = self[at]
            at += 1
            guard byte == UInt8(ascii: "\\"), at < range.upperBound else {
                content.append(byte)
                continue
            }
            at += 1
            switch self[at - 1] {
            case UInt8(ascii: "n"): content.append(0x0A)
            case UInt8(ascii: "r"): content.append(0x0D)
            case UInt8(ascii: "t"): content.append(0x09)
            case UInt8(ascii: "b"): content.append(0x08)
            case UInt8(ascii: "f"): content.append(0x0C)
            case UInt8(ascii: "u"):
                // Only control characters are written so.
                let end = Swift.min(at + 4, range.upperBound)
                let digits = (at..<end).compactMap { Character(UnicodeScalar(self[$0])).hexDigitValue }
                content.append(UInt8(truncatingIfNeeded: digits.reduce(0) { $0 << 4 | $1 }))
                at = end
            case let other: content.append(other)
            }
        }
        return String(decoding: content, as: UTF8.self)
    }

    /// Eight bytes at once: lines are long.
    @inline(__always)
    private func hasNewline(inWordAt index: Int) -> Bool {
        var word: UInt64 = 0
        for place in 0..<8 { word |= UInt64(self[index + place]) << UInt64(8 * place) }
        let newlines = word ^ 0x0A0A_0A0A_0A0A_0A0A
        return (newlines &- 0x0101_0101_0101_0101) & ~newlines & 0x8080_8080_8080_8080 != 0
    }

    fileprivate func skip(_ text: StaticString, _ at: inout Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard at >= 0, count - at >= length else { return false }
        for (offset, byte) in text.description.utf8.enumerated() where self[at + offset] != byte {
            return false
        }
        at += length
        return true
    }

    /// The inside of the string that begins at `at`.
    fileprivate func skipString(_ at: inout Int) -> Range<Int>? {
        guard at < count, self[at] == UInt8(ascii: "\"") else { return nil }
        let start = at + 1
        var index = start
        while index < count, self[index] != UInt8(ascii: "\n") {
            switch self[index] {
            case UInt8(ascii: "\""):
                at = index + 1
                return start..<index
            case UInt8(ascii: "\\"): index += 2
            default: index += 1
            }
        }
        return nil
    }

    /// Reads `0000000A/016B3748-00000003`, of fixed width.
    fileprivate func position(_ range: Range<Int>) -> Position? {
        guard range.count == 26, self[range.lowerBound + 8] == UInt8(ascii: "/"),
            self[range.lowerBound + 17] == UInt8(ascii: "-"),
            let high = hexadecimal(range.lowerBound), let low = hexadecimal(range.lowerBound + 9),
            let ordinal = hexadecimal(range.lowerBound + 18)
        else { return nil }
        return Position(lsn: LSN(UInt64(high) << 32 | UInt64(low)), ordinal: ordinal)
    }

    private func hexadecimal(_ start: Int) -> UInt32? {
        var value: UInt32 = 0
        for index in start..<start + 8 {
            switch self[index] {
            case 0x30...0x39: value = value << 4 | UInt32(self[index] - 0x30)
            case 0x41...0x46: value = value << 4 | UInt32(self[index] - 0x41 + 10)
            default: return nil
            }
        }
        return value
    }
}
