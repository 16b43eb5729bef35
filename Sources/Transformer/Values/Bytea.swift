import Replication

extension OutputBuffer {
    /// bytea comes as `\x` and two hexadecimal digits a byte, and is written in base64 (RFC 4648, with padding).
    mutating func appendBase64(hexadecimal source: borrowing Span<UInt8>, _ range: Range<Int>) {
        let start = count
        guard range.count >= 2, range.count % 2 == 0, source[range.lowerBound] == UInt8(ascii: "\\"),
            source[range.lowerBound + 1] == UInt8(ascii: "x")
        else { return appendJSONString(source, range) }
        append(UInt8(ascii: "\""))
        reserve(range.count)
        var index = range.lowerBound + 2
        var group: UInt32 = 0
        var bytes = 0
        while index < range.upperBound {
            let (high, low) = (Self.hexValue(source[index]), Self.hexValue(source[index + 1]))
            guard high | low < 16 else {
                truncate(to: start)
                return appendJSONString(source, range)
            }
            group = group << 8 | UInt32(high << 4 | low)
            bytes += 1
            index += 2
            if bytes == 3 {
                appendBase64Group(group, bytes: 3)
                (group, bytes) = (0, 0)
            }
        }
        if bytes > 0 { appendBase64Group(group << UInt32(8 * (3 - bytes)), bytes: bytes) }
        append(UInt8(ascii: "\""))
    }

    /// The same digits without the `\x`.
    mutating func appendHexadecimal(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        let hasPrefix =
            range.count >= 2 && source[range.lowerBound] == UInt8(ascii: "\\")
            && source[range.lowerBound + 1] == UInt8(ascii: "x")
        appendJSONString(source, hasPrefix ? (range.lowerBound + 2)..<range.upperBound : range)
    }

    /// Appends any bytes as a base64 string.
    mutating func appendBase64(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        append(UInt8(ascii: "\""))
        var index = range.lowerBound
        while index < range.upperBound {
            let bytes = min(3, range.upperBound - index)
            var group: UInt32 = 0
            for place in 0..<3 {
                group = group << 8 | (place < bytes ? UInt32(source[index + place]) : 0)
            }
            appendBase64Group(group, bytes: bytes)
            index += bytes
        }
        append(UInt8(ascii: "\""))
    }

    /// Four characters for up to three bytes, which stand in the upper part of 24 bits.
    @inline(__always)
    mutating func appendBase64Group(_ group: UInt32, bytes: Int) {
        let padding = UInt8(ascii: "=")
        let third = bytes > 1 ? Self.base64Digit(group >> 6) : padding
        let fourth = bytes > 2 ? Self.base64Digit(group) : padding
        let word =
            UInt64(Self.base64Digit(group >> 18)) | UInt64(Self.base64Digit(group >> 12)) << 8
            | UInt64(third) << 16 | UInt64(fourth) << 24
        append(word: word, count: 4)
    }

    @inline(__always)
    private static func base64Digit(_ bits: UInt32) -> UInt8 {
        let value = UInt8(truncatingIfNeeded: bits) & 63
        switch value {
        case 0..<26: return UInt8(ascii: "A") + value
        case 26..<52: return UInt8(ascii: "a") + value - 26
        case 52..<62: return UInt8(ascii: "0") + value - 52
        case 62: return UInt8(ascii: "+")
        default: return UInt8(ascii: "/")
        }
    }

    /// The value of a hexadecimal digit; 255 for any other byte.
    @inline(__always)
    static func hexValue(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: 255
        }
    }
}
