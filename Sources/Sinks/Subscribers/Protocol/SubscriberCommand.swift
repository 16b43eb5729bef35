internal import Replication

/// A line that a subscriber sends: words, the first of them a verb in any case.
enum SubscriberCommand: Hashable {
    case authenticate(token: [UInt8])
    case subscribe(SubscriptionRequest)
    /// This event and all before it have arrived.
    case acknowledge(Position)
    case ping
    case quit
}

/// What `SUB` asks for.
struct SubscriptionRequest: Hashable {
    enum Start: Hashable {
        /// Behind what there is at this moment.
        case now
        /// With the oldest event that is kept.
        case oldest
        /// Behind this event.
        case after(Position)
        /// With the first transaction whose commit is at or past it.
        case from(LSN)
    }

    /// Nil when it does not say: where the name is, or now.
    var start: Start?
    var name: String?
    /// Patterns of `schema.table`; none for all.
    var tables: [String] = []
    /// None for all.
    var operations: Set<String> = []
    /// Seconds of silence after which it wants to hear something.
    var heartbeat: Int?
}

extension SubscriberCommand {
    /// - Throws: `Refusal` with the code `COMMAND` for a verb that does not exist, and `SYNTAX` for words that do not
    ///   fit their verb.
    init(parsing line: [UInt8]) throws(Refusal) {
        let words = line.split { $0 == UInt8(ascii: " ") || $0 == UInt8(ascii: "\t") }
        guard let first = words.first, let verb = String(validating: first, as: UTF8.self) else {
            throw Refusal(.command, "this is no command")
        }
        let rest = words.dropFirst()
        switch verb.lowercased() {
        case "auth":
            guard rest.count == 1 else { throw Refusal(.syntax, "AUTH takes one word, the token") }
            self = .authenticate(token: Array(rest[1]))
        case "sub":
            self = .subscribe(try SubscriptionRequest(parsing: rest))
        case "ack":
            guard rest.count == 1, let position = Position(String(decoding: rest[1], as: UTF8.self)) else {
                throw Refusal(.syntax, "ACK takes one position, as an event's pos is written")
            }
            self = .acknowledge(position)
        case "ping":
            guard rest.isEmpty else { throw Refusal(.syntax, "PING stands alone") }
            self = .ping
        case "quit":
            guard rest.isEmpty else { throw Refusal(.syntax, "QUIT stands alone") }
            self = .quit
        default:
            throw Refusal(.command, "the commands are AUTH, SUB, ACK, PING and QUIT")
        }
    }
}

extension SubscriptionRequest {
    /// What an event's `op` can be.
    private static let allOperations: Set<String> = [
        "insert", "update", "delete", "truncate", "message", "notify", "gap", "begin", "commit", "schema",
        "ddl",
        "read",
    ]

    init(parsing words: ArraySlice<ArraySlice<UInt8>>) throws(Refusal) {
        var seen: Set<String> = []
        for word in words {
            guard let text = String(validating: word, as: UTF8.self), let equals = text.firstIndex(of: "=")
            else {
                throw Refusal(.syntax, "SUB takes from=, name=, tables=, ops= and heartbeat=")
            }
            let key = text[..<equals].lowercased()
            let value = String(text[text.index(after: equals)...])
            guard seen.insert(key).inserted else { throw Refusal(.syntax, "SUB takes \(key)= once") }
            try set(key, value)
        }
    }

    private mutating func set(_ key: String, _ value: String) throws(Refusal) {
        let items = value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        switch key {
        case "from":
            start = try Self.start(value)
        case "name":
            guard SubscriberName.isValid(value) else {
                throw Refusal(
                    .syntax, "name= takes 1 to 64 letters, digits, _, - and ., and does not begin with .")
            }
            name = value
        case "tables":
            guard items.allSatisfy({ !$0.isEmpty }) else {
                throw Refusal(.syntax, "tables= takes patterns of schema.table, with commas between them")
            }
            tables = items
        case "ops":
            operations = Set(items.map { $0.lowercased() })
            guard operations.isSubset(of: Self.allOperations) else {
                throw Refusal(
                    .syntax,
                    "ops= takes \(Self.allOperations.sorted().joined(separator: ", ")), with commas between")
            }
        case "heartbeat":
            guard let seconds = Int(value), (1...86_400).contains(seconds) else {
                throw Refusal(.syntax, "heartbeat= takes seconds from 1 to 86400")
            }
            heartbeat = seconds
        default:
            throw Refusal(.syntax, "SUB takes from=, name=, tables=, ops= and heartbeat=")
        }
    }

    private static func start(_ value: String) throws(Refusal) -> Start {
        switch value.lowercased() {
        case "now": return .now
        case "start": return .oldest
        default:
            if let position = Position(value) { return .after(position) }
            if let lsn = LSN(value) { return .from(lsn) }
            throw Refusal(
                .syntax, "from= takes now, start, a position such as 0000000A/016B3748-00000003, or an LSN")
        }
    }
}

/// Names of durable subscriptions, which are names of files.
enum SubscriberName {
    static func isValid(_ name: String) -> Bool {
        let isPlain = name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"),
                UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isPlain && (1...64).contains(name.utf8.count) && name.utf8.first != UInt8(ascii: ".")
    }
}
