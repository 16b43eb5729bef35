internal import Replication

/// Colours a line of JSON for a terminal: names, strings and other values apart, and the kind of event by what it does.
struct LineColors {
    private static let reset = Array("\u{1B}[0m".utf8)
    private static let name = Array("\u{1B}[2m".utf8)
    private static let string = Array("\u{1B}[36m".utf8)
    private static let other = Array("\u{1B}[35m".utf8)
    private static let operations: [[UInt8]: [UInt8]] = [
        Array("\"insert\"".utf8): Array("\u{1B}[1;32m".utf8),
        Array("\"update\"".utf8): Array("\u{1B}[1;33m".utf8),
        Array("\"delete\"".utf8): Array("\u{1B}[1;31m".utf8),
        Array("\"truncate\"".utf8): Array("\u{1B}[1;31m".utf8),
    ]

    /// The bytes of one line, its end included, with colours.
    static func color(_ line: ArraySlice<UInt8>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(line.count * 2)
        var at = line.startIndex
        var isOperation = false
        while at < line.endIndex {
            let start = at
            switch line[at] {
            case UInt8(ascii: "\""):
                at = endOfString(line, from: at)
                let text = line[start..<at]
                if at < line.endIndex, line[at] == UInt8(ascii: ":") {
                    isOperation = text.elementsEqual("\"op\"".utf8)
                    result += name + text + reset
                } else {
                    result += (isOperation ? operations[Array(text)] : nil) ?? string
                    result += text + reset
                    isOperation = false
                }
            case UInt8(ascii: "{"), UInt8(ascii: "}"), UInt8(ascii: "["), UInt8(ascii: "]"),
                UInt8(ascii: ","),
                UInt8(ascii: ":"), 0x0A, 0x20:
                result.append(line[at])
                at += 1
            default:
                while at < line.endIndex, !",:]}\n ".utf8.contains(line[at]) { at += 1 }
                result += other + line[start..<at] + reset
            }
        }
        return result
    }

    private static func endOfString(_ line: ArraySlice<UInt8>, from start: Int) -> Int {
        var at = start + 1
        while at < line.endIndex {
            switch line[at] {
            case UInt8(ascii: "\\"): at += 2
            case UInt8(ascii: "\""): return at + 1
            default: at += 1
            }
        }
        return line.endIndex
    }
}
