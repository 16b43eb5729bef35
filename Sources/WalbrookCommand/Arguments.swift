internal import ArgumentParser
internal import Logging
internal import Reader
internal import Replication
internal import Transformer
internal import Walbrook

struct ConnectionArguments: ParsableArguments {
    @Option(
        name: [.short, .customLong("dsn")],
        help: ArgumentHelp(
            "A URI or keyword=value pairs, as for psql. (default: libpq's own: PGHOST, PGSERVICE, …)",
            valueName: "conninfo"))
    var dsn = ""

    @Option(help: ArgumentHelp("The replication slot.", valueName: "name"))
    var slot = "walbrook"

    @Option(help: ArgumentHelp("A publication; repeatable. (default: walbrook)", valueName: "name"))
    var publication: [String] = []

    @Flag(help: "Create neither slot nor publication.")
    var noCreate = false

    @Flag(help: "Create a publication of inserts and truncates only, which needs no replica identity.")
    var publishWithoutIdentity = false

    @Flag(help: "Use a temporary slot that vanishes with the connection; creates no publication.")
    var temporary = false

    @Option(help: ArgumentHelp("Time between two reports of the confirmed position.", valueName: "seconds"))
    var statusInterval = 1.0

    @Option(
        help: ArgumentHelp(
            "Give up after so many failed attempts in a row. (default: never)", valueName: "count"))
    var retryLimit: Int?

    func validate() throws {
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

    func fill(_ options: inout ReaderOptions) {
        options.connectionString = dsn
        options.slot = slot
        if !publication.isEmpty { options.publications = publication }
        options.mayCreate = !noCreate
        options.publishesWithoutIdentity = publishWithoutIdentity
        options.isTemporary = temporary
        options.statusInterval = .seconds(statusInterval)
        options.retryLimit = retryLimit
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
