internal import ArgumentParser
internal import Logging
internal import Reader
internal import Sinks
internal import Walbrook

/// `walbrook stream`.
struct StreamCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "stream",
        abstract: "Stream changes until told to stop.",
        discussion: """
            Events go to standard output, one JSON object a line; logs go to standard error. A slot and a \
            publication are created at the first start. Stop with SIGTERM or Ctrl-C: everything read is written \
            and confirmed first.
            """
    )

    @OptionGroup(title: "Connection") var connection: ConnectionArguments
    @OptionGroup(title: "Selection") var selection: SelectionArguments
    @OptionGroup(title: "Notifications") var listening: ListenArguments
    @OptionGroup(title: "Output") var output: OutputArguments
    @OptionGroup(title: "Subscribers") var subscribers: SubscriberArguments
    @OptionGroup(title: "Logging") var logging: LoggingArguments

    func validate() throws {
        try connection.validate()
        try selection.validate()
        try output.validate()
        try subscribers.validate(output.to)
        guard connection.capture == .replication || listening.listen.isEmpty else {
            throw ValidationError("--listen has no place in the batches of --capture triggers.")
        }
        try listening.validate()
        try listening.validate(connection, selection, output)
        guard !connection.temporary || !(output.to.contains(where: \.isFile) || output.journal.journal != nil)
        else {
            throw ValidationError(
                "A file or journal goes on where it ended, and a temporary slot does not: with --temporary, redirect standard output."
            )
        }
    }

    func run() throws {
        let level = logging.logLevel.level
        let format = logging.logFormat
        let logger = Logger(label: "walbrook") { _ in StandardErrorLog(level: level, format: format) }
        do throws(WalbrookError) {
            try stream(logger)
        } catch {
            StandardErrorLog.report(error, format: format)
            throw ExitCode(error.kind.rawValue)
        }
    }

    private func stream(_ logger: Logger) throws(WalbrookError) {
        Signals.ignoreFailedWrites()
        let hasStandardOutput = StandardDescriptors.secure()
        guard hasStandardOutput || !output.to.contains(.stdout) else {
            throw WalbrookError(
                .sinkFailed, "standard output is closed", hint: "Redirect it to where events shall go.")
        }
        var options = StreamOptions()
        connection.fill(&options)
        listening.fill(&options.reader)
        try selection.fill(&options)
        output.fill(&options.transformer)

        let sinks = try sinks(logger)
        defer { for case let server as SubscriberServer in sinks { server.close() } }
        let stream = try Stream(options: options, sinks: sinks, logger: logger)
        let logFormat = logging.logFormat
        let signals = Signals(
            stop: { stream.requestStop() }, reopen: { stream.reopenFiles() },
            sayState: { StandardErrorLog.say(stream.state, format: logFormat) })
        defer { signals.cancel() }
        var display = try ProgressDisplay(
            statistics: stream.statistics, connectionString: options.reader.connectionString,
            isQuiet: logging.quiet)
        try StreamThread(stream).run { display?.update() }
        display?.clear()
    }

    private func sinks(_ logger: Logger) throws(WalbrookError) -> [any Sink] {
        let rotation = FileRotation(size: output.rotateSize?.bytes, age: output.rotateAge?.duration)
        var sinks: [any Sink] = []
        let journal = try journal(logger)
        if let journal { sinks.append(journal) }
        let serving = try subscribers.options(journal: output.journal.journal)
        for target in output.to {
            do throws(SinkError) {
                switch target {
                case .stdout: sinks.append(try StandardOutputSink())
                case .file(let path): sinks.append(try FileSink(path: path, rotation: rotation))
                case .subscribers(let address):
                    let server = try SubscriberServer(
                        address, options: serving, history: journal, origin: journal?.held?.origin
                    ) { logger.log($0) }
                    sinks.append(server)
                    logger.notice("listening", metadata: ["address": "\(server.address)"])
                }
            } catch {
                throw WalbrookError(error)
            }
        }
        for case let file as FileSink in sinks {
            if let notice = file.notice { logger.notice("\(notice)") }
        }
        return sinks
    }

    private func journal(_ logger: Logger) throws(WalbrookError) -> JournalSink? {
        guard let directory = output.journal.journal else { return nil }
        do {
            return try JournalSink(directory: directory, options: output.journal.options) { cut in
                logger.notice(
                    "cut the oldest segment of the journal",
                    metadata: ["segment": "\(cut.path)", "bytes": "\(cut.bytes)", "last": "\(cut.last)"])
            }
        } catch {
            throw WalbrookError(error)
        }
    }
}
