internal import ArgumentParser
internal import Transformer

struct OutputArguments: ParsableArguments {
    @Option(help: ArgumentHelp("Where events go.", valueName: "uri"))
    var to: [Target] = [.stdout]

    @Option(help: ArgumentHelp("How events are written.", valueName: "format"))
    var format = FormatName.json

    @Flag(help: "Also write a table's definition, before its first event and whenever it has changed.")
    var schema = false

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

    @Option(
        help: ArgumentHelp(
            "Debezium's topic prefix, the name of the source in its records. (default: walbrook)",
            valueName: "name"))
    var debeziumName: String?

    @Flag(help: "Lose what Debezium loses: inner arrays, columns of unknown types, the type name.")
    var debeziumStrict = false

    func validate() throws {
        guard Set(to).count == to.count else { throw ValidationError("--to names the same place twice.") }
        guard !schema || format.hasSchemas else {
            throw ValidationError("--schema has no form in --format \(format.rawValue).")
        }
        guard format.hasValueOptions || (int8, numeric, bytea) == (.number, .string, .base64) else {
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

    func fill(_ options: inout TransformerOptions) {
        options.format = format
        options.includesTransactions = transactions
        options.includesSchemas = schema
        if let debeziumName { options.debezium.name = debeziumName }
        options.debezium.isStrict = debeziumStrict
        options.values.writesInt8AsString = int8 == .string
        options.values.writesNumericAsNumber = numeric == .number
        options.values.writesByteaAsHexadecimal = bytea == .hex
    }
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

extension FormatName: ExpressibleByArgument {}
