import Replication

/// One function for each message of pgoutput, protocol version 1.
extension MessageBuilder {
    static func begin(commit: LSN, at time: Timestamp = sampleTime, xid: UInt32 = 741) -> [UInt8] {
        var message = MessageBuilder("B")
        message.uint64(commit.value)
        message.uint64(UInt64(bitPattern: time.microseconds))
        message.uint32(xid)
        return message.bytes
    }

    /// - Parameter end: where the commit record ends; 0x30 bytes behind its start when it is not given.
    static func commit(
        _ commit: LSN, end: LSN? = nil, at time: Timestamp = sampleTime, flags: UInt8 = 0
    ) -> [UInt8] {
        var message = MessageBuilder("C")
        message.uint8(flags)
        message.uint64(commit.value)
        message.uint64((end ?? LSN(commit.value + 0x30)).value)
        message.uint64(UInt64(bitPattern: time.microseconds))
        return message.bytes
    }

    static func origin(commit: LSN, _ name: String) -> [UInt8] {
        var message = MessageBuilder("O")
        message.uint64(commit.value)
        message.string(name)
        return message.bytes
    }

    static func relation(_ relation: Relation) -> [UInt8] {
        var message = MessageBuilder("R")
        message.uint32(relation.oid.value)
        message.string(relation.schema == "pg_catalog" ? "" : relation.schema)
        message.string(relation.name)
        message.uint8(relation.replicaIdentity.rawValue)
        message.uint16(UInt16(relation.columns.count))
        for column in relation.columns {
            message.uint8(column.isKey ? 1 : 0)
            message.string(column.name)
            message.uint32(column.type.value)
            message.uint32(UInt32(bitPattern: column.typeModifier))
        }
        return message.bytes
    }

    static func type(_ oid: UInt32, schema: String, _ name: String) -> [UInt8] {
        var message = MessageBuilder("Y")
        message.uint32(oid)
        message.string(schema == "pg_catalog" ? "" : schema)
        message.string(name)
        return message.bytes
    }

    static func insert(_ relation: UInt32, _ new: [WireValue]) -> [UInt8] {
        var message = MessageBuilder("I")
        message.uint32(relation)
        message.tuple("N", new)
        return message.bytes
    }

    /// - Parameters:
    ///   - key: the old key (K), with every column of the relation.
    ///   - old: the old row (O).
    static func update(
        _ relation: UInt32, key: [WireValue]? = nil, old: [WireValue]? = nil, _ new: [WireValue]
    ) -> [UInt8] {
        var message = MessageBuilder("U")
        message.uint32(relation)
        if let key { message.tuple("K", key) }
        if let old { message.tuple("O", old) }
        message.tuple("N", new)
        return message.bytes
    }

    static func delete(_ relation: UInt32, key: [WireValue]) -> [UInt8] {
        var message = MessageBuilder("D")
        message.uint32(relation)
        message.tuple("K", key)
        return message.bytes
    }

    static func delete(_ relation: UInt32, old: [WireValue]) -> [UInt8] {
        var message = MessageBuilder("D")
        message.uint32(relation)
        message.tuple("O", old)
        return message.bytes
    }

    static func truncate(
        _ relations: [UInt32], cascade: Bool = false, restartIdentity: Bool = false
    ) -> [UInt8] {
        var message = MessageBuilder("T")
        message.uint32(UInt32(relations.count))
        message.uint8((cascade ? 1 : 0) | (restartIdentity ? 2 : 0))
        for relation in relations { message.uint32(relation) }
        return message.bytes
    }

    static func message(
        _ prefix: String, _ content: [UInt8], isTransactional: Bool, lsn: LSN
    ) -> [UInt8] {
        var message = MessageBuilder("M")
        message.uint8(isTransactional ? 1 : 0)
        message.uint64(lsn.value)
        message.string(prefix)
        message.counted(content)
        return message.bytes
    }

    static func message(_ prefix: String, _ text: String, isTransactional: Bool, lsn: LSN) -> [UInt8] {
        message(prefix, Array(text.utf8), isTransactional: isTransactional, lsn: lsn)
    }

    /// 2026-11-23T13:30:00.123456Z.
    static let sampleTime = Timestamp(microseconds: 848_755_800_123_456)
}

/// The CopyData messages of a replication connection.
extension MessageBuilder {
    /// Wraps a message of pgoutput as the walsender does.
    static func xLogData(_ message: [UInt8], lsn: LSN = .zero, sentAt: Timestamp = sampleTime) -> [UInt8] {
        var data = MessageBuilder("w")
        data.uint64(lsn.value)
        data.uint64(lsn.value)
        data.uint64(UInt64(bitPattern: sentAt.microseconds))
        return data.bytes + message
    }

    static func keepalive(
        walEnd: LSN, sentAt: Timestamp = sampleTime, isReplyRequested: Bool = false
    ) -> [UInt8] {
        var data = MessageBuilder("k")
        data.uint64(walEnd.value)
        data.uint64(UInt64(bitPattern: sentAt.microseconds))
        data.uint8(isReplyRequested ? 1 : 0)
        return data.bytes
    }
}
