internal import ArgumentParser

/// The program `walbrook`.
@main
struct Program: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "walbrook",
        abstract: "Streams every change of a PostgreSQL database, as typed events and in commit order.",
        version: "walbrook 0.1.0",
        subcommands: [StreamCommand.self]
    )
}
