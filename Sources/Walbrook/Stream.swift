internal import Libpq
package import Logging
package import Reader
internal import Replication
package import Sinks
package import Transformer

/// What to stream, and where to.
package struct StreamOptions: Sendable {
    package var reader = ReaderOptions()
    package var transformer = TransformerOptions()
    /// Where transactions in progress are kept until they commit.
    package var spoolDirectory = "/var/tmp"

    package init() {}
}

/// One stream from a slot to its sinks: options in, a pipeline run, an ending out.
package final class Stream: Sendable {
    private let options: StreamOptions
    private let sinks: [any Sink]
    private let stop: StopSignal
    private let logger: Logger
    package let statistics = StreamStatistics()
    private let gauges = StreamGauges()

    /// What a stuck sink gets when the stream has failed already.
    private static let patienceAfterFailure = Duration.seconds(5)

    /// - Throws: `WalbrookError` when the process is out of descriptors.
    package init(options: StreamOptions, sinks: [any Sink], logger: Logger) throws(WalbrookError) {
        var options = options
        if options.reader.capture == .triggers {
            // They stand in the states of sinks, so that a file of one way is not continued by the other.
            options.reader.slot = ChangelogSetup.originName
            options.reader.publications = []
        }
        self.options = options
        self.sinks = sinks
        self.logger = logger
        do { stop = try StopSignal() } catch { throw WalbrookError(error) }
        for sink in sinks { try Self.check(sink, options) }
        if options.reader.capture == .replication, options.reader.streamsInProgress {
            try Self.checkSpool(in: options.spoolDirectory)
        }
        let origins = sinks.compactMap(\.held?.origin.identity)
        guard let first = origins.first else { return }
        guard origins.allSatisfy({ $0.systemIdentifier == first.systemIdentifier }) else {
            throw WalbrookError(
                .configuration, "the sinks hold events of different clusters",
                hint: "Give each cluster's stream sinks of its own.")
        }
        guard origins.allSatisfy({ $0.database.utf8.elementsEqual(first.database.utf8) }) else {
            throw WalbrookError(
                .configuration, "the sinks hold events of different databases",
                hint: "Give each database's stream sinks of its own.")
        }
    }

    /// Better found out now than at the first large transaction.
    private static func checkSpool(in directory: String) throws(WalbrookError) {
        do {
            try SpoolFile.prepare(directory)
        } catch {
            throw WalbrookError(
                .configuration, "cannot keep transactions in progress in \(directory): \(error.reason)",
                hint: "Name a directory that can be written with --spool-dir, or give --no-streaming.")
        }
    }

    /// A sink goes on only with what it was begun with: with anything else the same position would be another event.
    private static func check(_ sink: any Sink, _ options: StreamOptions) throws(WalbrookError) {
        guard let origin = sink.held?.origin else { return }
        let isOfTriggers = origin.slot == ChangelogSetup.originName
        guard isOfTriggers == (options.reader.capture == .triggers) else {
            let capture: ReaderOptions.Capture = isOfTriggers ? .triggers : .replication
            throw WalbrookError(
                .configuration,
                "\(sink.name) was begun with --capture \(capture), not \(options.reader.capture)",
                hint: "Go on with that, or take another path.")
        }
        for (what, held, asked) in [
            ("format", origin.format, options.transformer.format.rawValue),
            ("slot", origin.slot, options.reader.slot),
            (
                "publication", origin.publications.joined(separator: ", "),
                options.reader.publications.joined(separator: ", ")
            ),
        ] where !held.utf8.elementsEqual(asked.utf8) {
            throw WalbrookError(
                .configuration, "\(sink.name) was begun with --\(what) \(held), not \(asked)",
                hint: "Go on with that, or take another path.")
        }
    }

    /// Has the sinks open their files anew, because somebody has moved them away. From any thread.
    package func reopenFiles() {
        for sink in sinks { sink.reopen() }
    }

    /// How far everything is, at this moment. From any thread, also while a sink is stuck.
    package var state: StreamState { gauges.state }

    /// Asks the stream to end: read no more, drain the sinks, confirm. From any thread.
    package func requestStop() {
        stop.request()
    }

    /// Streams until something ends it. Blocks the calling thread, which becomes the reader's.
    ///
    /// - Throws: `WalbrookError` when the stream ended for another reason than being told to, having reached its stop
    ///   point, or having lost its reader.
    package func run() throws(WalbrookError) {
        let catalog = Catalog(connectionString: options.reader.connectionString, stop: stop)
        let listener = try Listener(options.reader, stop: stop, logger: logger)
        var processor = StreamProcessor(
            transformer: Transformer(options: options.transformer),
            held: sinks.map(\.held), channels: listener?.inbox,
            spoolDirectory: options.spoolDirectory, catalog: catalog, logger: logger)
        processor.hearsAlone = !options.reader.usesReplication
        let wakeUp = stop.wakeUp
        let pipeline = StreamPipeline(
            processor: processor, channels: listener?.inbox, sinks: sinks,
            origin: .init(
                publications: options.reader.publications, format: options.transformer.format.rawValue),
            statistics: statistics, gauges: gauges, wake: { wakeUp.signal() })
        // Before the stream, so that nothing is missed that is sent from its first event on.
        listener?.start()
        let result: Result<ReplicationReader.Ending, ReaderError>
        do { result = .success(try read(pipeline, listener, catalog)) } catch { result = .failure(error) }
        catalog.close()
        if case .failure = result { pipeline.failed() }
        drain(pipeline, hasFailed: (try? result.get()) == nil)
        let unheard = listener?.end()
        sayRepairs(pipeline)
        for case .failed(let error) in pipeline.endings { throw WalbrookError(error) }
        if case .failure(let error) = result { throw WalbrookError(error) }
        if let unheard { throw WalbrookError(unheard) }
    }

    /// Reads until something ends it.
    private func read(
        _ pipeline: StreamPipeline, _ listener: Listener?, _ catalog: Catalog
    ) throws(ReaderError) -> ReplicationReader.Ending {
        if let listener, !listener.waitUntilListening() { return .stopped }
        let continuing = sinks.compactMap(\.held?.origin.identity).first
        if !options.reader.usesReplication, let listener {
            return try ChannelLoop(listener: listener, consumer: pipeline, stop: stop).run(
                continuing: continuing)
        }
        var readerOptions = options.reader
        readerOptions.continuing = continuing
        return try ReplicationReader(
            options: readerOptions, consumer: pipeline, catalog: catalog, stop: stop, logger: logger
        ).run()
    }

    /// Without a connection: lets what is encoded reach the sinks, so that no line is cut and none is lost that was
    /// read.
    private func drain(_ pipeline: StreamPipeline, hasFailed: Bool) {
        let poller = Poller(wakeUp: stop.wakeUp)
        let deadline = hasFailed ? ContinuousClock.now + Self.patienceAfterFailure : nil
        pipeline.finish()
        while !pipeline.progress().hasEnded {
            if let deadline, .now >= deadline { return }
            _ = poller.wait(socket: nil, until: deadline)
        }
    }

    private func sayRepairs(_ pipeline: StreamPipeline) {
        guard pipeline.repairedTexts > 0 else { return }
        logger.warning(
            "text that is not UTF-8 was repaired with U+FFFD; the database's encoding is SQL_ASCII",
            metadata: ["repairs": "\(pipeline.repairedTexts)"])
    }
}
