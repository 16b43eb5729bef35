internal import Libpq
package import Logging
package import Reader
package import Sinks
package import Transformer

/// What to stream, and where to.
package struct StreamOptions: Sendable {
    package var reader = ReaderOptions()
    package var transformer = TransformerOptions()

    package init() {}
}

/// One stream from a slot to its sinks: options in, a pipeline run, an ending out.
package final class Stream: Sendable {
    private let options: StreamOptions
    private let sinks: [any Sink]
    private let stop: StopSignal
    private let logger: Logger
    package let statistics = StreamStatistics()

    /// What a stuck sink gets when the stream has failed already.
    private static let patienceAfterFailure = Duration.seconds(5)

    /// - Throws: `WalbrookError` when the process is out of descriptors.
    package init(options: StreamOptions, sinks: [any Sink], logger: Logger) throws(WalbrookError) {
        self.options = options
        self.sinks = sinks
        self.logger = logger
        do { stop = try StopSignal() } catch { throw WalbrookError(error) }
    }

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
        let processor = StreamProcessor(
            transformer: Transformer(options: options.transformer), catalog: catalog, logger: logger)
        let wakeUp = stop.wakeUp
        let pipeline = StreamPipeline(
            processor: processor, sinks: sinks, statistics: statistics, wake: { wakeUp.signal() })
        let reader = ReplicationReader(
            options: options.reader, consumer: pipeline, catalog: catalog, stop: stop, logger: logger)
        let result: Result<ReplicationReader.Ending, ReaderError>
        do { result = .success(try reader.run()) } catch { result = .failure(error) }
        catalog.close()
        if case .failure = result { pipeline.failed() }
        drain(pipeline, hasFailed: (try? result.get()) == nil)
        sayRepairs(pipeline)
        for case .failed(let error) in pipeline.endings { throw WalbrookError(error) }
        if case .failure(let error) = result { throw WalbrookError(error) }
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
