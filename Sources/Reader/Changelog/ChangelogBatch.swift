internal import Libpq
internal import Replication

/// A part of the changelog: what is visible in its snapshot and was not in that of the batch before.
///
/// Ids are no commit order, so snapshots decide what is new. The record of a batch is committed before its first row is
/// read: after a crash the same rows are read again, and have the same positions. Its commit also makes all transactions
/// durable that it saw.
struct ChangelogBatch: Sendable {
    var number: Int64
    /// As `pg_snapshot` prints it.
    var snapshot: String
    /// The end of the log when the snapshot was taken, and the LSN of all positions in the batch.
    var lsn: LSN
    /// The last event that a run before had made durable when it ended within the batch; 0 for none.
    var passed: UInt32

    static let columns = "number, snapshot, lsn, passed"

    /// - Parameter row: the columns.
    init?(_ row: [String?]) {
        guard row.count >= 4, let number = row[0].flatMap({ Int64($0) }), let snapshot = row[1],
            let lsn = row[2].flatMap({ LSN($0) }), let passed = row[3].flatMap({ UInt32($0) })
        else { return nil }
        self.number = number
        self.snapshot = snapshot
        self.lsn = lsn
        self.passed = passed
    }

    /// What must be confirmed for the batch to be durable.
    var end: LSN { ChangelogTranslator.end(ofBatch: lsn) }

    /// Which rows belong to it; the range of transactions is for the index.
    func condition(after previous: ChangelogBatch?) -> String {
        var text = """
            xid < pg_snapshot_xmax('\(snapshot)') AND pg_visible_in_snapshot(xid, '\(snapshot)')
            """
        if let previous {
            text += """
                 AND xid >= pg_snapshot_xmin('\(previous.snapshot)')
                 AND NOT pg_visible_in_snapshot(xid, '\(previous.snapshot)')
                """
        }
        return text
    }
}

/// What is done with batches in the database.
extension ChangelogStream {
    /// Batches that were begun and are not deleted yet, the oldest first.
    func unfinishedBatches() throws(StreamFailure) -> [ChangelogBatch] {
        try query("SELECT \(ChangelogBatch.columns) FROM walbrook.batch ORDER BY number", columns: 4)
            .compactMap { ChangelogBatch($0) }
    }

    /// Begins a batch of what is new after another one; nil if there is nothing.
    ///
    /// - Parameters:
    ///   - lsn: also begins an empty one if the log has come so far.
    func nextBatch(after last: ChangelogBatch?, evenEmptyAt lsn: LSN?) throws(StreamFailure)
        -> ChangelogBatch?
    {
        let isNews =
            last.map {
                """
                EXISTS (SELECT FROM walbrook.changelog WHERE xid >= pg_snapshot_xmin('\($0.snapshot)')
                    AND NOT pg_visible_in_snapshot(xid, '\($0.snapshot)'))
                """
            } ?? "EXISTS (SELECT FROM walbrook.changelog)"
        let isWanted = lsn.map { "\(isNews) OR pg_current_wal_insert_lsn() >= '\($0)'" } ?? isNews
        // First a look alone: only what has an id for its transaction writes to the log.
        guard try query("SELECT \(isWanted)", columns: 1).first?[0] == "t" else { return nil }
        let rows = try query(
            """
            INSERT INTO walbrook.batch (number, snapshot, lsn)
            SELECT greatest(number, (SELECT max(number) FROM walbrook.batch)) + 1, pg_current_snapshot(),
                   pg_current_wal_insert_lsn()
              FROM walbrook.progress
            RETURNING \(ChangelogBatch.columns)
            """, columns: 4)
        guard let batch = rows.first.flatMap({ ChangelogBatch($0) }) else {
            throw StreamFailure(LibpqError(.unexpectedResult, "the changelog gave no batch"))
        }
        return batch
    }

    /// Deletes a batch that is durable elsewhere, with all before it, in one transaction: that is what statements sent
    /// together are.
    ///
    /// That need not be durable at once: a crash of the server brings the batch back, and it is skipped by its position.
    func delete(_ batch: ChangelogBatch) throws(StreamFailure) {
        _ = try query(
            """
            SET LOCAL synchronous_commit = off;
            DELETE FROM walbrook.changelog WHERE \(batch.condition(after: nil));
            DELETE FROM walbrook.batch WHERE number <= \(batch.number);
            UPDATE walbrook.progress SET number = \(batch.number), lsn = '\(batch.lsn)'
            """, columns: 0)
    }

    /// Notes that events of a batch up to this one are durable elsewhere, so that a run that ends within it leaves nothing
    /// to come twice.
    func note(_ ordinal: UInt32, in batch: ChangelogBatch) throws(StreamFailure) {
        _ = try query(
            "UPDATE walbrook.batch SET passed = \(ordinal) WHERE number = \(batch.number) AND passed < \(ordinal)",
            columns: 0)
    }

    /// Starts to read a batch, with each transaction whole and in an order that is also that of each row's changes: who
    /// changes a row after somebody else has waited for that one's end, and got a higher id than all of it.
    func read(_ batch: ChangelogBatch, after previous: ChangelogBatch?) throws(StreamFailure) {
        let committedAt = hasCommitTimes ? "coalesce(pg_xact_commit_timestamp(xid::xid), at)" : "at"
        try startCopy(
            """
            COPY (
                SELECT xid::text::int8, \(committedAt), coalesce(layout, 0), op, old, new
                  FROM (SELECT *, max(id) OVER one AS last, max(ts) OVER one AS at FROM walbrook.changelog
                         WHERE \(batch.condition(after: previous))
                        WINDOW one AS (PARTITION BY xid)) AS batch
                 ORDER BY last, id
            ) TO STDOUT (FORMAT binary)
            """, lsn: batch.lsn)
    }
}
