internal import CLibpq

/// How to reach a server: a connection string as the user gave it, and parameters of ours.
///
/// PostgreSQL manual, "Database Connection Control Functions". Everything libpq knows works: URIs, keyword/value
/// strings, names of databases, service files, `.pgpass`, the PG* environment variables, TLS, several hosts.
package struct ConnectionParameters: Sendable {
    /// A URI, a keyword/value string, the name of a database, or empty for libpq's defaults.
    package var connectionString: String
    /// Beats what the connection string, the service file and the environment say.
    package var overrides: [String: String] = [:]
    /// Holds where neither of them says anything.
    package var defaults: [String: String] = [:]
    /// Session settings (`-c name=value`), put behind the user's own `options`, so that they win.
    package var settings: [(name: String, value: String)] = []

    package init(connectionString: String) {
        self.connectionString = connectionString
    }

    /// The time a host gets to let us in: `connect_timeout`, half a minute by default.
    func patiencePerHost() -> Duration {
        let seconds = Self.effectiveOptions(connectionString)["connect_timeout"].flatMap(Int.init) ?? 0
        return .seconds(seconds > 0 ? max(seconds, 2) : 30)
    }

    /// Takes a host that does not answer out of the list. Returns false if it was the only one.
    mutating func leaveOutHost(_ address: (host: String, hostAddress: String, port: String)) -> Bool {
        let effective = Self.effectiveOptions(connectionString).merging(overrides) { $1 }
        func list(_ keyword: String) -> [Substring] {
            (effective[keyword] ?? "").split(separator: ",", omittingEmptySubsequences: false)
        }
        var (hosts, addresses, ports) = (list("host"), list("hostaddr"), list("port"))
        let count = max(hosts.count, addresses.count)
        let index = (0..<count).first { index in
            (index >= hosts.count || hosts[index] == address.host)
                && (index >= addresses.count || addresses[index].isEmpty
                    || addresses[index] == address.hostAddress)
                && (ports.count != count || ports[index] == address.port)
        }
        guard count > 1, let index else { return false }
        if index < hosts.count { hosts.remove(at: index) }
        if index < addresses.count { addresses.remove(at: index) }
        if ports.count == count { ports.remove(at: index) }
        for (keyword, left) in [("host", hosts), ("hostaddr", addresses), ("port", ports)] where !left.isEmpty
        {
            overrides[keyword] = left.joined(separator: ",")
        }
        return true
    }

    /// The keywords and values for libpq, in its order of precedence: a later one beats an earlier one.
    ///
    /// - Throws: `LibpqError` of kind `invalidConnectionString` or `invalidParameter`.
    func resolved() throws(LibpqError) -> [(keyword: String, value: String)] {
        try Self.validate(connectionString)
        let effective = Self.effectiveOptions(connectionString)
        try Self.requireNumbers(effective)
        var result = [("dbname", connectionString)]
        for (keyword, value) in defaults.sorted(by: { $0.key < $1.key }) where effective[keyword] == nil {
            result.append((keyword, value))
        }
        for (keyword, value) in overrides.sorted(by: { $0.key < $1.key }) {
            result.append((keyword, value))
        }
        if !settings.isEmpty {
            let ours = settings.map { "-c \($0.name)=\(Self.escapeSetting($0.value))" }
            let all = [effective["options"]].compactMap(\.self) + ours
            result.append(("options", all.joined(separator: " ")))
        }
        return result
    }

    /// Blanks and backslashes end or escape a word in `options`.
    private static func escapeSetting(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing(" ", with: "\\ ")
    }

    /// What libpq would use, from the connection string, its service file and the environment together.
    ///
    /// Only libpq knows how these combine, and it tells only for a connection. So it is handed one that it refuses
    /// before it touches the network, because of its `sslmode`.
    private static func effectiveOptions(_ connectionString: String) -> [String: String] {
        effective([("dbname", connectionString)])
    }

    static func effective(_ parameters: [(keyword: String, value: String)]) -> [String: String] {
        unsafe withParameterArrays(parameters + [("sslmode", "?")]) { keywords, values in
            // SAFETY: the arrays end with nil and live through the call; connection and list are freed here.
            let connection = unsafe PQconnectStartParams(keywords, values, 1)
            defer { unsafe PQfinish(connection) }
            let list = unsafe PQconninfo(connection)
            defer { unsafe PQconninfoFree(list) }
            var result: [String: String] = [:]
            var next = unsafe list
            while let option = unsafe next, let keyword = unsafe option.pointee.keyword {
                if let value = unsafe option.pointee.val, unsafe value.pointee != 0 {
                    unsafe result[String(cString: keyword)] = String(cString: value)
                }
                unsafe next = option + 1
            }
            return result
        }
    }
}

/// Calls `body` with the two parallel, nil-terminated arrays of C strings that libpq's connect functions take.
func withParameterArrays<R>(
    _ parameters: [(keyword: String, value: String)],
    _ body: (UnsafePointer<UnsafePointer<CChar>?>?, UnsafePointer<UnsafePointer<CChar>?>?) -> R
) -> R {
    // SAFETY: one block holds all strings with their terminators; the pointers into it are used only inside `body`.
    var text: [CChar] = []
    var offsets: [(Int, Int)] = []
    for (keyword, value) in parameters {
        let first = text.count
        text.append(contentsOf: keyword.utf8CString)
        offsets.append((first, text.count))
        text.append(contentsOf: value.utf8CString)
    }
    return unsafe text.withUnsafeBufferPointer { block in
        let base = block.baseAddress
        var keywords: [UnsafePointer<CChar>?] = unsafe []
        var values: [UnsafePointer<CChar>?] = unsafe []
        for (keyword, value) in offsets {
            unsafe keywords.append(base.map { unsafe $0 + keyword })
            unsafe values.append(base.map { unsafe $0 + value })
        }
        unsafe keywords.append(nil)
        unsafe values.append(nil)
        return unsafe keywords.withUnsafeBufferPointer { keywords in
            unsafe values.withUnsafeBufferPointer { values in
                unsafe body(keywords.baseAddress, values.baseAddress)
            }
        }
    }
}
