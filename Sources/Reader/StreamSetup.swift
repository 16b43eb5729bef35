internal import Logging
internal import Libpq
internal import Replication

/// Brings a connection to the point where the stream runs: finds out what stands in the way, makes what is missing if
/// it may, and starts.
struct StreamSetup {
    let options: ReaderOptions
    let catalog: Catalog
    let logger: Logger

    /// What a program remembers from one connection to the next.
    struct Memory {
        var continuity = ServerContinuity()
        var stopPoint: StopPoint?
        /// The name of the temporary slot, or of the one given.
        var slot: String
        var hasStreamed = false
    }

    /// - Parameters:
    ///   - progress: how far this program is, to notice a server that is not.
    func start(
        _ stream: ReplicationStream, _ memory: inout Memory, _ progress: StreamProgress
    ) throws(StreamFailure) -> StreamFacts {
        let (identity, flushed) = try stream.identifySystem()
        let history =
            memory.continuity.needsHistory(for: identity) ? try stream.history(of: identity.timeline) : nil
        do throws(ContinuityError) {
            try memory.continuity.accept(
                identity, emitted: progress.highest, flushed: flushed, history: history)
        } catch {
            if case .serverBehind = error, try stream.isInRecovery() {
                throw StreamFailure(
                    LibpqError(
                        .unexpectedResult,
                        "the server is a standby that is behind: its log ends at \(flushed)"))
            }
            throw StreamFailure(error)
        }
        let server = try ServerSettings(stream)
        guard server.walLevel == "logical" else {
            throw .final(
                ReaderError(
                    .configuration, "wal_level is \(server.walLevel), and logical replication needs logical",
                    hint: "Run: ALTER SYSTEM SET wal_level = 'logical'; and restart the server."))
        }
        if memory.stopPoint == nil { memory.stopPoint = try resolveStop(stream, server) }

        let slots = SlotSetup(options: options, catalog: catalog, logger: logger)
        let confirmed = try slots.prepare(stream, memory, progress, database: identity.database)
        try stream.start(slot: memory.slot, publications: options.publications)
        return StreamFacts(
            identity: identity, serverVersion: stream.serverVersion, slot: memory.slot, confirmed: confirmed,
            senderTimeout: server.senderTimeout, hasUnknownEncoding: stream.hasUnknownEncoding,
            stopPoint: memory.stopPoint)
    }

    private func resolveStop(
        _ stream: ReplicationStream, _ server: ServerSettings
    ) throws(StreamFailure) -> StopPoint? {
        switch options.stop {
        case nil: return nil
        case .at(let point): return point
        case .now:
            let rows = try stream.query(
                """
                SELECT CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn()
                            ELSE pg_current_wal_insert_lsn() END
                """)
            guard let lsn = rows.first?.first?.flatMap({ LSN($0) }) else {
                throw StreamFailure(
                    LibpqError(.unexpectedResult, "the server did not tell its insert position"))
            }
            return .lsn(lsn.roundedToPageStart(pageSize: server.pageSize, segmentSize: server.segmentSize))
        }
    }
}

/// Settings of the server that decide how we work with it.
private struct ServerSettings {
    var walLevel: String
    var senderTimeout: Duration
    var pageSize: UInt64
    var segmentSize: UInt64

    init(_ stream: ReplicationStream) throws(StreamFailure) {
        let rows = try stream.query(
            """
            SELECT name, setting FROM pg_settings
             WHERE name IN ('wal_level', 'wal_sender_timeout', 'wal_block_size', 'wal_segment_size')
            """)
        var values: [String: String] = [:]
        for row in rows {
            if let name = row[0], let value = row[1] { values[name] = value }
        }
        walLevel = values["wal_level"] ?? "unknown"
        senderTimeout = .milliseconds(Int(values["wal_sender_timeout"] ?? "") ?? 0)
        pageSize = UInt64(values["wal_block_size"] ?? "") ?? 8192
        segmentSize = UInt64(values["wal_segment_size"] ?? "") ?? 16 << 20
    }
}
