/// Decides whether bytes are one JSON object or array, which may then stand in a line as they are (RFC 8259).
///
/// Without recursion, so that hostile nesting costs no stack: what is deeper than `depthLimit` counts as text.
struct JSONValidator {
    static let depthLimit = 200

    private var isObject: [Bool] = []
    private var index: Int
    private let end: Int

    /// - Parameter range: where in `source` the text stands.
    static func isObjectOrArray(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        var validator = JSONValidator(range)
        validator.skipSpace(source)
        guard let first = validator.peek(source), first == UInt8(ascii: "{") || first == UInt8(ascii: "[")
        else {
            return false
        }
        guard validator.container(source) else { return false }
        validator.skipSpace(source)
        return validator.index == validator.end
    }

    private init(_ range: Range<Int>) {
        index = range.lowerBound
        end = range.upperBound
    }

    private func peek(_ source: borrowing Span<UInt8>) -> UInt8? {
        index < end ? source[index] : nil
    }

    private mutating func skipSpace(_ source: borrowing Span<UInt8>) {
        while let byte = peek(source), byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 {
            index += 1
        }
    }

    private mutating func take(_ scalar: Unicode.Scalar, _ source: borrowing Span<UInt8>) -> Bool {
        guard let found = peek(source), found == UInt8(ascii: scalar) else { return false }
        index += 1
        return true
    }

    /// Walks an object or array to its closing bracket.
    private mutating func container(_ source: borrowing Span<UInt8>) -> Bool {
        // Each turn stands where a value is expected.
        while true {
            if take("{", source) {
                isObject.append(true)
                skipSpace(source)
                if take("}", source) {
                    isObject.removeLast()
                } else {
                    guard isObject.count <= Self.depthLimit, name(source) else { return false }
                    continue
                }
            } else if take("[", source) {
                isObject.append(false)
                skipSpace(source)
                if take("]", source) {
                    isObject.removeLast()
                } else {
                    guard isObject.count <= Self.depthLimit else { return false }
                    continue
                }
            } else {
                guard scalar(source) else { return false }
            }
            // A value ended: close what ends with it, and go on behind a comma.
            closing: while let inObject = isObject.last {
                skipSpace(source)
                if take(",", source) {
                    skipSpace(source)
                    if inObject, !name(source) { return false }
                    break closing
                }
                guard take(inObject ? "}" : "]", source) else { return false }
                isObject.removeLast()
            }
            if isObject.isEmpty { return true }
        }
    }

    private mutating func name(_ source: borrowing Span<UInt8>) -> Bool {
        guard string(source) else { return false }
        skipSpace(source)
        guard take(":", source) else { return false }
        skipSpace(source)
        return true
    }

    private mutating func scalar(_ source: borrowing Span<UInt8>) -> Bool {
        switch peek(source) {
        case UInt8(ascii: "\""): string(source)
        case UInt8(ascii: "t"): word("true", source)
        case UInt8(ascii: "f"): word("false", source)
        case UInt8(ascii: "n"): word("null", source)
        default: number(source)
        }
    }

    private mutating func word(_ word: String, _ source: borrowing Span<UInt8>) -> Bool {
        for scalar in word.unicodeScalars {
            guard take(scalar, source) else { return false }
        }
        return true
    }

    private mutating func string(_ source: borrowing Span<UInt8>) -> Bool {
        guard take("\"", source) else { return false }
        while let byte = peek(source) {
            index += 1
            switch byte {
            case UInt8(ascii: "\""): return true
            case UInt8(ascii: "\\"): guard escape(source) else { return false }
            case 0..<0x20: return false
            default: break
            }
        }
        return false
    }

    private mutating func escape(_ source: borrowing Span<UInt8>) -> Bool {
        guard let kind = peek(source) else { return false }
        index += 1
        switch kind {
        case UInt8(ascii: "u"):
            for _ in 0..<4 {
                guard let digit = peek(source), Character(Unicode.Scalar(digit)).isHexDigit else {
                    return false
                }
                index += 1
            }
            return true
        default:
            return "\"\\/bfnrt".utf8.contains(kind)
        }
    }

    private mutating func number(_ source: borrowing Span<UInt8>) -> Bool {
        _ = take("-", source)
        if !take("0", source) {
            guard digits(source) else { return false }
        }
        if take(".", source) {
            guard digits(source) else { return false }
        }
        if take("e", source) || take("E", source) {
            if !take("+", source) { _ = take("-", source) }
            guard digits(source) else { return false }
        }
        return true
    }

    private mutating func digits(_ source: borrowing Span<UInt8>) -> Bool {
        let start = index
        while let byte = peek(source), (0x30...0x39).contains(byte) { index += 1 }
        return index > start
    }
}
