/// The keys that stand first in every event, in a fixed order: read without parsing the JSON behind them.
package struct EventHead: Sendable {
    /// Of the line in its file, counted from 1.
    package let lineNumber: Int
    package let position: EventPosition
    package let op: String
    /// nil for what belongs to no transaction.
    package let xid: UInt64?

    /// A schema line carries the position of the event it precedes and is none itself.
    package var isSchema: Bool { op == "schema" }

    init(_ line: borrowing LineReader.Line) throws {
        let bytes = line.bytes
        func fail(_ what: String) -> TestFailure {
            TestFailure("line \(line.number) \(what): \(bytes.text.prefix(160))")
        }
        guard line.isTerminated else { throw fail("has no end") }
        var cursor = 0
        guard bytes.holds(#"{"pos":""#, at: &cursor) else { throw fail("does not begin with a position") }
        guard bytes.count > cursor + EventPosition.length,
            let position = EventPosition(bytes.extracting(cursor..<cursor + EventPosition.length))
        else { throw fail("has a malformed position") }
        cursor += EventPosition.length
        guard bytes.holds(#"","op":""#, at: &cursor) else { throw fail("has no operation") }
        let start = cursor
        while cursor < bytes.count, bytes[cursor] != UInt8(ascii: "\"") { cursor += 1 }
        op = bytes.extracting(start..<cursor).text
        lineNumber = line.number
        self.position = position
        if bytes.holds(#"","xid":"#, at: &cursor) {
            var value: UInt64 = 0
            let first = cursor
            while cursor < bytes.count, case 0x30...0x39 = bytes[cursor], cursor - first < 19 {
                value = value * 10 + UInt64(bytes[cursor] - 0x30)
                cursor += 1
            }
            guard cursor > first else { throw fail("has a malformed xid") }
            xid = value
        } else {
            xid = nil
        }
    }
}

/// One event with the text of its line.
package struct Event: Sendable {
    package let head: EventHead
    package let line: String

    package var position: EventPosition { head.position }
    package var op: String { head.op }
    package var xid: UInt64? { head.xid }
}

extension Span<UInt8> {
    /// Whether the text stands at the cursor, which then moves behind it.
    fileprivate func holds(_ text: StaticString, at cursor: inout Int) -> Bool {
        let length = text.utf8CodeUnitCount
        guard count - cursor >= length else { return false }
        // SAFETY: a string literal lives for ever, and the index stays below its length.
        let pointer = unsafe text.utf8Start
        for index in 0..<length {
            guard unsafe self[cursor + index] == pointer[index] else { return false }
        }
        cursor += length
        return true
    }
}
