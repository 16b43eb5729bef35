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

struct SelectionArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only tables whose schema.table fits; * and ? are wildcards; repeatable. (default: all tables)",
            valueName: "glob"))
    var table: [String] = []

    @Option(
        help: ArgumentHelp(
            "Leave out tables whose schema.table fits; repeatable. (default: none)", valueName: "glob"))
    var excludeTable: [String] = []

    @Option(
        help: ArgumentHelp(
            "Stop once every transaction below an LSN is out, the event at a position, or what is there now. "
                + "(default: never)",
            valueName: "lsn|pos|now"))
    var until: String?

    func validate() throws {
        for glob in table + excludeTable where !glob.contains(".") && glob != "*" {
            throw ValidationError("Write tables as schema.table, such as public.\(glob).")
        }
        guard until == nil || stop != nil else {
            throw ValidationError(
                "--until takes an LSN (0/16B3748), a position (00000000/016B3748-00000003) or 'now'.")
        }
    }

    private var stop: ReaderOptions.Stop? {
        guard let until else { return nil }
        if until == "now" { return .now }
        return Position(until).map { .at(.position($0)) } ?? LSN(until).map { .at(.lsn($0)) }
    }

    func fill(_ options: inout StreamOptions) {
        let included = table.map { Glob($0) }
        options.transformer.filter = TableFilter(included: included, excluded: excludeTable.map { Glob($0) })
        // A pattern can fit tables that do not exist yet, so it needs a publication of all.
        if !included.isEmpty, included.allSatisfy(\.isPlain) { options.reader.plainTables = table }
        options.reader.stop = stop
    }
}

struct OutputArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Where events go.", valueName: "uri"))
    var to: [Target] = [.stdout]

    @Flag(help: "Also write an event for the begin and the commit of each transaction.")
    var transactions = false

    @Option(
        help: ArgumentHelp("How int8 is written; a string is safe for readers of doubles.", valueName: "form")
    )
    var int8 = NumberForm.number

    @Option(help: ArgumentHelp("How numeric is written; the digits are the same.", valueName: "form"))
    var numeric = NumberForm.string

    @Option(help: ArgumentHelp("How bytea is written.", valueName: "form"))
    var bytea = BytesForm.base64

    func validate() throws {
        guard Set(to).count == to.count else { throw ValidationError("--to names the same place twice.") }
    }

    func fill(_ options: inout TransformerOptions) {
        options.includesTransactions = transactions
        options.values.writesInt8AsString = int8 == .string
        options.values.writesNumericAsNumber = numeric == .number
        options.values.writesByteaAsHexadecimal = bytea == .hex
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

enum NumberForm: String, CaseIterable, ExpressibleByArgument {
    case number, string
}

enum BytesForm: String, CaseIterable, ExpressibleByArgument {
    case base64, hex
}

/// A place events can go.
enum Target: String, CaseIterable, ExpressibleByArgument {
    case stdout
}

extension StandardErrorLog.Format: ExpressibleByArgument {}
