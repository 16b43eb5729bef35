import Replication

/// The members of one JSON object, of text that is known to be valid; none of an array.
struct JSONMembers {
    struct Member {
        /// Without its quotes, as it is escaped.
        var name: Range<Int>
        var value: Range<Int>
    }

    private var index: Int
    private let end: Int

    init(_ range: Range<Int>) {
        index = range.lowerBound
        end = range.upperBound
    }

    mutating func next(_ source: borrowing Span<UInt8>) -> Member? {
        // What stands before a name: blanks, and the opening bracket or a comma.
        while index < end, source[index] != UInt8(ascii: "\"") {
            let byte = source[index]
            guard byte != UInt8(ascii: "["), byte != UInt8(ascii: "}") else {
                index = end
                return nil
            }
            index += 1
        }
        guard index < end else { return nil }
        let name = string(source)
        while index < end, source[index] == UInt8(ascii: ":") || source[index] <= 0x20 { index += 1 }
        let start = index
        var depth = 0
        while index < end {
            switch source[index] {
            case UInt8(ascii: "\""):
                _ = string(source)
                continue
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
            case UInt8(ascii: "}"), UInt8(ascii: "]"):
                if depth == 0 { return Member(name: name, value: start..<trimmed(start, source)) }
                depth -= 1
            case UInt8(ascii: ",") where depth == 0:
                return Member(name: name, value: start..<trimmed(start, source))
            default:
                break
            }
            index += 1
        }
        return nil
    }

    /// The end of the value before the index, without blanks.
    private func trimmed(_ start: Int, _ source: borrowing Span<UInt8>) -> Int {
        var last = index
        while last > start, source[last - 1] <= 0x20 { last -= 1 }
        return last
    }

    /// Goes past a string; returns what is between its quotes.
    private mutating func string(_ source: borrowing Span<UInt8>) -> Range<Int> {
        index += 1
        let start = index
        while index < end, source[index] != UInt8(ascii: "\"") {
            index += source[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        let last = min(index, end)
        index = min(index + 1, end)
        return start..<last
    }
}
