import Replication

extension OutputBuffer {
    mutating func appendBoolean(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        switch range.count == 1 ? source[range.lowerBound] : 0 {
        case UInt8(ascii: "t"): append("true")
        case UInt8(ascii: "f"): append("false")
        default: appendJSONString(source, range)
        }
    }

    @inline(__always)
    mutating func appendInteger(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        for index in range {
            let byte = source[index]
            guard (0x30...0x39).contains(byte) || (byte == UInt8(ascii: "-") && index == range.lowerBound)
            else {
                return appendJSONString(source, range)
            }
        }
        append(source, from: range.lowerBound, count: range.count)
    }

    /// PostgreSQL prints the shortest digits that read back to the same float, in a form that JSON shares.
    mutating func appendFloat(_ source: borrowing Span<UInt8>, _ range: Range<Int>) {
        for index in range {
            switch source[index] {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
                UInt8(ascii: "."),
                UInt8(ascii: "e"):
                continue
            default:
                return appendJSONString(source, range)
            }
        }
        append(source, from: range.lowerBound, count: range.count)
    }
}
