import Replication

/// Plays facts to a session and writes down what it says to each, so that a test is a script that comes out as it
/// went in.
///
/// A line is a fact, an arrow and the answer. Numbers are LSNs in hexadecimal.
///
///     begin 100 → emit 100-1, boundary 0
///     change → emit 100-2, boundary 0
///     change 90 → emit 100-2, boundary 0         (of the record at 90)
///     message in → emit 100-3, boundary 0        (a transactional one)
///     commit 100 end 130 → emit 100-4, boundary 130
///     message 150 → emit 150-0, boundary 150     (a non-transactional one)
///     keepalive 200 → boundary 200
///     lost → boundary 200                        (the connection)
///     start 200 → boundary 200                   (the next one, at what the slot has confirmed)
///     commit 300 end 330 → error: a commit at 0/300 came without its begin
///
/// `, done` at the end means that the stop point was reached.
enum SessionScript {
    /// Returns the script with the answers that `session` gives.
    static func play(_ script: String, on session: inout StreamSession) throws -> String {
        var lines: [String] = []
        for line in script.split(separator: "\n") {
            let fact = String(line.prefix { $0 != "→" }).trimmed
            lines.append("\(fact) → \(try answer(to: fact.split(separator: " ").map(String.init), &session))")
        }
        return lines.joined(separator: "\n")
    }

    private static func answer(to fact: [String], _ session: inout StreamSession) throws -> String {
        let disposition: StreamSession.Disposition?
        do throws(SessionError) {
            disposition = try tell(fact, &session)
        } catch {
            return "error: \(error)"
        }
        var answer = "boundary \(hex(session.boundary))"
        if let disposition {
            let position = session.position
            answer = "\(disposition) \(hex(position.lsn))-\(position.ordinal), " + answer
        }
        return session.hasReachedStop ? answer + ", done" : answer
    }

    private static func tell(
        _ fact: [String], _ session: inout StreamSession
    ) throws(SessionError) -> StreamSession.Disposition? {
        let numbers = fact.compactMap { UInt64($0, radix: 16) }.map { LSN($0) }
        switch (fact[0], numbers.first) {
        case ("begin", let commit?):
            return try session.begin(
                Begin(commitLSN: commit, committedAt: MessageBuilder.sampleTime, xid: TransactionID(7)))
        case ("change", _):
            return try session.change(at: numbers.first ?? .zero)
        case ("commit", let commit?):
            return try session.commit(
                Commit(
                    commitLSN: commit, endLSN: numbers.last ?? commit, committedAt: MessageBuilder.sampleTime)
            )
        case ("message", let lsn):
            return try session.message(logicalMessage(at: lsn), at: lsn ?? .zero)
        case ("keepalive", let walEnd?):
            try session.keepalive(walEnd: walEnd)
            return nil
        case ("start", let confirmed?):
            session.streamStarts(at: confirmed)
            return nil
        case ("lost", _):
            session.connectionLost()
            return nil
        default:
            preconditionFailure("no such fact: \(fact)")
        }
    }

    /// - Parameter lsn: nil for a transactional message.
    private static func logicalMessage(at lsn: LSN?) -> LogicalMessage {
        let bytes = MessageBuilder.message("p", "c", isTransactional: lsn == nil, lsn: lsn ?? LSN(1))
        var decoder = MessageDecoder()
        guard case .message(let message)? = try? decoder.decode(bytes.span) else {
            preconditionFailure("the builder's message does not decode")
        }
        return message
    }

    private static func hex(_ lsn: LSN) -> String {
        String(lsn.value, radix: 16)
    }
}

extension String {
    fileprivate var trimmed: String {
        String(drop(while: \.isWhitespace).reversed().drop(while: \.isWhitespace).reversed())
    }
}
