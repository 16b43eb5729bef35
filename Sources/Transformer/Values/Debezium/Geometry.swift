import Replication

/// Geometry as an object that holds well-known binary (WKB) in base64, and the identifier of its reference system.
extension OutputBuffer {
    /// A point, `(1,2.5)`: also its coordinates.
    mutating func appendPoint(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        var scanner = ItemScanner(range)
        guard scanner.take("(", source) else { return false }
        let start = scanner.index
        guard scanner.skip(past: UInt8(ascii: ","), source) else { return false }
        let x = start..<scanner.index - 1
        guard scanner.skip(past: UInt8(ascii: ")"), source), scanner.isAtEnd else { return false }
        let y = x.upperBound + 1..<scanner.index - 1
        guard let left = source.double(x), let right = source.double(y) else { return false }
        append("{\"x\":")
        if !appendJavaNumber(source, x, .double) { appendJSONString(source, x) }
        append(",\"y\":")
        if !appendJavaNumber(source, y, .double) { appendJSONString(source, y) }
        append(",\"wkb\":\"")
        var base64 = Base64Writer()
        // Little-endian; a point.
        for byte: UInt8 in [1, 1, 0, 0, 0] { base64.append(byte, to: &self) }
        base64.append(littleEndian: left.bitPattern, to: &self)
        base64.append(littleEndian: right.bitPattern, to: &self)
        base64.finish(&self)
        append("\",\"srid\":null}")
        return true
    }

    /// A value of PostGIS, which prints extended well-known binary in hexadecimal.
    mutating func appendGeometry(_ source: borrowing Span<UInt8>, _ range: Range<Int>) -> Bool {
        // Byte order, and the type with its flags.
        guard range.count >= 10, range.count % 2 == 0 else { return false }
        var base64 = Base64Writer()
        append("{\"wkb\":\"")
        for index in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
            guard let byte = source.byte(hexadecimalAt: index) else { return false }
            base64.append(byte, to: &self)
        }
        base64.finish(&self)
        append("\",\"srid\":")
        if let reference = source.referenceSystem(range) {
            appendDecimal(UInt64(reference))
        } else {
            append("null")
        }
        append("}")
        return true
    }
}

extension Span<UInt8> {
    fileprivate func double(_ range: Range<Int>) -> Double? {
        Double(String(decoding: range.map { self[$0] }, as: UTF8.self))
    }

    fileprivate func byte(hexadecimalAt index: Int) -> UInt8? {
        let (high, low) = (OutputBuffer.hexValue(self[index]), OutputBuffer.hexValue(self[index + 1]))
        return high | low < 16 ? high << 4 | low : nil
    }

    /// What stands behind the type if that has the flag for it; nil without.
    fileprivate func referenceSystem(_ range: Range<Int>) -> UInt32? {
        let isLittleEndian = byte(hexadecimalAt: range.lowerBound) == 1
        func word(_ index: Int) -> UInt32 {
            (0..<4).reduce(0) { word, place in
                let at = index + (isLittleEndian ? 3 - place : place)
                return word << 8 | UInt32(byte(hexadecimalAt: range.lowerBound + 2 * at) ?? 0)
            }
        }
        let hasReference: UInt32 = 0x2000_0000
        return word(1) & hasReference != 0 && range.count >= 18 ? word(5) : nil
    }
}
