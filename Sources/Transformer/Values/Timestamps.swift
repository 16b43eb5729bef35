import Replication

extension OutputBuffer {
    /// `2026-11-23 13:30:00.5` and `2026-11-23 13:30:00.5+00` become ISO 8601 with `T`, zoned ones with `Z`.
    /// Infinities, years before Christ and past 9999 have no such form and stay as PostgreSQL prints them.
    mutating func appendTimestamp(
        _ source: borrowing Span<UInt8>, _ range: Range<Int>, isZoned: Bool
    ) {
        let start = range.lowerBound
        let zone = isZoned ? 3 : 0
        guard range.count >= 19 + zone, source[start + 4] == UInt8(ascii: "-"), source[start + 10] == 0x20,
            source.isPlainTimestamp(range), !isZoned || source.endsInUTC(range)
        else { return appendJSONString(source, range) }
        append(UInt8(ascii: "\""))
        append(few: source, from: start, count: 10)
        append(UInt8(ascii: "T"))
        append(few: source, from: start + 11, count: range.count - 11 - zone)
        if isZoned { append(UInt8(ascii: "Z")) }
        append(UInt8(ascii: "\""))
    }
}

extension Span<UInt8> {
    /// Whether the text has no letter, as in `infinity` and `BC`, and nothing to escape.
    fileprivate func isPlainTimestamp(_ range: Range<Int>) -> Bool {
        let end = firstIndex(in: range) {
            $0 & 0xC0C0_C0C0_C0C0_C0C0 | $0.bytes(below: 0x20) | $0.bytes(of: UInt8(ascii: "\""))
        }
        return end == range.upperBound
    }

    fileprivate func endsInUTC(_ range: Range<Int>) -> Bool {
        let end = range.upperBound
        return self[end - 3] == UInt8(ascii: "+") && self[end - 2] == UInt8(ascii: "0")
            && self[end - 1] == UInt8(ascii: "0")
    }
}
