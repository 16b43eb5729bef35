/// Which cluster, and which branch of its history, a stream comes from.
package struct ServerIdentity: Hashable, Sendable {
    /// Made by initdb, shared by a cluster and its physical copies.
    package var systemIdentifier: String
    package var timeline: UInt32
    package var database: String

    package init(systemIdentifier: String, timeline: UInt32, database: String) {
        self.systemIdentifier = systemIdentifier
        self.timeline = timeline
        self.database = database
    }
}

/// Where each timeline branched off, as TIMELINE_HISTORY tells it.
///
/// PostgreSQL manual, "Continuous Archiving", section "Timelines".
package struct TimelineHistory: Hashable, Sendable {
    private struct Branch: Hashable {
        var timeline: UInt32
        var end: LSN
    }

    private var branches: [Branch] = []

    /// Reads the lines of a history file: parent timeline, the LSN where it was left, a reason. Comments and
    /// lines of another form are passed over, as the server itself does.
    package init(parsing file: String) {
        for line in file.split(whereSeparator: \.isNewline) {
            let words = line.split(maxSplits: 2, whereSeparator: \.isWhitespace)
            guard words.count >= 2, let timeline = UInt32(words[0]), let end = LSN(String(words[1])) else {
                continue
            }
            branches.append(Branch(timeline: timeline, end: end))
        }
    }

    /// Where `timeline` was left, or nil if it is not an ancestor.
    package func end(of timeline: UInt32) -> LSN? {
        branches.first { $0.timeline == timeline }?.end
    }
}

/// Why a stream cannot be continued on this server without a silent gap.
package enum ContinuityError: Error, Hashable, Sendable {
    case otherSystem(expected: String, found: String)
    case otherDatabase(expected: String, found: String)
    /// The server's log ends before what we already have.
    case serverBehind(ours: LSN, server: LSN)
    /// The server does not send again what we already have, and sends what comes behind it.
    case serverDiffers(ours: LSN, server: LSN)
    /// The server's timeline left ours before what we already have, or does not come from it at all.
    case timelineDiverged(from: UInt32, to: UInt32, at: LSN?, ours: LSN)
    /// Somebody else moved the slot past what we have.
    case slotAdvanced(ours: LSN, slot: LSN)
}

/// What is known of the server from the connections before, kept to notice on the next one that it is another.
package struct ServerContinuity: Sendable {
    package private(set) var identity: ServerIdentity?

    package init() {}

    /// Goes on where another process was.
    package init(continuing identity: ServerIdentity) {
        self.identity = identity
    }

    /// The history of a new timeline is needed to judge it.
    package func needsHistory(for current: ServerIdentity) -> Bool {
        identity.map { $0.timeline != current.timeline } ?? false
    }

    /// Compares the server with the one before.
    ///
    /// - Parameters:
    ///   - emitted: the highest LSN of anything emitted or confirmed so far.
    ///   - flushed: the end of the server's log.
    ///   - history: the history of the server's timeline, if `needsHistory`.
    package mutating func accept(
        _ current: ServerIdentity, emitted: LSN, flushed: LSN, history: TimelineHistory?
    ) throws(ContinuityError) {
        if let identity {
            guard identity.systemIdentifier == current.systemIdentifier else {
                throw .otherSystem(expected: identity.systemIdentifier, found: current.systemIdentifier)
            }
            // As the server compares names. To Swift, an é of one code point and one of two are the same.
            guard identity.database.utf8.elementsEqual(current.database.utf8) else {
                throw .otherDatabase(expected: identity.database, found: current.database)
            }
            if identity.timeline != current.timeline {
                let end = history?.end(of: identity.timeline)
                guard let end, end >= emitted else {
                    throw .timelineDiverged(
                        from: identity.timeline, to: current.timeline, at: end, ours: emitted)
                }
            }
            guard flushed >= emitted else { throw .serverBehind(ours: emitted, server: flushed) }
        }
        identity = current
    }

    /// Compares the slot with what was confirmed: `ours` is nil before the first connection.
    package static func acceptSlot(confirmed slot: LSN, ours: LSN?) throws(ContinuityError) {
        if let ours, slot > ours { throw .slotAdvanced(ours: ours, slot: slot) }
    }
}
