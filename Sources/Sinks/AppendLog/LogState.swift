internal import Crypto
internal import FoundationEssentials
internal import Replication

/// What is written beside the data of an append log after each commit: how much of the data counts, and what that is.
struct LogState: Hashable {
    /// Counts the states of a log; the highest one that is whole counts.
    var sequence: UInt64
    var held: HeldEvents
    /// Events up to this one were deleted.
    var floor = Position.start
    /// How many files there are behind that, if a log has several: one that is missing could otherwise not be told from
    /// one that was deleted, since positions have gaps. Nil also in a state of a program that did not count them.
    var segments: Int?
    /// Bytes of the data that count; what lies behind was not committed.
    var length: Int
    /// The file that has them, which may have been renamed since.
    var inode: UInt64
    /// The first event in it; nil as long as there is none.
    var first: Position?
    /// When that came, by the clock of this machine. It is kept here because nothing else survives: a process may be short, a
    /// file is made before it has an event, and what a disk says of its birth is that of the copy after a restore. Nil as
    /// long as there is none, and in a state of a program that did not keep it.
    var begun: Date?
    /// Digest of the last bytes that count. A file of another origin can have the same name, size and even inode.
    var tail: String

    /// When the first event came, by the best that is known: now, if nobody has kept it.
    var firstCame: Date? { length > 0 ? begun ?? .now : nil }

    /// Bytes that a state takes up, padded: never more than one page of any disk.
    static let size = 4096
    private static let title = "walbrook state 1"
    /// How many bytes `tail` is of, if there are so many: a few lines, each with a position of its own.
    private static let tailSize = 1024

    /// The digest of the last of so many bytes of a file.
    static func tail(of descriptor: Descriptor, length: Int) throws(Descriptor.Failure) -> String {
        let size = min(length, tailSize)
        return digest(try descriptor.read(size, at: length - size))
    }
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
                ("tail", tail), ("last", "\(held.last)"), ("place", held.place.map { "\($0)" } ?? ""),
                ("confirmed", "\(held.confirmed)"),
                ("floor", "\(floor)"),
            ] + (segments.map { [("segments", "\($0)")] } ?? [])
            + (begun.map { [("begun", "\(Int64($0.timeIntervalSince1970 * 1000))")] } ?? [])
        var text = Self.title + "\n"
        for (key, value) in fields { text += "\(key) \(Self.escape(value))\n" }
        text += "sha256 \(Self.digest(Array(text.utf8)))\n"
        guard text.utf8.count <= Self.size else { return nil }
        return Array(text.utf8) + [UInt8](repeating: 0, count: Self.size - text.utf8.count)
    }

    /// Nil for anything that is not a whole state: torn, empty, or of another version.
    init?(decoding bytes: ArraySlice<UInt8>) {
        guard bytes.count == Self.size, let end = bytes.firstIndex(of: 0) ?? Optional(bytes.endIndex),
            bytes[end...].allSatisfy({ $0 == 0 }),
            bytes[..<end].last == 0x0A
        else { return nil }
        // By bytes: to Swift, a name that begins with an accent or ends with a carriage return is one character with
        // the space or the line feed beside it.
        var lines = bytes[..<end].dropLast().split(separator: 0x0A, omittingEmptySubsequences: false)
        guard lines.count > 2, let checksum = lines.popLast(),
            Self.text(checksum) == "sha256 \(Self.digest(Array(bytes[..<checksum.startIndex])))",
            Self.text(lines.removeFirst()) == Self.title
        else { return nil }
        var values: [String: [String]] = [:]
        for line in lines {
            guard let space = line.firstIndex(of: 0x20), let key = Self.text(line[..<space]),
                let value = Self.text(line[(space + 1)...])
            else { return nil }
            values[key, default: []].append(Self.unescape(value))
        }
        func value(_ key: String) -> String { values[key]?.first ?? "" }
        guard let sequence = UInt64(value("sequence")), let timeline = UInt32(value("timeline")),
            let length = Int(value("length")), length >= 0, let inode = UInt64(value("inode")),
            let last = Position(value("last")), let confirmed = LSN(value("confirmed"))
        else { return nil }
        self.sequence = sequence
        self.length = length
        self.inode = inode
        first = Position(value("first"))
        floor = Position(value("floor")) ?? .start
        segments = Int(value("segments"))
        begun = Int64(value("begun")).map { Date(timeIntervalSince1970: Double($0) / 1000) }
        tail = value("tail")
        held = HeldEvents(
            origin: StreamOrigin(
                identity: ServerIdentity(
                    systemIdentifier: value("system"), timeline: timeline, database: value("database")),
                slot: value("slot"), publications: values["publication"] ?? [], format: value("format")),
            last: last, at: RecordPlace(value("place")), confirmed: confirmed)
    }

    private static func text(_ bytes: ArraySlice<UInt8>) -> String? {
        String(validating: bytes, as: UTF8.self)
    }

    private static func digest(_ bytes: [UInt8]) -> String {
        SHA256.hash(data: bytes).map { byte in
            String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }

    /// A database's name may hold anything but a zero byte.
    private static func escape(_ value: String) -> String {
        var result = ""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func unescape(_ value: String) -> String {
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
