import Replication
import Testing
@testable import Walbrook

@Suite("The batch that is being filled")
struct FillingBatchTests {
    private static func position(_ number: Int) -> Position {
        Position(lsn: LSN(UInt64(number)), ordinal: 2)
    }

    /// Writes one line at the position of that number.
    private static func write(_ line: String, at number: Int, to filling: inout FillingBatch) {
        let start = filling.buffer.count
        let bytes = Array(line.utf8)
        filling.buffer.append(bytes.span, from: 0, count: bytes.count)
        filling.wrote(1, at: position(number))
        filling.endLines(from: start, of: position(number))
    }

    private static func text(_ batch: Batch, from start: Int = 0) -> String {
        batch.bytes.text(from: start)
    }

    @Test func whatWasWrittenIsTakenOnce() {
        var filling = FillingBatch(lastMarked: .start)
        let isNew = filling.isEmpty
        #expect(isNew)
        Self.write("one\n", at: 1, to: &filling)
        Self.write("two\n", at: 2, to: &filling)
        let first = filling.take(sequence: 1, last: Self.position(4), at: nil, boundary: LSN(5))
        let isTaken = filling.isEmpty
        #expect(isTaken)
        Self.write("three\n", at: 6, to: &filling)
        let second = filling.take(sequence: 2, last: Self.position(6), at: nil, boundary: LSN(7))

        #expect(Self.text(first) == "one\ntwo\n")
        #expect((first.sequence, first.events, first.boundary) == (1, 2, LSN(5)))
        #expect((first.first, first.last) == (Self.position(1), Self.position(4)))
        #expect(Self.text(second) == "three\n")
        #expect((second.sequence, second.events, second.boundary) == (2, 1, LSN(7)))
        #expect((second.first, second.last) == (Self.position(6), Self.position(6)))
    }

    @Test(
        "A batch of any size comes whole, and the next one after it",
        arguments: [0, 1, 131_072, 131_073, 700_000])
    func sizes(bytes: Int) {
        var filling = FillingBatch(lastMarked: .start)
        let line = String(repeating: "x", count: bytes)
        Self.write(line, at: 1, to: &filling)
        let isFull = filling.isFull
        #expect(isFull == (bytes >= FillingBatch.size))
        let batch = filling.take(sequence: 1, last: Self.position(1), at: nil, boundary: .zero)
        Self.write("next\n", at: 2, to: &filling)
        let next = filling.take(sequence: 2, last: Self.position(2), at: nil, boundary: .zero)
        #expect(Self.text(batch) == line)
        #expect(Self.text(next) == "next\n")
    }

    @Test("A sink that holds some of it finds where the rest begins")
    func restAfterAPosition() {
        // Position 3 has no line, as one that a filter left out.
        let lines = [(1, "a\n"), (2, "bb\n"), (4, "cccc\n"), (5, "d\n"), (6, "e\n")]
        var filling = FillingBatch(lastMarked: Self.position(5))
        for (number, line) in lines { Self.write(line, at: number, to: &filling) }
        let batch = filling.take(sequence: 1, last: Self.position(6), at: nil, boundary: LSN(7))
        for held in 0...7 {
            let rest = lines.filter { $0.0 > held }.map(\.1).joined()
            #expect(Self.text(batch, from: batch.offset(after: Self.position(held))) == rest, "held \(held)")
        }
    }

    @Test("What may be confirmed is noted for each transaction only for sinks that report events")
    func boundaries() {
        for collects in [false, true] {
            var filling = FillingBatch(lastMarked: .start)
            filling.collectsBoundaries = collects
            Self.write("a\n", at: 1, to: &filling)
            filling.passed(LSN(2))
            filling.passed(LSN(3))
            Self.write("b\n", at: 4, to: &filling)
            filling.passed(LSN(5))
            let batch = filling.take(sequence: 1, last: Self.position(4), at: nil, boundary: LSN(6))
            let ends = [
                EventBoundary(event: Self.position(1), boundary: LSN(3)),
                EventBoundary(event: Self.position(4), boundary: LSN(6)),
            ]
            #expect(batch.ends == (collects ? ends : []))
            let next = filling.take(sequence: 2, last: Self.position(4), at: nil, boundary: LSN(6))
            #expect(next.ends.count == (collects ? 1 : 0))
        }
    }
}

extension OutputBuffer {
    /// What is in the buffer from a byte on, as text.
    fileprivate func text(from start: Int) -> String {
        String(decoding: (start..<count).map { span[$0] }, as: UTF8.self)
    }
}
