internal import Logging
internal import Libpq
internal import Replication

/// Brings a connection to the point where the stream runs: finds out what stands in the way, makes what is missing if
/// it may, and starts.
struct StreamSetup {
    let options: ReaderOptions
    let catalog: Catalog
    let stop: StopSignal
    let logger: Logger

    /// Once all that is being decoded takes more than this, the server sends its largest transaction before that commits;
    /// what it still has then, it sends after the commit. Set unless somebody has chosen a size.
    ///
    /// Measured on 2 cores, 1,000,000 narrow rows in one transaction that took 10 s: the first was out 0.51 s after the
    /// commit with the server's own 64 MB, 0.31 s with 16, 0.10 s with 4 and 0.08 s with 1; the last after 0.99, 0.80,
    /// 0.62 and 0.56 s. A backlog was read as fast as before, or faster.
    private static let decodingMemory = "4MB"

    /// What a program remembers from one connection to the next.
    struct Memory {
        var continuity = ServerContinuity()
        var stopPoint: StopPoint?
        /// The name of the temporary slot, or of the one given.
        var slot: String
        /// A publication that was made for a slot that is not there yet.
        var ownPublication: OwnPublication?
        var hasStreamed = false
        var streamedFromStandby = false
        /// Whether the next connection has transactions sent only once they have committed, whatever was asked for.
        var awaitsCommits = false

        /// Whether a server is a standby that may soon take over from the one before, and be then what it is not yet.
        fileprivate func isUnpromoted(_ server: ServerSettings) -> Bool {
            hasStreamed && !streamedFromStandby && server.isStandby
        }
    }

    /// - Parameters:
    ///   - progress: how far this program is, to notice a server that is not.
    func start(
        _ stream: ReplicationStream, _ memory: inout Memory, _ progress: StreamProgress
    ) throws(StreamFailure) -> StreamFacts {
        let (identity, flushed) = try stream.identifySystem()
        let server = try ServerSettings(stream)
        try acceptServer(stream, identity, server, &memory, progress, flushed: flushed)
        guard server.walLevel == "logical" else {
            throw .final(
                ReaderError(
                    .configuration, "wal_level is \(server.walLevel), and logical replication needs logical",
                    hint: "Run: ALTER SYSTEM SET wal_level = 'logical'; and restart the server."))
        }
        if memory.stopPoint == nil { memory.stopPoint = try resolveStop(stream, server) }
        let streamsInProgress = options.streamsInProgress && !memory.awaitsCommits
        if streamsInProgress, server.decodingMemorySource == "default" {
            try stream.run("SET logical_decoding_work_mem TO '\(Self.decodingMemory)'")
        }
        let confirmed: LSN
        do throws(StreamFailure) {
            confirmed = try startFromSlot(
                stream, &memory, progress, database: identity.database, streamsInProgress: streamsInProgress)
        } catch {
            throw memory.isUnpromoted(server) ? error.onStandby : error
        }
        memory.awaitsCommits = false
        memory.hasStreamed = true
        memory.streamedFromStandby = server.isStandby
        return StreamFacts(
            identity: identity, serverVersion: stream.serverVersion, slot: memory.slot, confirmed: confirmed,
            senderTimeout: server.senderTimeout, hasUnknownEncoding: stream.hasUnknownEncoding,
            stopPoint: memory.stopPoint)
    }

    /// Compares the server with the one before.
    private func acceptServer(
        _ stream: ReplicationStream, _ identity: ServerIdentity, _ server: ServerSettings,
        _ memory: inout Memory, _ progress: StreamProgress, flushed: LSN
    ) throws(StreamFailure) {
        let history =
            memory.continuity.needsHistory(for: identity) ? try stream.history(of: identity.timeline) : nil
        do throws(ContinuityError) {
            try memory.continuity.accept(
                identity, emitted: progress.highest, flushed: flushed, history: history)
        } catch {
            if case .serverBehind = error, memory.isUnpromoted(server) {
                throw StreamFailure(error).onStandby
            }
            throw StreamFailure(error)
        }
    }

    private func startFromSlot(
        _ stream: ReplicationStream, _ memory: inout Memory, _ progress: StreamProgress, database: String,
        streamsInProgress: Bool
    ) throws(StreamFailure) -> LSN {
        let slots = SlotSetup(options: options, catalog: catalog, stop: stop, logger: logger)
        do throws(StreamFailure) {
            let confirmed = try slots.prepare(stream, &memory, progress, database: database)
            try slots.start(stream, memory, progress, streamsInProgress: streamsInProgress)
            return confirmed
        } catch {
            guard let state = error.sqlState, ["22021", "22P05"].contains(state) else { throw error }
            throw .final(
                ReaderError(
                    .configuration, "a name cannot be written in the encoding of the database: \(error)",
                    hint: "Check --publication and --table."))
        }
    }

    private func resolveStop(
        _ stream: ReplicationStream, _ server: ServerSettings
    ) throws(StreamFailure) -> StopPoint? {
        switch options.stop {
        case nil: return nil
        case .at(let point): return point
        case .now:
            let rows = try stream.query(
                server.isStandby
                    ? "SELECT pg_last_wal_replay_lsn()" : "SELECT pg_current_wal_insert_lsn()", columns: 1)
            guard let lsn = rows.first?[0].flatMap({ LSN($0) }) else {
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
    var isStandby: Bool
    var pageSize: UInt64
    var segmentSize: UInt64
    /// Who has set `logical_decoding_work_mem`, as `pg_settings` has it.
    var decodingMemorySource: String?

    init(_ stream: ReplicationStream) throws(StreamFailure) {
        let rows = try stream.query(
            """
            SELECT 'is_standby', pg_is_in_recovery()::text
            UNION ALL SELECT name, setting FROM pg_settings
             WHERE name IN ('wal_level', 'wal_sender_timeout', 'wal_block_size', 'wal_segment_size')
            UNION ALL SELECT 'decoding_memory_source', source FROM pg_settings
             WHERE name = 'logical_decoding_work_mem'
            """, columns: 2)
        var values: [String: String] = [:]
        for row in rows {
            if let name = row[0], let value = row[1] { values[name] = value }
        }
        walLevel = values["wal_level"] ?? "unknown"
        senderTimeout = .milliseconds(Int(values["wal_sender_timeout"] ?? "") ?? 0)
        isStandby = values["is_standby"] == "true"
        pageSize = UInt64(values["wal_block_size"] ?? "") ?? 8192
        decodingMemorySource = values["decoding_memory_source"]
        segmentSize = UInt64(values["wal_segment_size"] ?? "") ?? 16 << 20
    }
}

extension StreamFailure {
    /// What cannot be done on a standby, tried again until it is promoted.
    fileprivate var onStandby: StreamFailure {
        if case .stopped = self { return self }
        return StreamFailure(
            LibpqError(.notReady, "the server is a standby, perhaps not promoted yet: \(self)"))
    }
}
