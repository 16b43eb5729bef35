/// What libpq or the server behind it reported.
package struct LibpqError: Error, Sendable {
    package enum Kind: Hashable, Sendable {
        /// The connection string or an option in it is not valid.
        case invalidConnectionString
        /// A value in it, in the service file or in the environment is of no use, whatever the server.
        case invalidParameter
        /// No connection could be made.
        case connectionFailed
        /// The server wants a password and none was given.
        case passwordNeeded
        /// An established connection broke.
        case connectionLost
        /// The server answered an attempt to connect with an error.
        case refused
        /// The server answered a command with an error.
        case server
        /// The server answered with something else than the protocol promises here.
        case unexpectedResult
        /// The server is well, and not yet what it must be.
        case notReady
        /// The deadline passed.
        case timedOut
        /// The caller was woken to stop.
        case interrupted
    }

    package var kind: Kind
    /// One line, without the connection string or any secret.
    package var message: String
    package var diagnostics: Diagnostics?
    /// Who asked for what, when a connection was refused.
    package var user: String?
    package var database: String?

    package init(_ kind: Kind, _ message: String, diagnostics: Diagnostics? = nil) {
        self.kind = kind
        self.message = message
        self.diagnostics = diagnostics
    }

    /// The server's SQLSTATE, if it sent one.
    package var sqlState: String? {
        diagnostics?.sqlState
    }
}

/// The fields of an error report that a person is told, and the one that a program goes by.
///
/// PostgreSQL manual, "Error and Notice Message Fields".
package struct Diagnostics: Hashable, Sendable {
    package var sqlState: String?
    package var primary: String?
    package var detail: String?
    package var hint: String?
    /// The server's function that reported it, known of a refused connection.
    package var function: String?

    package init() {}

    /// Finds the SQLSTATE in the text of a failed connection attempt, for which libpq keeps no fields.
    ///
    /// With verbose errors the text has lines such as `FATAL:  28P01: password authentication failed`, and behind them one
    /// such as `LOCATION:  auth_failed, auth.c:335`. With several hosts each has its own; the last one counts.
    package init?(connectionMessage text: String) {
        var found: (state: Substring, rest: Substring)?
        var function: Substring?
        for line in text.split(whereSeparator: \.isNewline) {
            // The severity may be translated, so look for what follows it: two blanks, five characters, a colon.
            let parts = line.split(separator: ":  ", maxSplits: 1)
            guard parts.count == 2 else { continue }
            let state = parts[1].prefix(5)
            let rest = parts[1].dropFirst(5)
            let isState = state.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x41...0x5A).contains($0) }
            if state.utf8.count == 5, isState, rest.hasPrefix(": ") {
                found = (state, rest.dropFirst(2))
                function = nil
            } else if let location = parts[1].wholeMatch(of: /(\w+), [\w.\/-]+:\d+/) {
                function = location.1
            }
        }
        guard let found else { return nil }
        sqlState = String(found.state)
        primary = String(found.rest)
        self.function = function.map { String($0) }
    }
}

extension LibpqError: CustomStringConvertible {
    package var description: String {
        var text = message
        if let sqlState { text += " (SQLSTATE \(sqlState))" }
        if let detail = diagnostics?.detail { text += "; \(detail)" }
        if let hint = diagnostics?.hint { text += "; hint: \(hint)" }
        return text
    }
}
