internal import Libpq
internal import Logging
internal import Replication

/// Finds the slot and its publication, and makes them at the first start. Never on a reconnect: a slot made anew would
/// be a silent gap.
struct SlotSetup {
    let options: ReaderOptions
    let catalog: Catalog
    let stop: StopSignal
    let logger: Logger

    private var tables: PublishedTables { PublishedTables(options: options, logger: logger) }

    /// A row of `pg_replication_slots`.
    private struct Slot {
        var plugin: String
        var database: String
        var status: String
        var confirmed: LSN?
    }

    /// Returns the LSN the slot stands at.
    func prepare(
        _ stream: ReplicationStream, _ memory: inout StreamSetup.Memory, _ progress: StreamProgress,
        database: String
    ) throws(StreamFailure) -> LSN {
        // The slot first: whoever makes one at the same time has made its publication before.
        let slot =
            options.isTemporary ? nil : slot(in: try stream.query(lookup(stream, memory.slot), columns: 4))
        let missing = try missingPublications(stream)
        if options.isTemporary {
            try requirePublications(missing)
            try tables.warn(stream)
            return try create(stream, memory.slot)
        }
        if let slot {
            try check(slot, memory.slot, database)
            try requirePublications(missing, of: memory.slot)
            memory.ownPublication = nil
            if !memory.hasStreamed { try tables.warn(stream) }
            return try accept(slot, memory, progress)
        }
        guard !memory.hasStreamed else { throw dropped(memory, progress) }
        guard options.mayCreate else {
            // The publication before the slot.
            let publications = missing.map { "CREATE PUBLICATION \(quoted($0)) FOR ALL TABLES; " }.joined()
            throw failure(
                "there is no slot \(memory.slot)",
                "Run: \(publications)SELECT pg_create_logical_replication_slot('\(memory.slot)', 'pgoutput'); "
                    + "or leave out --no-create.")
        }
        try requireFreeSlot(stream)
        if missing.isEmpty {
            try tables.warn(stream)
        } else {
            memory.ownPublication = try PublicationSetup(options: options, logger: logger).create(
                stream, missing: missing)
        }
        let confirmed: LSN
        do throws(StreamFailure) {
            confirmed = try create(stream, memory.slot)
        } catch {
            if case .stopped = error, let publication = memory.ownPublication {
                memory.ownPublication = nil
                publication.drop(stream, logger: logger)
            }
            throw error
        }
        memory.ownPublication = nil
        logger.notice("created slot", metadata: ["slot": "\(memory.slot)", "lsn": "\(confirmed)"])
        return confirmed
    }

    /// Starts the stream, and looks at the slot once more. Nobody moves it while we hold it, but somebody may have
    /// since the first look.
    func start(
        _ stream: ReplicationStream, _ memory: StreamSetup.Memory, _ progress: StreamProgress,
        streamsInProgress: Bool
    ) throws(StreamFailure) {
        do throws(StreamFailure) {
            try stream.start(
                slot: memory.slot, publications: options.publications,
                streamsInProgress: streamsInProgress)
        } catch {
            throw error.sqlState == "42704" ? dropped(memory, progress) : error
        }
        guard memory.hasStreamed else { return }
        let rows: [[String?]]
        do throws(StreamFailure) {
            rows = try catalog.query(lookup(stream, memory.slot), columns: 4)
        } catch {
            // Ordinary connections can run out while there still is one for a walsender.
            if !stop.isRequested {
                logger.warning(
                    "cannot make sure that nobody moved the slot a moment ago",
                    metadata: ["reason": "\(error)"])
            }
            return
        }
        if let slot = slot(in: rows) { _ = try accept(slot, memory, progress) }
    }

    /// Returns where the slot stands, unless that is past what we have.
    private func accept(
        _ slot: Slot, _ memory: StreamSetup.Memory, _ progress: StreamProgress
    ) throws(StreamFailure) -> LSN {
        let confirmed = slot.confirmed ?? .zero
        do throws(ContinuityError) {
            let ours = memory.hasStreamed ? progress.noted : nil
            try ServerContinuity.acceptSlot(confirmed: confirmed, ours: ours)
        } catch {
            throw StreamFailure(error)
        }
        return confirmed
    }

    private func dropped(_ memory: StreamSetup.Memory, _ progress: StreamProgress) -> StreamFailure {
        let hint = "Take a new copy of the tables, and start again: a new slot is made at the start."
        guard memory.hasStreamed else { return failure("the slot \(memory.slot) was dropped just now", hint) }
        return failure(
            "the slot \(memory.slot) was dropped while the stream was interrupted, and the changes since "
                + "\(progress.noted) are lost to this stream", hint)
    }

    private func failure(_ sentence: String, _ hint: String) -> StreamFailure {
        .final(ReaderError(.configuration, sentence, hint: hint))
    }

