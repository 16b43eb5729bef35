internal import ArgumentParser
internal import Glibc
internal import Replication
internal import Sinks
internal import Walbrook

/// `walbrook replay`.
struct ReplayCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Print events from a journal.",
        discussion: """
            Writes the lines as they were written, from the oldest one or from a position, and ends where the journal does. \
            Reads also from one that a stream is writing.
            """
    )

    @Argument(help: ArgumentHelp("The directory of the journal.", valueName: "dir"))
    var directory: String

    @Option(
        help: ArgumentHelp(
            "Begin after the event at a position, or with the first transaction at or past an LSN. (default: the oldest)",
            valueName: "pos|lsn"))
    var from: ReplayStart?

    @Option(
        help: ArgumentHelp("End with the event at this position. (default: the newest)", valueName: "pos"))
    var toPos: PositionArgument?

    @OptionGroup var tables: TableArguments

    @Option(
        help: ArgumentHelp(
            "Only these kinds of events, with commas between, such as insert,delete. (default: all)",
            valueName: "list"))
    var op: String?

    private static let operations: Set<String> = [
        "insert", "update", "delete", "truncate", "message", "notify", "gap", "begin", "commit", "schema",
        "ddl", "read",
    ]

    func validate() throws {
        try tables.validate()
        for name in names ?? [] where !Self.operations.contains(name) {
            throw ValidationError("--op takes kinds of events, such as insert,delete, not '\(name)'.")
        }
    }

    private var names: Set<String>? {
        op.map { Set($0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)) }
    }

    func run() throws {
        signal(SIGPIPE, SIG_IGN)
        do throws(WalbrookError) {
            try replay()
        } catch {
            StandardErrorLog.report(error, format: .text)
            throw ExitCode(error.kind.rawValue)
        }
    }

    private func replay() throws(WalbrookError) {
        guard StandardDescriptors.secure() else {
            throw WalbrookError(.sinkFailed, "standard output is closed", hint: "Redirect it to a file.")
        }
        do throws(SinkError) {
            let archive = try JournalArchive(directory: directory)
            do throws(HistoryError) {
                try print(archive)
            } catch {
                throw explained(error)
            }
        } catch {
            throw WalbrookError(error)
        }
    }

    private func print(_ archive: JournalArchive) throws(HistoryError) {
        let (extent, confirmed) = try archive.extent()
        let reader = try archive.reader(after: from?.position(extent, confirmed) ?? extent.floor)
        defer { reader.close() }
        let filter = LineFilter(tables: tables.filter, operations: names)
        var selection = LineSelection(filter, end: toPos?.position)
        while !selection.hasReachedEnd, let chunk = try reader.next(bytes: 256 * 1024) {
            let lines = selection.select(chunk.bytes.span)
            do throws(SinkError) {
                if lines.count > 0, try !StandardOutput.write(lines) { return }
            } catch {
                throw .failed(error.reason)
            }
        }
    }

    private func explained(_ error: HistoryError) -> SinkError {
        switch error {
        case .gone(let extent):
            SinkError(
                .refused, sink: "journal:\(directory)",
                reason: "the position is not in it: it goes from behind \(extent.floor) to \(extent.head)",
                hint: "Without --from, all of it is printed.")
        case .incomplete(let reason):
            SinkError(
                .refused, sink: "journal:\(directory)", reason: reason, hint: JournalArchive.incompleteHint)
        case .failed(let reason):
            SinkError(sink: "journal:\(directory)", reason: reason)
        }
    }
}

/// Where to begin: `--from`.
enum ReplayStart: ExpressibleByArgument {
    case after(Position)
    case at(LSN)

    init?(argument: String) {
        if let position = Position(argument) {
            self = .after(position)
        } else if let lsn = LSN(argument) {
            self = .at(lsn)
        } else {
            return nil
        }
    }

    /// The position to begin after.
    func position(_ extent: HistoryExtent, _ confirmed: LSN) -> Position {
        switch self {
        case .after(let position): return position
        case .at(let lsn): return extent.start(from: lsn, passed: confirmed)
        }
    }
}

struct PositionArgument: ExpressibleByArgument {
    let position: Position

    init?(argument: String) {
        guard let position = Position(argument) else { return nil }
        self.position = position
    }
}
