internal import Foundation

/// A file of events in Walbrook's own JSON, as tests look at it.
///
/// Everything streams the file anew; only what asks for texts or a list holds them in memory, so the
/// assertions also do for millions of lines.
package struct EventLog: Sendable {
    package let path: String
    /// A log that `merged` made lives in a directory of its own, as long as this value.
    private let owner: TemporaryDirectory?

    package init(_ path: String) {
        self.init(path, owner: nil)
    }

    init(_ path: String, owner: TemporaryDirectory?) {
        self.path = path
        self.owner = owner
    }

    /// Calls the body with every event's head, in the order of the file.
    ///
    /// - Throws: `TestFailure` at a line that is no event or has no end.
    package func forEachHead(_ body: (EventHead) throws -> Void) throws {
        try forEach { head, _ in try body(head) }
    }

    func forEach(_ body: (EventHead, borrowing LineReader.Line) throws -> Void) throws {
        try naming {
            try LineReader(path: path).forEach { line in
                try body(EventHead(line), line)
            }
        }
    }

    /// All events with their lines.
    package func events() throws -> [Event] {
        var events: [Event] = []
        try forEach { head, line in events.append(Event(head: head, line: line.bytes.text)) }
        for event in events { EventSample.note(event.line) }
        return events
    }

    /// All lines, whatever is in them, also an unfinished last one.
    package func lines() throws -> [String] {
        var lines: [String] = []
        try LineReader(path: path).forEach { line in
            lines.append(line.bytes.text)
            if line.isTerminated { EventSample.note(line.bytes.text) }
        }
        return lines
    }

    /// How many events of each operation there are.
    package func counts() throws -> [String: Int] {
        var counts: [String: Int] = [:]
        try forEachHead { counts[$0.op, default: 0] += 1 }
        return counts
    }

    /// Puts the file's name before a message that knows only the line.
    func naming<T>(_ body: () throws -> T) throws -> T {
        do {
            return try body()
        } catch let failure as TestFailure {
            throw TestFailure("\((path as NSString).lastPathComponent): \(failure)")
        }
    }
}

extension Event {
    /// The whole event. Numbers lose what JSONSerialization makes of them: compare `line` where it matters.
    package func object() throws -> [String: Any] {
        guard let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any] else {
            throw TestFailure("line \(head.lineNumber) is no JSON object: \(line)")
        }
        return object
    }
}
