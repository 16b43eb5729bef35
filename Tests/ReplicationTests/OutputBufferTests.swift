import Replication
import Testing

@Suite("An output buffer keeps every byte it is given")
struct OutputBufferTests {
    @Test("it grows without losing anything, however it is filled")
    func growth() {
        var random = SplitMix64(seed: 7)
        var buffer = OutputBuffer(capacity: 0)
        var expected: [UInt8] = []
        for _ in 0..<2000 {
            switch random.below(3) {
            case 0:
                let byte = UInt8(random.below(256))
                buffer.append(byte)
                expected.append(byte)
            case 1:
                let source = (0..<random.below(300)).map { _ in UInt8(random.below(256)) }
                let start = random.below(source.count + 1)
                let count = random.below(source.count - start + 1)
                buffer.append(source.span, from: start, count: count)
                expected += source[start..<(start + count)]
            default:
                buffer.append("é\u{1F4E6}x")
                expected += Array("é\u{1F4E6}x".utf8)
            }
        }
        #expect(buffer.count == expected.count)
        let isWhole = buffer.contents == expected
        #expect(isWhole)
    }

    @Test("a piece larger than twice the buffer fits")
    func largePiece() {
        let source = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
        var buffer = OutputBuffer(capacity: 64)
        buffer.append("head")
        buffer.append(source.span, from: 0, count: source.count)
        let isWhole = buffer.contents == Array("head".utf8) + source
        #expect(isWhole)
    }

    @Test("an empty buffer has an empty span, and takes nothing from an empty source")
    func empty() {
        var buffer = OutputBuffer(capacity: 0)
        let nothing: [UInt8] = []
        buffer.append(nothing.span, from: 0, count: 0)
        let source: [UInt8] = [1, 2]
        buffer.append(source.span, from: 2, count: 0)
        let isEmpty = buffer.span.isEmpty
        #expect(buffer.count == 0 && isEmpty)
    }

    @Test("truncating keeps the front and goes on behind it")
    func truncation() {
        var buffer = OutputBuffer(capacity: 0)
        buffer.append("keep and drop")
        buffer.truncate(to: 4)
        #expect(buffer.text == "keep")
        buffer.append(UInt8(ascii: "!"))
        #expect(buffer.text == "keep!")
        buffer.truncate(to: 5)
        buffer.truncate(to: 0)
        #expect(buffer.text == "")
    }

    /// The checks that stand between a mistake of ours and memory of somebody else.
    @Test("a range outside of its source ends the program, not only in debug builds")
    func rangeOutside() async {
        await #expect(processExitsWith: .failure) {
            var buffer = OutputBuffer(capacity: 64)
            let source: [UInt8] = [1, 2, 3]
            buffer.append(source.span, from: 1, count: 3)
        }
        await #expect(processExitsWith: .failure) {
            var buffer = OutputBuffer(capacity: 64)
            let source: [UInt8] = [1, 2, 3]
            buffer.append(source.span, from: -1, count: 1)
        }
        await #expect(processExitsWith: .failure) {
            var buffer = OutputBuffer(capacity: 64)
            let source: [UInt8] = [1, 2, 3]
            buffer.append(source.span, from: 2, count: -1)
        }
        await #expect(processExitsWith: .failure) {
            var buffer = OutputBuffer(capacity: 64)
            let source: [UInt8] = [1, 2, 3]
            buffer.append(source.span, from: .max, count: 2)
        }
    }

    @Test("a buffer is truncated to a part of itself only")
    func truncationOutside() async {
        await #expect(processExitsWith: .failure) {
            var buffer = OutputBuffer(capacity: 64)
            buffer.append("abc")
            buffer.truncate(to: 4)
        }
        await #expect(processExitsWith: .failure) {
            var buffer = OutputBuffer(capacity: 64)
            buffer.truncate(to: -1)
        }
    }
}
