internal import CLibpq

extension Connection {
    package typealias Instant = ContinuousClock.Instant

    /// Runs one SQL text or replication command and waits for its end.
    ///
    /// - Parameters:
    ///   - tick: called after `tickInterval` without an answer, again and again; it may throw to give up.
    /// - Returns: the last result that holds rows, or the last one.
    package func query(
        _ text: String, poller: Poller, tickInterval: Duration = .seconds(1),
        tick: () throws(LibpqError) -> Void = {}
    ) throws(LibpqError) -> QueryResult {
        try send(query: text)
        var last: QueryResult?
        while true {
            try waitForResult(poller: poller, tickInterval: tickInterval, tick: tick)
            guard let result = nextResult() else { break }
            if let error = result.error {
                // A connection that breaks now tells less than what came before.
                while (try? waitForResult(poller: poller, tickInterval: tickInterval, tick: tick)) != nil,
                    nextResult() != nil
                {}
                throw error
            }
            let entersCopy = result.status == PGRES_COPY_BOTH
            // libpq would give the same result again and again.
            if result.status == PGRES_COPY_IN || result.status == PGRES_COPY_OUT {
                throw LibpqError(.unexpectedResult, "the server answered with a copy that was not asked for")
            }
            if last == nil || result.columnCount > 0 || entersCopy { last = consume result }
            if entersCopy { break }
        }
        guard let result = last else { throw LibpqError(.unexpectedResult, "the server gave no result") }
        return result
    }

    /// Runs one SQL text or replication command and returns its rows, each with as many columns as were asked for or
    /// more.
    ///
    /// - Throws: `LibpqError` of kind `unexpectedResult` when there are fewer; nobody has to look again.
    package func rows(
        _ text: String, columns: Int, poller: Poller, tick: () throws(LibpqError) -> Void = {}
    ) throws(LibpqError) -> [[String?]] {
        let result = try query(text, poller: poller, tick: tick)
        guard result.columnCount >= columns else {
            throw LibpqError(
                .unexpectedResult,
                "the server answered with \(result.columnCount) columns instead of \(columns) to: "
                    + text.firstLine)
        }
        return result.rows()
    }

    /// Runs a replication command that starts a copy in both directions.
    package func startCopy(
        _ text: String, poller: Poller, tick: () throws(LibpqError) -> Void = {}
    ) throws(LibpqError) {
        guard try query(text, poller: poller, tick: tick).status == PGRES_COPY_BOTH else {
            throw LibpqError(.unexpectedResult, "the server did not start a stream on: \(text.firstLine)")
        }
    }

    /// Runs a COPY … TO STDOUT, as far as its first message.
    package func startCopyOut(
        _ text: String, poller: Poller, tick: () throws(LibpqError) -> Void = {}
    ) throws(LibpqError) {
        try send(query: text)
        try waitForResult(poller: poller, tickInterval: .seconds(1), tick: tick)
        var error: LibpqError?
        if let result = nextResult() {
            if result.status == PGRES_COPY_OUT { return }
            error = result.error
        }
        while (try? waitForResult(poller: poller, tickInterval: .seconds(1), tick: tick)) != nil,
            nextResult() != nil
        {}
        throw error
            ?? LibpqError(.unexpectedResult, "the server did not start a copy on: \(text.firstLine)")
    }

    /// Has the server end what it is doing, and passes over what it still sends. The connection can be used again then.
    package func abandon(poller: Poller, until deadline: Instant) throws(LibpqError) {
        cancel()
        while true {
            try waitForResult(poller: poller, tickInterval: .milliseconds(100)) { () throws(LibpqError) in
                if .now >= deadline { throw LibpqError(.timedOut, "the server did not end a query") }
            }
            guard let result = nextResult() else { return }
            guard result.status == PGRES_COPY_OUT else { continue }
            try passOverCopy(poller: poller, until: deadline)
        }
    }

    private func passOverCopy(poller: Poller, until deadline: Instant) throws(LibpqError) {
        while true {
            switch try nextCopyBuffer() {
            case .message: continue
            case .ended: return
            case .notYet:
                guard .now < deadline else { throw LibpqError(.timedOut, "the server did not end a copy") }
                if poller.wait(socket: socket, until: deadline).isReadable { try consumeInput() }
            }
        }
    }

    /// The error that ended a copy stream; nil when the server ended it in good order. Never waits longer than
    /// until `deadline`.
    package func copyEnd(poller: Poller, until deadline: Instant) throws(LibpqError) -> LibpqError? {
        while true {
            try waitForResult(poller: poller, tickInterval: .milliseconds(100)) { () throws(LibpqError) in
                if .now >= deadline { throw LibpqError(.timedOut, "the server did not end the stream") }
            }
            guard let result = nextResult() else { return nil }
            if let error = result.error { return error }
            // The server is done, and waits for us to say the same.
            switch result.status {
            case PGRES_COPY_IN: try putCopyEnd()
            case PGRES_COPY_OUT, PGRES_COPY_BOTH:
                return LibpqError(.unexpectedResult, "the server started another copy")
            default: break
            }
        }
    }

    /// Ends a copy stream from our side, and passes over what the server still sends.
    ///
    /// - Throws: `LibpqError` of kind `timedOut` when the server does not end it before `deadline`.
    package func endCopy(poller: Poller, until deadline: Instant) throws(LibpqError) {
        try putCopyEnd()
        var isFlushed = try flush()
        var gulp = 0
        while true {
            switch try nextCopyBuffer() {
            case .message:
                continue
            case .ended:
                // The server answers in order, so it has taken in all we sent. Of an open transaction it would first
                // send the rest, so its last word is not waited for.
                if !isBusy, let error = nextResult()?.error { throw error }
                return
            case .notYet:
                guard .now < deadline else {
                    throw LibpqError(.timedOut, "the server did not end the stream")
                }
                let ready = poller.wait(socket: socket, writable: !isFlushed, until: deadline)
                if ready.isReadable {
                    if gulp <= 0 {
                        // In the middle of a transaction a walsender looks at what we sent only when it cannot send.
                        if bytesToRead >= Self.flowing { Poller.nap(.milliseconds(50)) }
                        gulp = bytesToRead
                    }
                    gulp -= 8 * 1024
                    try consumeInput()
                }
                if !isFlushed { isFlushed = try flush() }
            }
        }
    }

    /// This much waiting means that the server is sending and not answering.
    private static var flowing: Int { 4 * 1024 }

    private func waitForResult(
        poller: Poller, tickInterval: Duration, tick: () throws(LibpqError) -> Void
    ) throws(LibpqError) {
        var nextTick = Instant.now + tickInterval
        var isFlushed = try flush()
        while isBusy {
            let ready = poller.wait(socket: socket, writable: !isFlushed, until: nextTick)
            if ready.isReadable { try consumeInput() }
            if !isFlushed { isFlushed = try flush() }
            if ready.wasWoken || .now >= nextTick {
                try tick()
                nextTick = .now + tickInterval
            }
        }
    }
}