    private func lookup(_ stream: ReplicationStream, _ name: String) throws(StreamFailure) -> String {
        """
        SELECT plugin, database, wal_status, confirmed_flush_lsn
          FROM pg_replication_slots WHERE slot_name = \(try stream.literal(name))
        """
    }

    private func slot(in rows: [[String?]]) -> Slot? {
        rows.first.map { row in
            Slot(
                plugin: row[0] ?? "", database: row[1] ?? "", status: row[2] ?? "",
                confirmed: row[3].flatMap { LSN($0) })
        }
    }

    private func check(_ slot: Slot, _ name: String, _ database: String) throws(StreamFailure) {
        let another = "Choose another name by --slot."
        if slot.plugin.isEmpty {
            throw failure("the slot \(name) is one for physical replication", another)
        }
        if slot.plugin != "pgoutput" {
            throw failure("the slot \(name) uses the plugin \(slot.plugin) instead of pgoutput", another)
        }
        if !slot.database.utf8.elementsEqual(database.utf8) {
            throw failure(
                "the slot \(name) belongs to the database \(slot.database), not to \(database)",
                "Connect to that database, or choose another name by --slot.")
        }
        if slot.status == "lost" {
            throw failure(
                "the slot \(name) is lost: the server removed WAL that it still needed, from "
                    + "\(slot.confirmed ?? .zero) on (see max_slot_wal_keep_size)",
                "Run: SELECT pg_drop_replication_slot('\(name)'); take a new copy of the tables, and start again."
            )
        }
    }

    // MARK: Publications

    private func missingPublications(_ stream: ReplicationStream) throws(StreamFailure) -> [String] {
        try stream.names(options.publications, missingFrom: "SELECT pubname FROM pg_publication")
    }

    /// The server would start to stream without the publication, and fail or be silent later: one that is made now
    /// does not hold for the changes that the slot has kept until now.
    private func requirePublications(_ missing: [String], of slot: String? = nil) throws(StreamFailure) {
        guard !missing.isEmpty else { return }
        var hint = "Run: " + missing.map { "CREATE PUBLICATION \(quoted($0)) FOR ALL TABLES; " }.joined()
        if let slot {
            hint += """
                SELECT pg_replication_slot_advance('\(slot)', pg_current_wal_lsn()); the changes up to then are lost \
                to this stream, so take a new copy of the tables.
                """
        } else {
            hint += "a temporary slot creates none."
        }
        throw failure("there is no publication \(missing.joined(separator: ", "))", hint)
    }

    // MARK: Creating a slot

    /// Looked at before a publication is made, which would be of no use without its slot.
    private func requireFreeSlot(_ stream: ReplicationStream) throws(StreamFailure) {
        let rows = try stream.query(
            """
            SELECT current_setting('max_replication_slots'), count(*) FROM pg_replication_slots
            """, columns: 2)
        let numbers = rows.first?.compactMap { $0.flatMap { Int32($0) } } ?? []
        guard let limit = numbers.first, let used = numbers.last, used >= limit else { return }
        throw failure(
            "the server has no free replication slot: max_replication_slots is \(limit), and \(used) are in use",
            "Drop one that nobody reads (see pg_replication_slots), or run: "
                + "ALTER SYSTEM SET max_replication_slots = \(Int(limit) + 10); and restart the server.")
    }

    private func create(_ stream: ReplicationStream, _ name: String) throws(StreamFailure) -> LSN {
        let kind = options.isTemporary ? "TEMPORARY LOGICAL" : "LOGICAL"
        var isFirstTick = true
        do throws(StreamFailure) {
            let rows = try stream.query(
                "CREATE_REPLICATION_SLOT \(try stream.identifier(name)) \(kind) pgoutput NOEXPORT_SNAPSHOT",
                columns: 2
            ) {
                if isFirstTick { sayWhatIsWaitedFor(name) }
                isFirstTick = false
            }
            guard let lsn = rows.first?[1].flatMap({ LSN($0) }) else {
                throw StreamFailure(
                    LibpqError(.unexpectedResult, "the server did not tell where the new slot starts"))
            }
            return lsn
        } catch {
            // A server that goes on waiting would leave a slot behind that nobody reads.
            if case .stopped = error { stream.cancel() }
            throw error.ofSlot
        }
    }

    private func sayWhatIsWaitedFor(_ slot: String) {
        let running = (try? catalog.runningTransactions()) ?? []
        logger.notice(
            "creating the slot waits for transactions to end",
            metadata: ["slot": "\(slot)", "running": "\(running.joined(separator: ", "))"])
    }
}

/// An SQL identifier for a message to a person.
func quoted(_ name: String) -> String {
    "\"" + name.replacing("\"", with: "\"\"") + "\""
}
