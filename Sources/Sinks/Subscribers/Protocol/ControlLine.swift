internal import NIOCore
internal import Replication

/// A line that is no event: it has the key `op` in common with them, and no `pos`.
struct ControlLine {
    private var text: String

    private init(_ operation: String) {
        text = "{\"op\":\"\(operation)\""
    }

    private mutating func add(_ key: String, _ value: String?) {
        guard let value else { return }
        text += ",\"\(key)\":\(Self.quoted(value))"
    }

    private mutating func add(_ key: String, number: Int) {
        text += ",\"\(key)\":\(number)"
    }

    private mutating func add(_ key: String, _ position: Position?) {
        add(key, position.map { "\($0)" })
    }

    var buffer: ByteBuffer { ByteBuffer(string: text + "}\n") }

    /// The first line of a connection.
    ///
    /// - Parameter oldest: nil without a journal.
    static func hello(_ origin: StreamOrigin, head: Position, oldest: Position?, needsToken: Bool) -> Self {
        var line = Self("hello")
        line.add("protocol", number: 1)
        line.add("system", origin.identity.systemIdentifier)
        line.add("timeline", number: Int(origin.identity.timeline))
        line.add("database", origin.identity.database)
        line.add("slot", origin.slot)
        line.add("format", origin.format)
        line.add("head", head)
        line.add("oldest", oldest)
        line.add("auth", needsToken ? "token" : "none")
        return line
    }

    /// Everything up to the head has been sent; what comes next happens now.
    static func caughtUp(passed: Position, head: Position) -> Self {
        var line = Self("caught_up")
        line.add("passed", passed)
        line.add("head", head)
        return line
    }

    /// - Parameters:
    ///   - passed: up to where the subscriber got everything that it asked for.
    ///   - head: the last event there is.
    static func heartbeat(passed: Position, head: Position) -> Self {
        var line = Self("heartbeat")
        line.add("passed", passed)
        line.add("head", head)
        return line
    }

    static var pong: Self { Self("pong") }

    static func error(_ refusal: Refusal) -> Self {
        var line = Self("error")
        line.add("code", refusal.code.rawValue)
        line.add("message", refusal.message)
        line.add("oldest", refusal.oldest)
        line.add("head", refusal.head)
        line.add("passed", refusal.passed)
        return line
    }

    private static func quoted(_ value: String) -> String {
        var result = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
