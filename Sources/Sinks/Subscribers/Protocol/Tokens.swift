internal import Crypto

/// What subscribers must know to be let in.
///
/// Only digests are kept and compared, each of them whole and against all, so that the time tells neither how long a
/// token is nor how much of one was right.
package struct Tokens: Sendable {
    private let digests: [[UInt8]]

    /// Reads a file with a token a line; empty lines and those that begin with `#` do not count.
    ///
    /// - Throws: `SinkError` for a file that cannot be read or holds none.
    package init(file: String) throws(SinkError) {
        try self.init(Self.read(file), file: file)
    }

    private static func read(_ file: String) throws(SinkError) -> [[UInt8]] {
        let bytes: [UInt8]
        do {
            bytes = try Descriptor.contents(of: file, limit: 1 << 20)
        } catch {
            throw SinkError(
                .refused, sink: "--token-file \(file)", reason: "cannot be read: \(error.description)")
        }
        let lines = bytes.split { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }
        return lines.map { Array($0) }.filter { $0.first != UInt8(ascii: "#") }
    }

    /// The token that a client shows, out of a file of the same form.
    package static func first(in file: String) throws(SinkError) -> String {
        guard let token = try read(file).first else {
            throw SinkError(.refused, sink: "--token-file \(file)", reason: "holds no token")
        }
        return String(decoding: token, as: UTF8.self)
    }

    private init(_ tokens: [[UInt8]], file: String) throws(SinkError) {
        guard !tokens.isEmpty else {
            throw SinkError(
                .refused, sink: "--token-file \(file)", reason: "holds no token",
                hint: "Make one: openssl rand -hex 32 > \(file)")
        }
        let isWord = tokens.allSatisfy { $0.allSatisfy { $0 > 0x20 && $0 != 0x7F } && $0.count <= 1024 }
        guard isWord else {
            throw SinkError(
                .refused, sink: "--token-file \(file)",
                reason: "holds a token that is longer than 1024 bytes or has spaces")
        }
        digests = tokens.map(Self.digest)
    }

    func contain(_ token: [UInt8]) -> Bool {
        let digest = Self.digest(token)
        var isKnown = false
        for known in digests {
            var difference: UInt8 = 0
            for index in known.indices { difference |= known[index] ^ digest[index] }
            isKnown = difference == 0 || isKnown
        }
        return isKnown
    }

    private static func digest(_ token: [UInt8]) -> [UInt8] {
        Array(SHA256.hash(data: token))
    }
}
