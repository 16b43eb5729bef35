internal import FoundationEssentials
internal import Replication
internal import Sinks
internal import Walbrook

/// What a subscriber knows over the lifetimes of its connections: where it is, and what each line means. Has no socket.
struct TailSession {
    /// What to do about a line.
    enum Answer: Equatable {
        case print
        /// It is no event, or was printed before.
        case ignore
        /// To connect again helps.
        case retry(String)
        case fail(String, WalbrookError.Kind)
    }

    /// What the words of SUB are made of.
    struct Request {
        var start: String?
        var name: String?
        var tables: [String] = []
        var operations: String?
    }

    /// Of a line that is no event, what matters here.
    private struct Control: Decodable {
        var op: String
        var system: String?
        var oldest: String?
        var head: String?
        var passed: String?
        var code: String?
        var message: String?
    }

    /// Seconds of silence after which the server says that it is there.
    static let heartbeat = 20

    private let request: Request
    private let token: String?
    /// The cluster that was streamed first.
    private var system: String?
    private var hasJournal = false
    /// Whether the greeting has come, so that commands can be sent.
    private(set) var isGreeted = false
    /// Everything up to here was printed, or is not wanted; nil before the first thing is known.
    private(set) var passed: Position?
    /// The last event that was printed.
    private(set) var printed: Position?
    /// Said of a connection that could not go on where the last one ended.
    private(set) var gap: String?

    init(_ request: Request, token: String?) {
        self.request = request
        self.token = token
    }

    mutating func connectionLost() {
        isGreeted = false
    }

    /// The commands behind the greeting.
    mutating func commands() -> [String] {
        var words = ["SUB"]
        gap = nil
        if let passed, request.name == nil {
            if hasJournal {
                words.append("from=\(passed)")
            } else {
                gap = "the server keeps no journal: what happened since \(passed) is missing"
            }
        } else if let start = request.start {
            words.append("from=\(start)")
        }
        if let name = request.name { words.append("name=\(name)") }
        if !request.tables.isEmpty { words.append("tables=\(request.tables.joined(separator: ","))") }
        if let operations = request.operations { words.append("ops=\(operations)") }
        words.append("heartbeat=\(Self.heartbeat)")
        return (token.map { ["AUTH \($0)"] } ?? []) + [words.joined(separator: " ")]
    }

    /// Reads a line, with or without its end.
    mutating func take(_ line: [UInt8]) -> Answer {
        if let event = EventLine(line.span) { return take(event, line) }
        guard line.starts(with: Array("{\"op\":\"".utf8)),
            let control = try? JSONDecoder().decode(Control.self, from: Data(line))
        else { return .print }
        switch control.op {
        case "hello":
            isGreeted = true
            return greeting(control)
        case "caught_up", "heartbeat":
            if let position = control.passed.flatMap({ Position($0) }) {
                passed = max(passed ?? .start, position)
            }
            return .ignore
        case "error":
            return answer(control)
        case "pong":
            return .ignore
        default:
            return .print
        }
    }

    private mutating func greeting(_ control: Control) -> Answer {
        if let system, system != control.system {
            return .fail("the server streams another cluster now", .configuration)
        }
        system = control.system
        hasJournal = control.oldest != nil
        return .ignore
    }

    private mutating func take(_ event: EventLine, _ line: [UInt8]) -> Answer {
        // A name goes on where it acknowledged, which may be before what was printed.
        if let printed, event.position <= printed { return .ignore }
        // The definition of a table has the position of the event behind it.
        if line[event.operation].elementsEqual("schema".utf8) { return .print }
        printed = event.position
        passed = max(passed ?? .start, event.position)
        return .print
    }

    private func answer(_ control: Control) -> Answer {
        let message = "\(control.message ?? "refused") (\(control.code ?? "?"))"
        switch control.code {
        case "BUSY", "FULL", "LIMIT", "SLOW", "TIMEOUT", "FAILED": return .retry(message)
        case "AUTH": return .fail(message, .permissionDenied)
        case "GONE":
            let range = "it goes from behind \(control.oldest ?? "?") to \(control.head ?? "?")"
            return .fail("\(message): \(range)", .configuration)
        case "SYNTAX", "COMMAND": return .fail(message, .usage)
        default: return .fail(message, .configuration)
        }
    }
}
