internal import ArgumentParser
internal import Sinks
internal import Transformer

/// The program `walbrook`.
@main
struct Program: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "walbrook",
        abstract: "Streams every change of a PostgreSQL database, as typed events and in commit order.",
        version: "walbrook \(Version.current)",
        subcommands: [StreamCommand.self, ReplayCommand.self, TailCommand.self, SchemaCommand.self]
    )

    static func main() {
        do {
            var command = try parseAsRoot()
            try command.run()
        } catch {
            let code = exitCode(for: error)
            let text = withoutSecrets(fullMessage(for: error))
            if code == .success {
                print(text)
            } else if !text.isEmpty {
                StandardError.write(text + "\n")
            }
            exit(withError: code)
        }
    }

    /// Messages about arguments repeat them, and one may be a connection string that stands in the wrong place.
    private static func withoutSecrets(_ message: String) -> String {
        CommandLine.arguments.dropFirst().filter {
            $0.contains("://") && SubscriberAddress(uri: $0) == nil || $0.contains("password")
        }
        .reduce(message) { $0.replacing($1, with: "…") }
    }
}
