import Replication

/// A CopyData message of which one field cannot be.
struct Damage: Sendable, CustomStringConvertible {
    let description: String
    let bytes: [UInt8]
    let tag: UInt8
    let reason: DecodingError.Reason

    private init(_ description: String, copyData bytes: [UInt8], _ reason: DecodingError.Reason) {
        self.description = description
        self.bytes = bytes
        tag = bytes[0]
        self.reason = reason
    }

    /// A message of pgoutput with this tag and these fields.
    private init(
        _ description: String, _ tag: Character, _ reason: DecodingError.Reason,
        fields: (inout MessageBuilder) -> Void
    ) {
        var builder = MessageBuilder(tag)
        fields(&builder)
        self.description = description
        bytes = MessageBuilder.xLogData(builder.bytes)
        self.tag = builder.bytes[0]
        self.reason = reason
    }

    static let all = copyData + transactions + relations + tuples + truncates

    private static let copyData = [
        Damage("CopyData of another kind", copyData: Array("x".utf8), .unknownMessage),
        Damage(
            "flag of a keepalive", copyData: MessageBuilder.keepalive(walEnd: LSN(1)).dropLast() + [2],
            .unknownFlags(2)),
        Damage("message of streamed transactions", "S", .unknownMessage) {
            $0.uint32(1); $0.uint8(1)
        },
        Damage("message of nothing", "\0", .unknownMessage) { _ in },
    ]

    private static let transactions = [
        Damage("flags of a commit", "C", .unknownFlags(1)) {
            $0.uint8(1)
            for _ in 0..<3 { $0.uint64(1) }
        },
        Damage("origin's name without an end", "O", .truncated) {
            $0.uint64(1); $0.uint8(0x61)
        },
        Damage("flags of a logical message", "M", .unknownFlags(2)) {
            $0.uint8(2)
            $0.uint64(1)
            $0.string("p")
            $0.uint32(0)
        },
        Damage("negative length of content", "M", .invalidLength(-1)) {
            $0.uint8(1)
            $0.uint64(1)
            $0.string("p")
            $0.uint32(.max)
        },
        Damage("length of content past the end", "M", .truncated) {
            $0.uint8(1)
            $0.uint64(1)
            $0.string("p")
            $0.uint32(0x7FFF_FFFF)
        },
    ]

    private static let relations = [
        Damage("replica identity", "R", .unknownReplicaIdentity(0x78)) {
            $0.uint32(1)
            $0.string("s")
            $0.string("t")
            $0.uint8(0x78)
            $0.uint16(0)
        },
        Damage("flags of a column", "R", .unknownFlags(2)) {
            $0.uint32(1)
            $0.string("s")
            $0.string("t")
            $0.uint8(UInt8(ascii: "d"))
            $0.uint16(1)
            $0.uint8(2)
            $0.string("c")
            $0.uint64(0)
        },
        Damage("more columns than there are", "R", .truncated) {
            $0.uint32(1)
            $0.string("s")
            $0.string("t")
            $0.uint8(UInt8(ascii: "d"))
            $0.uint16(.max)
        },
    ]

    private static let tuples = [
        Damage("old key of an insert", "I", .unexpectedTuple(UInt8(ascii: "K"))) {
            $0.uint32(1)
            $0.tuple("K", ["1"])
        },
        Damage("unknown tuple of an update", "U", .unexpectedTuple(UInt8(ascii: "X"))) {
            $0.uint32(1)
            $0.tuple("X", ["1"])
        },
        Damage("two old tuples of an update", "U", .unexpectedTuple(UInt8(ascii: "O"))) {
            $0.uint32(1)
            $0.tuple("K", ["1"])
            $0.tuple("O", ["1"])
        },
        Damage("new tuple of a delete", "D", .unexpectedTuple(UInt8(ascii: "N"))) {
            $0.uint32(1)
            $0.tuple("N", ["1"])
        },
        Damage("kind of a column", "I", .unknownColumnKind(UInt8(ascii: "x"))) {
            $0.uint32(1)
            $0.uint8(UInt8(ascii: "N"))
            $0.uint16(1)
            $0.uint8(UInt8(ascii: "x"))
        },
        Damage("negative length of a text", "I", .invalidLength(-1)) {
            $0.uint32(1)
            $0.uint8(UInt8(ascii: "N"))
            $0.uint16(1)
            $0.uint8(UInt8(ascii: "t"))
            $0.uint32(.max)
        },
        Damage("most negative length of a binary value", "I", .invalidLength(Int(Int32.min))) {
            $0.uint32(1)
            $0.uint8(UInt8(ascii: "N"))
            $0.uint16(1)
            $0.uint8(UInt8(ascii: "b"))
            $0.uint32(0x8000_0000)
        },
        Damage("text past the end", "I", .truncated) {
            $0.uint32(1)
            $0.uint8(UInt8(ascii: "N"))
            $0.uint16(1)
            $0.uint8(UInt8(ascii: "t"))
            $0.uint32(2)
            $0.uint8(UInt8(ascii: "1"))
        },
        Damage("more columns than values", "I", .truncated) {
            $0.uint32(1)
            $0.uint8(UInt8(ascii: "N"))
            $0.uint16(.max)
            $0.uint8(UInt8(ascii: "n"))
        },
    ]

    private static let truncates = [
        Damage("negative number of relations", "T", .invalidLength(-1)) {
            $0.uint32(.max)
            $0.uint8(0)
        },
        Damage("more relations than fit a message", "T", .invalidLength(0x7FFF_FFFF)) {
            $0.uint32(0x7FFF_FFFF)
            $0.uint8(0)
        },
        Damage("more relations than there are", "T", .truncated) {
            $0.uint32(2)
            $0.uint8(0)
            $0.uint32(1)
        },
        Damage("flags of a truncate", "T", .unknownFlags(4)) {
            $0.uint32(0)
            $0.uint8(4)
        },
    ]
}
