internal import ArgumentParser
internal import FoundationEssentials
internal import Logging
internal import Reader
internal import Replication
internal import Transformer
internal import Walbrook

struct ConnectionArguments: ParsableArguments {
    @Option(
        name: [.short, .customLong("dsn")],
        help: ArgumentHelp(
            "A URI, keyword=value pairs or a database's name, as for psql. (default: libpq's own: PGHOST, PGSERVICE, …)",
            valueName: "conninfo"))
    var dsn = ""

    @Option(
        help: ArgumentHelp(
            "Who takes the changes down: the server's replication, or the triggers of sql/capture.sql.",
            valueName: "way"))
    var capture = ReaderOptions.Capture.replication

    @Option(
        help: ArgumentHelp(
            "With --capture triggers: how often to look although no bell rang. (default: 1)",
            valueName: "seconds"))
    var pollInterval: Double?

    @Option(help: ArgumentHelp("The replication slot. (default: walbrook)", valueName: "name"))
    var slot: String?

    @Option(help: ArgumentHelp("A publication; repeatable. (default: walbrook)", valueName: "name"))
    var publication: [String] = []

    @Flag(help: "Create neither slot nor publication.")
    var noCreate = false

    @Flag(help: "Create a publication of inserts and truncates only, which needs no replica identity.")
    var publishWithoutIdentity = false

    @Flag(help: "Use a temporary slot that vanishes with the connection; creates no publication.")
    var temporary = false

    @Flag(
        inversion: .prefixedNo,
        help:
            """
            Have large transactions sent before they commit (server 14 and up), and keep them here until then. \
            (default: --streaming)
            """
    )
    var streaming: Bool?

    @Option(
        help: ArgumentHelp(
            "Where large transactions are kept until they commit. (default: TMPDIR, else /var/tmp)",
            valueName: "directory"))
    var spoolDir: String?

    @Option(help: ArgumentHelp("Time between two reports of the confirmed position.", valueName: "seconds"))
    var statusInterval = 1.0

    @Option(
        help: ArgumentHelp(
            """
            Give up after so many failed attempts in a row, also if the server was never there. (default: never once it \
            was there, else at once)
            """, valueName: "count"))
    var retryLimit: Int?

    /// Whether something is asked for that only a replication connection has.
    var namesReplication: Bool {
        slot != nil || !publication.isEmpty || noCreate || publishWithoutIdentity || temporary
            || streaming != nil
            || spoolDir != nil
    }

    func validate() throws {
        try validateCapture()
        guard !temporary || (slot == nil && !publishWithoutIdentity) else {
            throw ValidationError(
                "With --temporary the slot has a name of its own and no publication is created: leave out --slot and "
                    + "--publish-without-identity.")
        }
        let slot = slot ?? "walbrook"
        let letters = slot.utf8.allSatisfy {
            (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "_")
        }
        guard letters, (1...63).contains(slot.utf8.count) else {
            throw ValidationError("--slot takes 1 to 63 of the characters a-z, 0-9 and _, not '\(slot)'.")
        }
        guard publication.allSatisfy({ (1...63).contains($0.utf8.count) }) else {
            throw ValidationError("--publication takes a name of 1 to 63 bytes.")
        }
        guard statusInterval >= 0.01, statusInterval <= 3600 else {
            throw ValidationError("--status-interval takes seconds from 0.01 to 3600.")
        }
        guard retryLimit ?? 0 >= 0 else { throw ValidationError("--retry-limit takes a number from 0.") }
    }

    private func validateCapture() throws {
        guard capture == .triggers else {
            guard pollInterval == nil else {
                throw ValidationError("--poll-interval is of use only with --capture triggers.")
            }
            return
        }
        guard !namesReplication else {
            throw ValidationError(
                "--slot, --publication, --no-create, --publish-without-identity, --temporary, "
                    + "--streaming and --spool-dir belong to replication: "
                    + "leave them out with --capture triggers.")
        }
        guard pollInterval.map({ (0.01...3600).contains($0) }) ?? true else {
            throw ValidationError("--poll-interval takes seconds from 0.01 to 3600.")
        }
    }

    func fill(_ options: inout StreamOptions) {
        options.reader.connectionString = dsn
        options.reader.capture = capture
        options.reader.pollInterval = .seconds(pollInterval ?? 1)
        options.reader.slot = slot ?? "walbrook"
        if !publication.isEmpty { options.reader.publications = publication }
        options.reader.mayCreate = !noCreate
        options.reader.publishesWithoutIdentity = publishWithoutIdentity
        options.reader.isTemporary = temporary
        options.reader.statusInterval = .seconds(statusInterval)
        options.reader.retryLimit = retryLimit
        options.reader.streamsInProgress = streaming ?? true
        // /tmp can be in memory.
        options.spoolDirectory =
            spoolDir ?? ProcessInfo.processInfo.environment["TMPDIR"].flatMap { $0.isEmpty ? nil : $0 }
            ?? "/var/tmp"
    }
}

struct LoggingArguments: ParsableArguments {
    @Option(help: ArgumentHelp("The least important message to log.", valueName: "level"))
    var logLevel = LogLevel.notice

    @Option(help: ArgumentHelp("How messages are written to standard error.", valueName: "format"))
    var logFormat = StandardErrorLog.Format.text

    @Flag(help: "No progress line when standard error is a terminal.")
    var quiet = false
}

/// The levels of swift-log.
enum LogLevel: String, CaseIterable, ExpressibleByArgument {
    case trace, debug, info, notice, warning, error

    var level: Logger.Level { Logger.Level(rawValue: rawValue) ?? .notice }
}

extension StandardErrorLog.Format: ExpressibleByArgument {}

extension ReaderOptions.Capture: ExpressibleByArgument {}
