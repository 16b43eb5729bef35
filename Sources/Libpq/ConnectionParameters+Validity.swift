internal import CLibpq

/// What is wrong with parameters whatever the server: libpq says some of it before it connects, and the rest too late.
extension ConnectionParameters {
    static func validate(_ connectionString: String) throws(LibpqError) {
        guard Self.hasPlainAuthority(connectionString) else {
            throw LibpqError(
                .invalidConnectionString,
                "the connection URI is not valid: in a user name or password, the characters @ : / ? # [ ] must be "
                    + "percent-encoded")
        }
        guard isURI(connectionString) || connectionString.contains("=") else {
            return try validate(databaseName: connectionString)
        }
        var message: UnsafeMutablePointer<CChar>?
        // SAFETY: libpq returns memory of its own, or nil and a message of its own; both are freed here.
        let options = unsafe PQconninfoParse(connectionString, &message)
        defer { unsafe PQconninfoFree(options) }
        defer { unsafe PQfreemem(message) }
        // The message quotes the string, which may hold a password: say where to look, not what it holds.
        if unsafe options == nil {
            throw LibpqError(.invalidConnectionString, "the connection string is not valid")
        }
    }

    /// To libpq anything else is no URI, also with `://` in a value.
    private static func isURI(_ connectionString: String) -> Bool {
        ["postgresql://", "postgres://"].contains { connectionString.hasPrefix($0) }
    }

    /// libpq takes a string without an equals sign for the name of a database, which servers quote. One that looks like an
    /// address of another kind may hold a password.
    private static func validate(databaseName: String) throws(LibpqError) {
        guard !databaseName.contains("@"), !databaseName.contains("://") else {
            throw LibpqError(.invalidConnectionString, "the connection string is not valid")
        }
    }

    /// Whether the hosts and ports of a URI can be told from its user and password. libpq would take a part of a password
    /// with such a character for a host or port, and quote it in its error.
    private static func hasPlainAuthority(_ connectionString: String) -> Bool {
        guard isURI(connectionString), let scheme = connectionString.firstRange(of: "://") else {
            return true
        }
        let authority = connectionString[scheme.upperBound...].prefix { !"/?#".contains($0) }
        let parts = authority.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count <= 2, let hosts = parts.last else { return false }
        return hosts.split(separator: ",").allSatisfy { host in
            // A colon inside of brackets belongs to an IPv6 address.
            let outside = host.lastIndex(of: "]").map { host[$0...].dropFirst() } ?? host
            guard let colon = outside.firstIndex(of: ":") else { return true }
            return outside[colon...].dropFirst().allSatisfy(\.isNumber)
        }
    }

    /// libpq looks at numbers only when it needs them, so that a wrong one can pass for a host that does not answer.
    static func requireNumbers(_ effective: [String: String]) throws(LibpqError) {
        for keyword in [
            "port", "connect_timeout", "keepalives", "keepalives_idle", "keepalives_interval",
            "keepalives_count", "tcp_user_timeout",
        ] {
            let value = effective[keyword] ?? ""
            let numbers = keyword == "port" ? value.split(separator: ",") : [value[...]]
            for text in numbers where !text.isEmpty {
                guard let number = text.wholeMatch(of: /\s*([+-]?\d+)\s*/).flatMap({ Int32($0.1) }) else {
                    throw refusal(
                        "invalid integer value \"\(text)\" for connection option \"\(keyword)\"")
                }
                guard keyword != "port" || (1...65535).contains(number) else {
                    throw refusal("invalid port number: \"\(text)\"")
                }
            }
        }
    }

    /// What libpq has against these parameters, if it is their fault that a connection was broken at once.
    ///
    /// - Parameter message: what it said.
    func refusal(saying message: String) -> LibpqError? {
        guard let parameters = try? resolved() else { return nil }
        // Only a ping tells whether libpq would have tried, and it does try: it gets as many hosts as there are, and none
        // that could be reached.
        let effective = Self.effective(parameters)
        var unreachable = parameters
        for (keyword, nowhere) in [("host", "/dev/null/-"), ("hostaddr", "?")] {
            guard let value = effective[keyword] else { continue }
            let count = value.split(separator: ",", omittingEmptySubsequences: false).count
            unreachable.append((keyword, Array(repeating: nowhere, count: count).joined(separator: ",")))
        }
        if effective["host"] == nil, effective["hostaddr"] == nil {
            unreachable.append(("host", "/dev/null/-"))
        }
        let answer = unsafe withParameterArrays(unreachable) { keywords, values in
            unsafe PQpingParams(keywords, values, 1)
        }
        return answer == PQPING_NO_ATTEMPT ? Self.refusal(message) : nil
    }

    private static func refusal(_ message: String) -> LibpqError {
        // A value that has swallowed the keyword behind it may hold the password.
        LibpqError(
            .invalidParameter, message.contains("=") ? "a connection parameter is not valid" : message)
    }
}
