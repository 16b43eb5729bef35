internal import Glibc
internal import Logging
internal import Reader
internal import Replication
internal import Sinks
internal import Walbrook

/// Writes log messages to standard error, one line each: text for people, or JSON for machines.
struct StandardErrorLog: LogHandler {
    enum Format: String, CaseIterable, Sendable {
        case text
        case json
    }

    /// Clears the progress line, which a message on a terminal would otherwise be appended to.
    private static let lineStart = isatty(STDERR_FILENO) == 1 ? "\r\u{1B}[K" : ""

    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    private let format: Format

    init(level: Logger.Level, format: Format) {
        logLevel = level
        self.format = format
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let all = metadata.merging(event.metadata ?? [:]) { $1 }
        let pairs = all.map { ($0.key, "\($0.value)") }.sorted { $0.0 < $1.0 }
        Self.write(event.level.rawValue, "\(event.message)", pairs, format)
    }

    /// Says why the program ends.
    static func report(_ error: WalbrookError, format: Format) {
        switch format {
        case .text:
            let hint = error.hint.map { "\n" + $0 } ?? ""
            StandardError.write("\(lineStart)walbrook: \(error.message)\(hint)\n")
        case .json:
            write("error", error.message, error.hint.map { [("hint", $0)] } ?? [], format)
        }
    }

    static func write(
        _ level: String, _ message: String, _ pairs: [(key: String, value: String)], _ format: Format
    ) {
        let time = Timestamp.now
        switch format {
        case .text:
            let rest = pairs.map { " \($0.key)=\(textValue($0.value))" }.joined()
            StandardError.write("\(lineStart)\(time) \(level): \(message)\(rest)\n")
        case .json:
            let fields =
                [("ts", "\(time)"), ("level", level), ("message", message)] + pairs.map { ($0.key, $0.value) }
            let body = fields.map { "\(jsonString($0.0)):\(jsonString($0.1))" }.joined(separator: ",")
            StandardError.write("{\(body)}\n")
        }
    }

    /// Quoted when it would otherwise not be seen where a value ends.
    private static func textValue(_ value: String) -> String {
        let isPlain =
            !value.isEmpty && value.unicodeScalars.allSatisfy { $0.value > 0x20 && $0 != "\"" && $0 != "=" }
        return isPlain ? value : jsonString(value)
    }

    private static func jsonString(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
