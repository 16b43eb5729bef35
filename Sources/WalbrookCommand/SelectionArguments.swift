internal import ArgumentParser
internal import Reader
internal import Replication
internal import Transformer
internal import Walbrook

struct SelectionArguments: ParsableArguments {
    @OptionGroup var tables: TableArguments

    @Option(
        help: ArgumentHelp(
            "Only these kinds of events: insert, update, delete, truncate, message, ddl, notify, with commas between. "
                + "(default: all)",
            valueName: "list"))
    var op: OperationList?

    @OptionGroup var columns: ColumnArguments

    @Option(
        help: ArgumentHelp(
            "A file with the secret key of sha256 masks, which become HMAC-SHA-256. (default: none)",
            valueName: "path"))
    var maskKeyFile: String?

    @Option(
        help: ArgumentHelp(
            "Stop once every transaction below an LSN is out, the event at a position, or what is there now. "
                + "(default: never)",
            valueName: "lsn|pos|now"))
    var until: String?

    func validate() throws {
        try tables.validate()
        try columns.validate()
        if maskKeyFile != nil, !columns.mask.contains(where: { $0.mask == .sha256 }) {
            throw ValidationError("--mask-key-file is of use only with --mask GLOB=sha256.")
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

    func fill(_ options: inout StreamOptions) throws(WalbrookError) {
        options.transformer.filter = tables.filter
        let included = tables.filter.included
        // A pattern can fit tables that do not exist yet, so it needs a publication of all.
        if !included.isEmpty, included.allSatisfy(\.isPlain) { options.reader.plainTables = tables.table }
        options.transformer.operations = op?.operations ?? .all
        options.transformer.columns = columns.rules
        options.transformer.maskKey = try maskKeyFile.map { path throws(WalbrookError) in
            try MaskKey.read(path)
        }
        options.reader.stop = stop
    }
}

struct TableArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Only tables whose schema.table fits; * and ? are wildcards; repeatable. (default: all tables)",
            valueName: "glob"))
    var table: [String] = []

    @Option(
        help: ArgumentHelp(
            "Leave out tables whose schema.table fits; repeatable. (default: none)", valueName: "glob"))
    var excludeTable: [String] = []

    func validate() throws {
        for glob in table + excludeTable where !glob.contains(".") && glob != "*" {
            throw ValidationError(
                "Write tables as schema.table, such as public.\(glob.isEmpty ? "orders" : glob).")
        }
    }

    var filter: TableFilter {
        TableFilter(included: table.map { Glob($0) }, excluded: excludeTable.map { Glob($0) })
    }
}

struct ColumnArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Leave out columns whose schema.table.column fits; repeatable. (default: none)", valueName: "glob"
        ))
    var excludeColumn: [String] = []

    @Option(
        help: ArgumentHelp(
            "Write null, \"***\" or a digest in place of the values of columns whose schema.table.column fits; "
                + "repeatable, the first that fits counts. (default: none)",
            valueName: "glob=null|redact|sha256"))
    var mask: [MaskArgument] = []

    func validate() throws {
        for glob in excludeColumn + mask.map(\.glob) where !glob.contains(".") && glob != "*" {
            throw ValidationError("Write columns as schema.table.column, such as *.\(glob).")
        }
    }

    var rules: ColumnRules {
        ColumnRules(
            excluded: excludeColumn.map { Glob($0) },
            masks: mask.map { .init(columns: Glob($0.glob), mask: $0.mask) })
    }
}

/// Kinds of changes with commas between them.
struct OperationList: ExpressibleByArgument {
    let operations: Operations

    private static let names: [Substring: Operations] = [
        "insert": .insert, "update": .update, "delete": .delete, "truncate": .truncate, "message": .message,
        "ddl": .ddl, "notify": .notify,
    ]

    init?(argument: String) {
        var operations: Operations = []
        for name in argument.split(separator: ",", omittingEmptySubsequences: false) {
            guard let operation = Self.names[name] else { return nil }
            operations.insert(operation)
        }
        self.operations = operations
    }
}

/// `GLOB=MASK`.
struct MaskArgument: ExpressibleByArgument {
    let glob: String
    let mask: Mask

    init?(argument: String) {
        // A column's name can hold an equals sign; a mask's cannot.
        guard let equals = argument.lastIndex(of: "="),
            let mask = Mask(rawValue: String(argument[argument.index(after: equals)...]))
        else { return nil }
        glob = String(argument[..<equals])
        self.mask = mask
    }
}
