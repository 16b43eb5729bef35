internal import Libpq
internal import Reader
package import Sinks

/// Why a stream ended that should not have: for a person, and as an exit code after `sysexits.h`.
public struct WalbrookError: Error, Sendable {
    /// Each kind is an exit code.
    public enum Kind: Int32, Sendable {
        case usage = 64
        /// The server cannot be reached, or not any more.
        case unavailable = 69
        /// A bug, or a message that cannot be decoded.
        case software = 70
        case sinkFailed = 74
        /// Something else holds the slot.
        case tryAgain = 75
        case permissionDenied = 77
        case configuration = 78
    }

    /// Which of the exit codes it is.
    public var kind: Kind
    /// What happened, and where.
    public var message: String
    /// A command or SQL that mends it, or what to do.
    public var hint: String?

    package init(_ kind: Kind, _ message: String, hint: String? = nil) {
        self.kind = kind
        self.message = message
        self.hint = hint
    }

    init(_ error: ReaderError) {
        kind =
            switch error.kind {
            case .usage: .usage
            case .unavailable: .unavailable
            case .busy: .tryAgain
            case .permissionDenied: .permissionDenied
            case .configuration: .configuration
            case .undecodable: .software
            case .spoolFailed: .sinkFailed
            }
        message = error.sentence
        if let underlying = error.underlying { message += ": \(underlying)" }
        hint = error.hint
    }

    package init(_ error: SinkError) {
        let kind: Kind =
            switch error.kind {
            case .failed: .sinkFailed
            case .refused: .configuration
            case .busy: .tryAgain
            }
        self.init(kind, error.description, hint: error.hint)
    }

    init(_ error: LibpqError) {
        self.init(.unavailable, error.description)
    }
}
