internal import Replication

/// Why a subscriber does not get what it asked for. The README has the same table.
struct Refusal: Error, Hashable {
    enum Code: String, CaseIterable {
        /// A token is needed, or this is not one.
        case authentication = "AUTH"
        /// No such command, or not now.
        case command = "COMMAND"
        /// The command's words do not fit.
        case syntax = "SYNTAX"
        /// The position is not kept any more, or was never reached.
        case gone = "GONE"
        /// That needs a journal.
        case noJournal = "NOJOURNAL"
        /// The name is in use by another connection.
        case busy = "BUSY"
        /// It read too slowly, and there is no journal to go on from.
        case slow = "SLOW"
        /// The lines of this format do not say what a filter would need.
        case filter = "FILTER"
        /// Too many commands, or too long a line.
        case limit = "LIMIT"
        /// There are as many connections as there may be.
        case full = "FULL"
        /// No SUB came in time.
        case timeout = "TIMEOUT"
        /// TLS where there is none, or none where there is.
        case security = "TLS"
        /// The journal cannot be read.
        case failed = "FAILED"

        /// Whether the connection goes on after it, for another try.
        var leavesOpen: Bool { self == .command || self == .syntax }
    }

    var code: Code
    var message: String
    /// The oldest position that can be given to `from=`.
    var oldest: Position?
    var head: Position?
    /// Up to where it got everything.
    var passed: Position?

    init(
        _ code: Code, _ message: String, oldest: Position? = nil, head: Position? = nil,
        passed: Position? = nil
    ) {
        self.code = code
        self.message = message
        self.oldest = oldest
        self.head = head
        self.passed = passed
    }
}
