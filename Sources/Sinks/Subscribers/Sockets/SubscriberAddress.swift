/// Where subscribers connect to.
package enum SubscriberAddress: Hashable, Sendable {
    case tcp(host: String, port: Int)
    case unix(path: String)

    /// Reads `tcp://HOST:PORT`, with an IPv6 address in brackets, or `unix:PATH`.
    package init?(uri: String) {
        if uri.hasPrefix("tcp://") {
            self.init(hostAndPort: String(uri.dropFirst(6)))
        } else if uri.hasPrefix("unix:"), uri.utf8.count > 5 {
            self = .unix(path: String(uri.dropFirst(5)))
        } else {
            return nil
        }
    }

    /// Reads `HOST:PORT`.
    package init?(hostAndPort text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        var host = text[..<colon]
        if host.first == "[", host.last == "]" {
            host = host.dropFirst().dropLast()
        } else if host.contains(":") {
            return nil
        }
        guard let port = UInt16(text[text.index(after: colon)...]), !host.isEmpty else { return nil }
        self = .tcp(host: String(host), port: Int(port))
    }

    /// Whether only this machine can reach it. A name other than `localhost` may mean anything.
    package var isLocal: Bool {
        switch self {
        case .unix: true
        case .tcp(let host, _):
            host.lowercased() == "localhost" || host == "::1"
                || host.split(separator: ".").count == 4 && host.hasPrefix("127.")
                    && host.utf8.allSatisfy { $0 == UInt8(ascii: ".") || (0x30...0x39).contains($0) }
        }
    }
}

extension SubscriberAddress: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unix(let path): "unix:\(path)"
        case .tcp(let host, let port):
            host.contains(":") ? "tcp://[\(host)]:\(port)" : "tcp://\(host):\(port)"
        }
    }
}
