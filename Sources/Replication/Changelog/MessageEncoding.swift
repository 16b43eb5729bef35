/// Messages of pgoutput as a walsender sends them, for changes that come another way.
///
/// PostgreSQL manual, "Logical Replication Message Formats", and START_REPLICATION for what is around them.
extension OutputBuffer {
    mutating func append(bigEndian value: UInt16) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    mutating func append(bigEndian value: UInt32) {
        append(bigEndian: UInt16(truncatingIfNeeded: value >> 16))
        append(bigEndian: UInt16(truncatingIfNeeded: value))
    }

    mutating func append(bigEndian value: UInt64) {
        append(bigEndian: UInt32(truncatingIfNeeded: value >> 32))
        append(bigEndian: UInt32(truncatingIfNeeded: value))
    }

    /// A zero-terminated string.
    mutating func append(terminated text: String) {
        for byte in text.utf8 where byte != 0 { append(byte) }
        append(0 as UInt8)
    }

    /// The header of an XLogData message; the message of pgoutput follows.
    mutating func appendXLogData(at lsn: LSN, sentAt: Timestamp) {
        append(UInt8(ascii: "w"))
        append(bigEndian: lsn.value)
        append(bigEndian: lsn.value)
        append(bigEndian: UInt64(bitPattern: sentAt.microseconds))
    }

    mutating func appendKeepalive(walEnd: LSN) {
        append(UInt8(ascii: "k"))
        append(bigEndian: walEnd.value)
        append(bigEndian: 0 as UInt64)
        append(0 as UInt8)
    }

    mutating func append(_ begin: Begin) {
        append(UInt8(ascii: "B"))
        append(bigEndian: begin.commitLSN.value)
        append(bigEndian: UInt64(bitPattern: begin.committedAt.microseconds))
        append(bigEndian: begin.xid.value)
    }

    mutating func append(_ commit: Commit) {
        append(UInt8(ascii: "C"))
        append(0 as UInt8)
        append(bigEndian: commit.commitLSN.value)
        append(bigEndian: commit.endLSN.value)
        append(bigEndian: UInt64(bitPattern: commit.committedAt.microseconds))
    }

    mutating func append(_ relation: Relation) {
        append(UInt8(ascii: "R"))
        append(bigEndian: relation.oid.value)
        append(terminated: relation.schema)
        append(terminated: relation.name)
        append(relation.replicaIdentity.rawValue)
        append(bigEndian: UInt16(truncatingIfNeeded: relation.columns.count))
        for column in relation.columns {
            append((column.isKey ? 1 : 0) as UInt8)
            append(terminated: column.name)
            append(bigEndian: column.type.value)
            append(bigEndian: UInt32(bitPattern: column.typeModifier))
        }
    }

    mutating func appendTruncate(of relation: OID) {
        append(UInt8(ascii: "T"))
        append(bigEndian: 1 as UInt32)
        append(0 as UInt8)
        append(bigEndian: relation.value)
    }

    /// A transactional message; prefix and content stand in `bytes`.
    mutating func appendMessage(
        at lsn: LSN, prefix: Range<Int>, content: Range<Int>, in bytes: Span<UInt8>
    ) {
        append(UInt8(ascii: "M"))
        append(1 as UInt8)
        append(bigEndian: lsn.value)
        append(bytes, from: prefix.lowerBound, count: prefix.count)
        append(0 as UInt8)
        append(bigEndian: UInt32(content.count))
        append(bytes, from: content.lowerBound, count: content.count)
    }
}
