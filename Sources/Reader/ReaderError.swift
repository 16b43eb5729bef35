package import Libpq
package import Replication

/// Why reading ended, for a person: what happened, where, and what mends it. Holds no row value and no secret.
package struct ReaderError: Error, Sendable {
    /// Each kind has its exit code.
    package enum Kind: Hashable, Sendable {
        /// What the user wrote is not valid.
        case usage
        /// The server cannot be reached, or not any more.
        case unavailable
        /// Something else holds the slot.
        case busy
        case permissionDenied
        /// The server, the slot or the publication is not as it must be.
        case configuration
        /// The server sent something that cannot be understood.
        case undecodable
        /// What has to be kept for a while cannot be written.
        case spoolFailed
    }

    package var kind: Kind
    /// One sentence.
    package var sentence: String
    /// A command or SQL that mends it, or what to do.
    package var hint: String?
    package var underlying: LibpqError?

    package init(_ kind: Kind, _ sentence: String, hint: String? = nil, underlying: LibpqError? = nil) {
        self.kind = kind
        self.sentence = sentence
        self.hint = hint
        self.underlying = underlying
    }
}

extension ReaderError: CustomStringConvertible {
    package var description: String {
        var text = sentence
        if let underlying { text += ": \(underlying)" }
        if let hint { text += "\n\(hint)" }
        return text
    }
}

/// What ended an attempt to stream: something to judge by the retry policy, or something final.
package enum StreamFailure: Error {
    /// The connection, or a command that has nothing to do with the slot.
    case connection(LibpqError)
    /// A command about the slot, or the stream that comes from it.
    case slot(LibpqError)
    case final(ReaderError)
    /// The program was told to stop.
    case stopped
    /// What came of this transaction before its commit cannot be used. After its commit, the server sends it without doubt.
    case useless(TransactionID)
}

extension StreamFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .connection(let error), .slot(let error): error.description
        case .final(let error): error.description
        case .stopped: "the program was told to stop"
        case .useless(let xid): "what came of transaction \(xid) before its commit cannot be used"
        }
    }
}

extension StreamFailure {
    /// Runs something of libpq's and makes its error one of ours.
    static func converting<Value: ~Copyable>(
        _ body: () throws(LibpqError) -> Value
    ) throws(StreamFailure) -> Value {
        do { return try body() } catch { throw StreamFailure(error) }
    }

    /// The server's SQLSTATE, if this is an error of the server.
    var sqlState: String? {
        switch self {
        case .connection(let error), .slot(let error): error.sqlState
        case .final, .stopped, .useless: nil
        }
    }

    /// The same failure, of a command about the slot.
    var ofSlot: StreamFailure {
        if case .connection(let error) = self { .slot(error) } else { self }
    }

    init(_ error: LibpqError) {
        self = error.kind == .interrupted ? .stopped : .connection(error)
    }

    init(_ error: ContinuityError) {
        self = .final(ReaderError(error))
    }

    package init(_ error: DecodingError) {
        self = .final(
            ReaderError(
                .undecodable, "cannot decode what the server sent: \(error)",
                hint: "Nothing after it was confirmed. Please report this with the server's version."))
    }

    package init(_ error: SessionError) {
        if case .otherHistory(let expected, let found) = error {
            self.init(ContinuityError.serverDiffers(ours: expected, server: found))
            return
        }
        self = .final(
            ReaderError(
                .undecodable, "cannot make sense of what the server sent: \(error)",
                hint: "Nothing after it was confirmed. Please report this with the server's version."))
    }
}

extension ReaderError {
    /// A spool in this directory failed, for a reason that is said.
    package init(spoolIn directory: String, reason: String) {
        self.init(
            .spoolFailed, "cannot keep a transaction in progress in \(directory): \(reason)",
            hint:
                "Make room or name another directory with --spool-dir, or give --no-streaming, with which the "
                + "server keeps it. Nothing of it was confirmed.")
    }

    package init(_ error: ContinuityError) {
        let again = """
            To start anew: drop the slot, take a new copy of the tables, and start again; events between \
            the two are not in the stream.
            """
        switch error {
        case .otherSystem(let expected, let found):
            self.init(
                .configuration, "this is another cluster: system identifier \(found) instead of \(expected)",
                hint: "Connect to the cluster the stream came from. \(again)")
        case .otherDatabase(let expected, let found):
            self.init(.configuration, "this is the database \(found) instead of \(expected)")
        case .serverBehind(let ours, let server):
            self.init(
                .configuration,
                "the server's log ends at \(server), before \(ours), which was already streamed: it was restored "
                    + "to an earlier point", hint: again)
        case .serverDiffers(let ours, let server):
            self.init(
                .configuration,
                "the server has come to \(server) in its log without the transaction at \(ours), which was already "
                    + "streamed: it was restored to an earlier point and has gone on since", hint: again)
        case .timelineDiverged(let from, let to, let at, let ours):
            let place =
                at.map { "left timeline \(from) at \($0), before" }
                ?? "does not come from timeline \(from) of"
            self.init(
                .configuration, "timeline \(to) of the server \(place) \(ours), which was already streamed",
                hint: again)
        case .slotAdvanced(let ours, let slot):
            self.init(
                .configuration,
                "the slot stands at \(slot), past \(ours), which is the last this program confirmed: "
                    + "somebody else moved it, and the events between are lost to this stream",
                hint: "Use a slot of its own for each consumer. \(again)")
        }
    }
}
