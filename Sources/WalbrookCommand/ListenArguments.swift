internal import ArgumentParser
internal import Reader
internal import Transformer

struct ListenArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Let the notifications of a channel join the stream; its name as in the catalog, so quoted only for the shell; "
                + "repeatable. (default: none)",
            valueName: "channel"))
    var listen: [String] = []

    @Flag(help: "Read no changes, only what --listen names; needs neither slot nor publication.")
    var noReplication = false

    func validate() throws {
        // The server would cut a longer one, and then nothing would ever come.
        guard listen.allSatisfy({ (1...63).contains($0.utf8.count) }) else {
            throw ValidationError("--listen takes a channel's name of 1 to 63 bytes.")
        }
        guard Set(listen.map { Array($0.utf8) }).count == listen.count else {
            throw ValidationError("--listen names the same channel twice.")
        }
        guard !noReplication || !listen.isEmpty else {
            throw ValidationError("--no-replication is of use only with --listen.")
        }
    }

    /// Refuses what has no effect.
    func validate(
        _ connection: ConnectionArguments, _ selection: SelectionArguments, _ output: OutputArguments
    ) throws {
        guard listen.isEmpty || output.format.hasChannels else {
            throw ValidationError("--listen has no form in --format \(output.format.rawValue).")
        }
        guard noReplication else { return }
        let isPlain =
            !connection.namesReplication && selection.until == nil
            && selection.tables.table.isEmpty && selection.tables.excludeTable.isEmpty
            && selection.columns.excludeColumn.isEmpty && selection.columns.mask.isEmpty
            && !output.transactions
            && !output.schema
        guard isPlain else {
            throw ValidationError(
                "With --no-replication there are no transactions and rows: leave out --until, --table, --exclude-table, "
                    + "--exclude-column, --mask, --transactions, --schema and all of --slot, --publication, "
                    + "--no-create, --publish-without-identity, --temporary, --streaming and --spool-dir.")
        }
    }

    func fill(_ options: inout ReaderOptions) {
        options.channels = listen
        options.usesReplication = !noReplication
        if noReplication {
            options.slot = ""
            options.publications = []
            options.streamsInProgress = false
        }
    }
}
