import Replication
import Testing

@testable import Transformer

@Suite("Integers in decimal")
struct DecimalTests {
    @Test("around every power of ten, and every power of two")
    func boundaries() {
        var values: Set<UInt64> = [0, .max]
        for exponent in 0..<20 {
            let power = (0..<exponent).reduce(UInt64(1)) { value, _ in value * 10 }
            values.formUnion([power - 1, power, power + 1, power * 1 + power / 2])
        }
        for exponent in 0..<64 { values.formUnion([UInt64(1) << UInt64(exponent), ~0 >> UInt64(exponent)]) }
        for value in values {
            #expect(text { $0.appendDecimal(value) } == "\(value)")
            #expect(text { $0.appendDecimal(Int64(bitPattern: value)) } == "\(Int64(bitPattern: value))")
            let wide = Int128(value) * 1_000_000_007
            #expect(text { $0.appendDecimal(wide) } == "\(wide)")
            let widest = -Int128(value) * Int128(Int64.max)
            #expect(text { $0.appendDecimal(widest) } == "\(widest)")
        }
    }

    @Test("every number of four digits, in both halves of a word")
    func fourDigits() {
        for value in UInt64(0)...9999 {
            #expect(text { $0.appendDecimal(value) } == "\(value)")
            #expect(text { $0.appendDecimal(12_340_000 + value) } == "\(12_340_000 + value)")
            #expect(text { $0.appendDecimal(value * 10_000 + 7) } == "\(value * 10_000 + 7)")
        }
    }

    @Test("with leading zeros")
    func width() {
        for (value, width, digits) in [
            (0, 1, "0"), (0, 4, "0000"), (44, 4, "0044"), (12016, 4, "12016"), (7, 16, "0000000000000007"),
            (.max, 16, "18446744073709551615"), (9, 20, "00000000000000000009"),
        ] as [(UInt64, Int, String)] {
            #expect(text { $0.appendDecimal(value, width: width) } == digits)
        }
    }

    private func text(_ body: (inout OutputBuffer) -> Void) -> String {
        var buffer = OutputBuffer(capacity: 0)
        body(&buffer)
        return buffer.text
    }
}
