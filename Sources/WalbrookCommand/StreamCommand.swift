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
    @OptionGroup(title: "Output") var output: OutputArguments
    @OptionGroup(title: "Logging") var logging: LoggingArguments

    func validate() throws {
        try connection.validate()
        try selection.validate()
        try output.validate()
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
        guard StandardDescriptors.secure() else {
            throw WalbrookError(
                .sinkFailed, "standard output is closed", hint: "Redirect it to where events shall go.")
        }
        var options = StreamOptions()
        connection.fill(&options.reader)
        try selection.fill(&options)
        output.fill(&options.transformer)

        let stream = try Stream(options: options, sinks: try sinks(), logger: logger)
        let signals = Signals { stream.requestStop() }
        defer { signals.cancel() }
        var display = try ProgressDisplay(
            statistics: stream.statistics, connectionString: options.reader.connectionString,
            isQuiet: logging.quiet)
        try StreamThread(stream).run { display?.update() }
        display?.clear()
    }

    private func sinks() throws(WalbrookError) -> [any Sink] {
        var sinks: [any Sink] = []
        for _ in output.to {
            do {
                sinks.append(try StandardOutputSink())
            } catch {
                throw WalbrookError(.sinkFailed, error.description)
            }
        }
        return sinks
    }
}
