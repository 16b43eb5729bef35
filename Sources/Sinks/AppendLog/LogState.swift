internal import Crypto
internal import Replication

/// What is written beside the data of an append log after each commit: how much of the data counts, and what that is.
struct LogState: Hashable {
    /// Counts the states of a log; the highest one that is whole counts.
    var sequence: UInt64
    var held: HeldEvents
    /// Events up to this one were deleted.
    var floor = Position.start
    /// Bytes of the data that count; what lies behind was not committed.
    var length: Int
    /// The file that has them, which may have been renamed since.
    var inode: UInt64
    /// The first event in it; nil as long as there is none.
    var first: Position?

    /// Bytes that a state takes up, padded: never more than one page of any disk.
    static let size = 4096
    private static let title = "walbrook state 1"
}

/// The written form: lines of a key and a value, for a person too, and the digest of them all.
extension LogState {
    /// Nil if it does not fit, because of very many publications.
    var encoded: [UInt8]? {
        let origin = held.origin
        let fields =
            [
                ("sequence", "\(sequence)"), ("format", origin.format),
                ("system", origin.identity.systemIdentifier), ("timeline", "\(origin.identity.timeline)"),
                ("database", origin.identity.database), ("slot", origin.slot),
            ] + origin.publications.map { ("publication", $0) } + [
                ("length", "\(length)"), ("inode", "\(inode)"), ("first", first.map { "\($0)" } ?? ""),
                ("last", "\(held.last)"), ("confirmed", "\(held.confirmed)"),
                ("floor", "\(floor)"),
            ]
        var text = Self.title + "\n"
        for (key, value) in fields { text += "\(key) \(Self.escape(value))\n" }
        text += "sha256 \(Self.digest(text))\n"
        guard text.utf8.count <= Self.size else { return nil }
        return Array(text.utf8) + [UInt8](repeating: 0, count: Self.size - text.utf8.count)
    }

    /// Nil for anything that is not a whole state: torn, empty, or of another version.
    init?(decoding bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.size, let end = bytes.firstIndex(of: 0) ?? Optional(bytes.endIndex),
            bytes[end...].allSatisfy({ $0 == 0 }),
            let text = String(validating: bytes[..<end], as: UTF8.self)
        else { return nil }
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.first == Substring(Self.title), lines.count > 3, lines.last == "" else { return nil }
        let body = lines.dropLast(2).joined(separator: "\n") + "\n"
        guard lines[lines.count - 2] == "sha256 \(Self.digest(body))" else { return nil }
        var values: [Substring: [String]] = [:]
        for line in lines.dropFirst().dropLast(2) {
            let parts = line.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            guard parts.count == 2 else { return nil }
            values[parts[0], default: []].append(Self.unescape(parts[1]))
        }
        func value(_ key: Substring) -> String { values[key]?.first ?? "" }
        guard let sequence = UInt64(value("sequence")), let timeline = UInt32(value("timeline")),
            let length = Int(value("length")), length >= 0, let inode = UInt64(value("inode")),
            let last = Position(value("last")), let confirmed = LSN(value("confirmed"))
        else { return nil }
        self.sequence = sequence
        self.length = length
        self.inode = inode
        first = Position(value("first"))
        floor = Position(value("floor")) ?? .start
        held = HeldEvents(
            origin: StreamOrigin(
                identity: ServerIdentity(
                    systemIdentifier: value("system"), timeline: timeline, database: value("database")),
                slot: value("slot"), publications: values["publication"] ?? [], format: value("format")),
            last: last, confirmed: confirmed)
    }

    private static func digest(_ text: String) -> String {
        SHA256.hash(data: Array(text.utf8)).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    /// A database's name may hold anything but a zero byte.
    private static func escape(_ value: String) -> String {
        value.replacing("\\", with: "\\\\").replacing("\n", with: "\\n")
    }

    private static func unescape(_ value: Substring) -> String {
        var (result, isEscaped) = ("", false)
        for scalar in value.unicodeScalars {
            if isEscaped {
                result.unicodeScalars.append(scalar == "n" ? "\n" : scalar)
                isEscaped = false
            } else if scalar == "\\" {
                isEscaped = true
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
