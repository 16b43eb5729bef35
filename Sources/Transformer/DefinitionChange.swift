import Replication

/// A change of definitions, as the event triggers of `sql/ddl_events.sql` write it into the log: a transactional message
/// with a prefix of its own, whose content is an object of the keys `tag`, `objects` and perhaps `command`.
///
/// Anybody may write messages, so that one which is not exactly that stays a message.
struct DefinitionChange {
    let message: LogicalMessage
    /// Where their JSON stands: of the command's tag, a string.
    let tag: Range<Int>
    /// An array.
    let objects: Range<Int>
    /// The command's text, a string; nil when it was not asked for.
    let command: Range<Int>?

    private static let prefix: StaticString = "walbrook.ddl"

    init?(_ message: LogicalMessage, _ bytes: borrowing Span<UInt8>) {
        guard message.isTransactional, bytes.holds(Self.prefix, at: message.prefix),
            (try? UTF8Span(validating: bytes.extracting(message.content))) != nil,
            JSONValidator.isObjectOrArray(bytes, message.content)
        else { return nil }
        var members = JSONMembers(message.content)
        var (tag, objects, command): (Range<Int>?, Range<Int>?, Range<Int>?)
        while let member = members.next(bytes) {
            let first = bytes[member.value.lowerBound]
            if bytes.holds("tag", at: member.name), first == UInt8(ascii: "\""), tag == nil {
                tag = member.value
            } else if bytes.holds("objects", at: member.name), first == UInt8(ascii: "["), objects == nil {
                objects = member.value
            } else if bytes.holds("command", at: member.name), first == UInt8(ascii: "\""), command == nil {
                command = member.value
            } else {
                return nil
            }
        }
        guard let tag, let objects else { return nil }
        self.message = message
        self.tag = tag
        self.objects = objects
        self.command = command
    }
}

extension Span<UInt8> {
    /// Whether a text stands at a place and fills it.
    fileprivate func holds(_ text: StaticString, at range: Range<Int>) -> Bool {
        guard range.count == text.utf8CodeUnitCount else { return false }
        return text.description.utf8.elementsEqual(range.map { self[$0] })
    }
}
