import Replication

/// Builds the bytes that a server sends, field by field and from the protocol's documentation alone, so that the
/// decoder is checked against something other than itself.
///
/// PostgreSQL manual, "Logical Replication Message Formats" and "Streaming Replication Protocol". The directory is
/// shared by ReplicationTests, TransformerTests and the fuzz target.
struct MessageBuilder: Sendable {
    private(set) var bytes: [UInt8] = []

    init(_ tag: Character) {
        uint8(tag.asciiValue ?? 0)
    }

    // MARK: Fields

    mutating func uint8(_ value: UInt8) {
        bytes.append(value)
    }

    mutating func uint16(_ value: UInt16) {
        bytes += [UInt8(value >> 8), UInt8(value & 0xFF)]
    }

    mutating func uint32(_ value: UInt32) {
        uint16(UInt16(value >> 16))
        uint16(UInt16(value & 0xFFFF))
    }

    mutating func uint64(_ value: UInt64) {
        uint32(UInt32(value >> 32))
        uint32(UInt32(value & 0xFFFF_FFFF))
    }

    mutating func string(_ text: String) {
        bytes += Array(text.utf8) + [0]
    }

    /// A value with its length in front.
    mutating func counted(_ value: [UInt8]) {
        uint32(UInt32(value.count))
        bytes += value
    }

    mutating func tuple(_ announced: Character, _ columns: [WireValue]) {
        uint8(announced.asciiValue ?? 0)
        uint16(UInt16(columns.count))
        for column in columns {
            switch column {
            case .null: uint8(UInt8(ascii: "n"))
            case .unchanged: uint8(UInt8(ascii: "u"))
            case .text(let value):
                uint8(UInt8(ascii: "t"))
                counted(value)
            case .binary(let value):
                uint8(UInt8(ascii: "b"))
                counted(value)
            }
        }
    }
}

/// One column of a tuple as the wire carries it. In a test, `"text"` and `nil` stand for themselves.
enum WireValue: Hashable, Sendable {
    case null
    /// TOASTed, unchanged, not sent.
    case unchanged
    case text([UInt8])
    case binary([UInt8])
}

extension WireValue: ExpressibleByStringLiteral, ExpressibleByNilLiteral {
    init(stringLiteral text: String) {
        self = .text(Array(text.utf8))
    }

    init(nilLiteral: ()) {
        self = .null
    }
}
