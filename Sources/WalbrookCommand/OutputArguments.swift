internal import ArgumentParser
internal import Sinks
internal import Transformer

struct OutputArguments: ParsableArguments {
    @Option(
        name: .customLong("to"),
        help: ArgumentHelp(
            "Where events go: stdout, file:PATH, tcp://HOST:PORT or unix:PATH; repeatable; without it, --journal keeps them alone. "
                + "(default: stdout)",
            valueName: "uri"))
    var targets: [Target] = []

    @OptionGroup var journal: JournalArguments

    var to: [Target] {
        targets.isEmpty && journal.journal == nil ? [.stdout] : targets
    }

    @Option(
        help: ArgumentHelp(
            "Put a file aside when it has so many bytes (k, M, G: powers of 1024). (default: never)",
            valueName: "size"))
    var rotateSize: ByteSize?

    @Option(
        help: ArgumentHelp(
            "Put a file aside so long after its first event (s, m, h, d). (default: never)", valueName: "time"
        ))
    var rotateAge: TimeSpan?

    @Option(help: ArgumentHelp("How events are written.", valueName: "format"))
    var format = FormatName.json

    @Flag(help: "Also write a table's definition, before its first event and whenever it has changed.")
    var schema = false

    @Flag(help: "Also write an event for the begin and the commit of each transaction.")
    var transactions = false

    @OptionGroup var values: ValueArguments

    @Option(
        help: ArgumentHelp(
            "Debezium's topic prefix, the name of the source in its records. (default: walbrook)",
            valueName: "name"))
    var debeziumName: String?

    @Flag(help: "Lose what Debezium loses: inner arrays, columns of unknown types, the type name.")
    var debeziumStrict = false

    func validate() throws {
        try journal.validate(format)
        guard Set(to).count == to.count else { throw ValidationError("--to names the same place twice.") }
        try validateFiles()
        guard rotateSize == nil && rotateAge == nil || to.contains(where: \.isFile) else {
            throw ValidationError("--rotate-size and --rotate-age are of use only with --to file:PATH.")
        }
        guard !schema || format.hasSchemas else {
            throw ValidationError("--schema has no form in --format \(format.rawValue).")
        }
        guard format.hasValueOptions || values.areDefault else {
            throw ValidationError(
                "--int8, --numeric and --bytea have no effect in --format \(format.rawValue), which fixes how "
                    + "values are written.")
        }
        guard format == .debezium || (debeziumName == nil && !debeziumStrict) else {
            throw ValidationError(
                "--debezium-name and --debezium-strict are of use only with --format debezium.")
        }
        guard debeziumName != "" else { throw ValidationError("--debezium-name takes a name.") }
    }

    /// Each file and its state must be files of their own, whatever paths lead there.
    private func validateFiles() throws {
        let files = to.compactMap { target in
            target.path.flatMap { path in FilePlace(path: path).map { (path: path, place: $0) } }
        }
        for (number, file) in files.enumerated() {
            for other in files.dropFirst(number + 1) {
                guard file.place != other.place else {
                    throw ValidationError("--to names the same file twice, \(file.path) and \(other.path).")
                }
                for (file, other) in [(file, other), (other, file)] where file.place.state == other.place {
                    throw ValidationError(
                        "\(other.path) is where the state of \(file.path) is kept: take another name.")
                }
            }
        }
    }

    func fill(_ options: inout TransformerOptions) {
        options.format = format
        options.includesTransactions = transactions
        options.includesSchemas = schema
        if let debeziumName { options.debezium.name = debeziumName }
        options.debezium.isStrict = debeziumStrict
        values.fill(&options.values)
    }
}

/// How some types are written.
struct ValueArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp("How int8 is written; a string is safe for readers of doubles.", valueName: "form")
    )
    var int8 = NumberForm.number

    @Option(help: ArgumentHelp("How numeric is written; the digits are the same.", valueName: "form"))
    var numeric = NumberForm.string

    @Option(help: ArgumentHelp("How bytea is written.", valueName: "form"))
    var bytea = BytesForm.base64

    var areDefault: Bool {
        int8 == .number && numeric == .string && bytea == .base64
    }

    func fill(_ options: inout ValueOptions) {
        options.writesInt8AsString = int8 == .string
        options.writesNumericAsNumber = numeric == .number
        options.writesByteaAsHexadecimal = bytea == .hex
    }
}

enum NumberForm: String, CaseIterable, ExpressibleByArgument {
    case number, string
}

enum BytesForm: String, CaseIterable, ExpressibleByArgument {
    case base64, hex
}

extension FormatName: ExpressibleByArgument {}
