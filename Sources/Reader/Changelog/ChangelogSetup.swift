internal import Libpq
internal import Replication

/// Brings a connection to the point where the changelog can be read: finds out what stands in the way.
package struct ChangelogSetup {
    let options: ReaderOptions

    /// What stands in the state of a sink in place of a slot, whose names have no parentheses.
    package static let originName = "(triggers)"
    /// The version of `sql/capture.sql` that this program reads.
    static let version = 3

    func start(
        _ stream: ChangelogStream, _ memory: inout StreamSetup.Memory, _ progress: StreamProgress
    ) throws(StreamFailure) -> (facts: StreamFacts, unread: [ChangelogBatch]) {
        try requireChangelog(stream)
        let identity = try prepareSession(stream)
        try becomeOnlyReader(stream)
        try acceptServer(identity, memory)
        let done = try finished(stream)
        var batches = try stream.unfinishedBatches()
        try acceptPosition(done, batches.last?.lsn ?? done, memory, progress)
        // Before the first look, so that what is written from now on rings.
        _ = try stream.query("LISTEN walbrook", columns: 0)
        if memory.stopPoint == nil {
            switch options.stop {
            case nil: break
            case .at(let point): memory.stopPoint = point
            case .now:
                // Also an empty one has an end, up to which everything is out then.
                if let batch = try stream.nextBatch(after: batches.last, evenEmptyAt: .zero) {
                    batches.append(batch)
                    memory.stopPoint = .lsn(batch.end)
                }
            }
        }
        memory.continuity = ServerContinuity(continuing: identity)
        memory.hasStreamed = true
        let facts = StreamFacts(
            identity: identity, serverVersion: stream.serverVersion, slot: Self.originName,
            confirmed: done == .zero ? .zero : ChangelogTranslator.end(ofBatch: done),
            senderTimeout: .zero, hasUnknownEncoding: stream.hasUnknownEncoding, stopPoint: memory.stopPoint,
            passed: batches.first.map { Position(lsn: $0.lsn, ordinal: $0.passed) } ?? .start)
        return (facts, batches)
    }

    private func requireChangelog(_ stream: ChangelogStream) throws(StreamFailure) {
        let install = "Run: psql -d DATABASE -v ON_ERROR_STOP=1 -f sql/capture.sql"
        let isThere = try stream.query(
            """
            SELECT EXISTS (SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
                            WHERE n.nspname = 'walbrook' AND p.proname = 'capture_version'), pg_is_in_recovery()
            """, columns: 2)
        guard isThere.first?[0] == "t" else {
            throw .final(
                ReaderError(
                    .configuration, "the database \(stream.database) has no changelog (schema walbrook)",
                    hint: "\(install), then: SELECT walbrook.capture('schema.table');"))
        }
        guard isThere.first?[1] == "f" else {
            throw StreamFailure(LibpqError(.notReady, "the server is a standby, perhaps not promoted yet"))
        }
        let found = try stream.query("SELECT walbrook.capture_version()", columns: 1).first?[0] ?? ""
        guard found == "\(Self.version)" else {
            throw .final(
                ReaderError(
                    .configuration,
                    "the changelog is of version \(found), and this program reads version \(Self.version)",
                    hint: "\(install) with the file that belongs to this walbrook."))
        }
    }

    /// Notes this session as the reader, unless another one that lives is noted. Who may not write there cannot pretend to
    /// be it. Of sessions of other roles, the server may not tell when they began.
    private func becomeOnlyReader(_ stream: ChangelogStream) throws(StreamFailure) {
        let rows = try stream.query(
            """
            UPDATE walbrook.progress p
               SET reader = me.pid, reader_role = me.usesysid, reader_since = me.backend_start
              FROM pg_stat_activity me
             WHERE me.pid = pg_backend_pid() AND NOT EXISTS (
                   SELECT FROM pg_stat_activity a
                    WHERE a.pid = p.reader AND a.pid <> me.pid AND a.usesysid = p.reader_role
                      AND coalesce(a.backend_start = p.reader_since, true))
            RETURNING true
            """, columns: 1)
        guard rows.isEmpty else { return }
        // Without its row there is another complaint.
        guard try !stream.query("SELECT FROM walbrook.progress", columns: 0).isEmpty else { return }
        var diagnostics = Diagnostics()
        diagnostics.sqlState = "55006"
        throw StreamFailure(LibpqError(.server, "the changelog is being read", diagnostics: diagnostics))
    }

    /// Makes the settings that reading depends on, whatever the role or the database has, and asks which server it is.
    private func prepareSession(_ stream: ChangelogStream) throws(StreamFailure) -> ServerIdentity {
        // The changelog has few rows and many dead ones, and what statistics say of it is long out of date. Plain scans of
        // its index note what is dead, so that it is passed over the next time. Where a table
        // without a usable index is read all the same, the price set on that would have the query compiled.
        _ = try stream.query(
            """
            SET default_transaction_read_only = off; SET default_transaction_isolation = 'read committed';
            SET enable_seqscan = off; SET enable_bitmapscan = off; SET jit = off; SET statement_timeout = 0;
            SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off'
            """, columns: 0)
        let rows = try stream.query(
            """
            SELECT (SELECT system_identifier FROM pg_control_system()),
                   left(pg_walfile_name(pg_current_wal_insert_lsn()), 8), current_setting('track_commit_timestamp')
            """, columns: 3)
        guard let row = rows.first, let system = row[0],
            let timeline = row[1].flatMap({ UInt32($0, radix: 16) })
        else { throw StreamFailure(LibpqError(.unexpectedResult, "the server did not tell which it is")) }
        stream.hasCommitTimes = row[2] == "on"
        return ServerIdentity(systemIdentifier: system, timeline: timeline, database: stream.database)
    }

    /// The LSN of the last batch that was deleted.
    private func finished(_ stream: ChangelogStream) throws(StreamFailure) -> LSN {
        let rows = try stream.query("SELECT lsn FROM walbrook.progress", columns: 1)
        guard let lsn = rows.first?[0].flatMap({ LSN($0) }) else {
            throw .final(
                ReaderError(
                    .configuration, "walbrook.progress has no row",
                    hint: "Somebody has deleted it; sql/capture.sql makes a new one."))
        }
        return lsn
    }

    private static let anew = """
        To start anew, move the files of the sinks away and take a new copy of the tables; events between the two are not \
        in the stream.
        """

    private func acceptServer(
        _ found: ServerIdentity, _ memory: StreamSetup.Memory
    ) throws(StreamFailure) {
        guard let known = memory.continuity.identity else { return }
        guard known.systemIdentifier == found.systemIdentifier else {
            throw .final(
                ReaderError(
                    .configuration,
                    "this is another cluster: system identifier \(found.systemIdentifier) instead of "
                        + known.systemIdentifier,
                    hint: "Connect to the cluster the stream came from. \(Self.anew)"))
        }
        guard known.database.utf8.elementsEqual(found.database.utf8) else {
            throw .final(
                ReaderError(
                    .configuration, "this is the database \(found.database) instead of \(known.database)"))
        }
    }

    /// - Parameters:
    ///   - done: the last batch that was deleted.
    ///   - last: the last batch that was begun.
    private func acceptPosition(
        _ done: LSN, _ last: LSN, _ memory: StreamSetup.Memory, _ progress: StreamProgress
    ) throws(StreamFailure) {
        guard memory.hasStreamed else { return }
        guard progress.highest <= ChangelogTranslator.end(ofBatch: last) else {
            throw .final(
                ReaderError(
                    .configuration,
                    "the changelog ends at \(last), before \(progress.highest), which was already streamed: the "
                        + "database was restored to an earlier point, or the changelog was made anew",
                    hint: Self.anew))
        }
        guard done == .zero || ChangelogTranslator.end(ofBatch: done) <= progress.confirmed else {
            throw .final(
                ReaderError(
                    .configuration,
                    "the changelog was read up to \(done), past \(progress.confirmed), which is the last this program "
                        + "confirmed: somebody else read it, and the events between are lost to this stream",
                    hint: Self.anew))
        }
    }
}
