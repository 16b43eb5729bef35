internal import Logging

/// A publication that this program has made for a slot of its own. Without that slot it is of no use, and can make the
/// server refuse updates of tables that come later.
struct OwnPublication {
    var name: String
    /// The slots of the database from before, which are not there for this publication.
    var slotsBefore: Set<String>

    /// Slots that publications are for.
    static func slots(_ stream: ReplicationStream) throws(StreamFailure) -> Set<String> {
        let rows = try stream.query(
            """
            SELECT slot_name FROM pg_replication_slots
             WHERE plugin = 'pgoutput' AND database = current_database()
            """, columns: 1)
        return Set(rows.compactMap { $0[0] })
    }

    /// Takes it away again after the creation of the slot was given up, and says if that is not possible.
    func drop(_ stream: ReplicationStream, logger: Logger) {
        let reason: String
        do throws(StreamFailure) {
            reason = try stream.lastly { () throws(StreamFailure) in
                let others = try Self.slots(stream).subtracting(slotsBefore)
                guard others.isEmpty else {
                    return "somebody may use it with the slot \(others.sorted().joined(separator: ", "))"
                }
                try stream.run("DROP PUBLICATION \(try stream.identifier(name))")
                return ""
            }
        } catch {
            sayThatItIsLeft(logger, "\(error)")
            return
        }
        guard reason.isEmpty else { return sayThatItIsLeft(logger, reason) }
        logger.notice("dropped publication", metadata: ["publication": "\(name)", "note": "it has no slot"])
    }

    func sayThatItIsLeft(_ logger: Logger, _ reason: String) {
        logger.warning(
            "the publication that was made for a new slot is left behind without it",
            metadata: [
                "publication": "\(name)", "reason": "\(reason)",
                "mend": "DROP PUBLICATION \(quoted(name));",
            ])
    }
}
