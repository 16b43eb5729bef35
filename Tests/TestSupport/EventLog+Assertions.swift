extension EventLog {
    /// Every event comes after the one before it, and every schema line before the event it precedes.
    ///
    /// - Throws: `TestFailure` with the two lines and positions.
    package func assertPositionsStrictlyIncrease() throws {
        var lastEvent: EventHead?
        var lastSchema: EventHead?
        try forEachHead { head in
            if let lastEvent, head.position <= lastEvent.position {
                throw TestFailure(Self.disorder(head, after: lastEvent))
            }
            // Several relations may be described before one event.
            if let lastSchema, head.position < lastSchema.position {
                throw TestFailure(Self.disorder(head, after: lastSchema))
            }
            if head.isSchema { lastSchema = head } else { lastEvent = head }
        }
    }

    /// The events of a transaction stand together, have one xid, and come once.
    ///
    /// What has no xid (notifications, gaps, non-transactional messages) may stand anywhere.
    ///
    /// - Throws: `TestFailure` with the lines and positions.
    package func assertTransactionsContiguous() throws {
        var open: EventHead?
        var xidOfCommit: [UInt64: UInt64] = [:]
        var commitOfXid: [UInt64: UInt64] = [:]
        try forEachHead { head in
            guard let xid = head.xid else { return }
            let commit = head.position.commitLSN
            if let open, open.xid == xid, open.position.commitLSN == commit { return }
            let place = "line \(head.lineNumber) at \(head.position) of transaction \(xid)"
            let before = open.map { "line \($0.lineNumber) at \($0.position) of \($0.xid ?? 0)" } ?? "nothing"
            if let other = xidOfCommit[commit], other != xid {
                throw TestFailure("\(place): transaction \(other) has that commit LSN; before it: \(before)")
            }
            if let other = commitOfXid[xid], other != commit {
                throw TestFailure("\(place) has two commit LSNs; before it: \(before)")
            }
            if xidOfCommit[commit] != nil {
                throw TestFailure("\(place) continues a transaction that was interrupted by \(before)")
            }
            xidOfCommit[commit] = xid
            commitOfXid[xid] = commit
            open = head
        }
    }

    private static func disorder(_ head: EventHead, after other: EventHead) -> String {
        "line \(head.lineNumber) at \(head.position) (\(head.op)) does not come after "
            + "line \(other.lineNumber) at \(other.position) (\(other.op))"
    }
}
