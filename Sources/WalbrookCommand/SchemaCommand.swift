internal import ArgumentParser
internal import Replication
internal import Sinks
internal import Transformer
internal import Walbrook

/// `walbrook schema`.
struct SchemaCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "schema",
        abstract: "Print a JSON Schema of the events.",
        discussion: """
            Draft 2020-12, of events in the format json. Without any option it holds for every stream. With -d, --table or \
            --exclude-table it holds for the tables of a database as they are now, with typed columns; give the options \
            that the stream has, because they change the values.
            """
    )

    @Option(
        name: [.short, .customLong("dsn")],
        help: ArgumentHelp(
            "A URI, keyword=value pairs or a database's name, as for psql. (default: libpq's own: PGHOST, PGSERVICE, …)",
            valueName: "conninfo"))
    var dsn: String?

    @Option(
        help: ArgumentHelp(
            "A publication, whose column lists count; repeatable. (default: walbrook)", valueName: "name"))
    var publication: [String] = []

    @OptionGroup var tables: TableArguments
    @OptionGroup var columns: ColumnArguments
    @OptionGroup var values: ValueArguments

    func validate() throws {
        try tables.validate()
        try columns.validate()
        guard !isOfTables else { return }
        let isPlain =
            publication.isEmpty && columns.excludeColumn.isEmpty && columns.mask.isEmpty
            && (values.int8, values.numeric, values.bytea) == (.number, .string, .base64)
        guard isPlain else {
            throw ValidationError(
                "--publication, --exclude-column, --mask, --int8, --numeric and --bytea change the schema of tables: say "
                    + "which by -d or --table.")
        }
    }

    private var isOfTables: Bool {
        dsn != nil || !tables.table.isEmpty || !tables.excludeTable.isEmpty
    }

    func run() throws {
        do throws(WalbrookError) {
            try printSchema()
        } catch {
            StandardErrorLog.report(error, format: .text)
            throw ExitCode(error.kind.rawValue)
        }
    }

    private func printSchema() throws(WalbrookError) {
        guard StandardDescriptors.secure() else {
            throw WalbrookError(.sinkFailed, "standard output is closed", hint: "Redirect it to a file.")
        }
        let schema = isOfTables ? try tableSchema() : EventSchema.general()
        do {
            try StandardOutput.write(schema)
        } catch {
            throw WalbrookError(.sinkFailed, error.description)
        }
    }

    private func tableSchema() throws(WalbrookError) -> OutputBuffer {
        var options = TransformerOptions(filter: tables.filter)
        options.columns = columns.rules
        values.fill(&options.values)
        return try TableSchemas(
            connectionString: dsn ?? "", publications: publication.isEmpty ? ["walbrook"] : publication
        ).schema(options)
    }
}
