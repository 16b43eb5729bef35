import Replication

/// Inputs to start from: streams that make sense, in the form that `FuzzRun` reads.
enum FuzzSeeds {
    static let all: [[UInt8]] = {
        let samples = SampleMessage.all.map(\.bytes)
        let streams = [
            RecordedMessage.changes.map(\.copyData), RecordedMessage.everyType.map(\.copyData), values, keys,
        ]
        return streams.enumerated().map { seed(flags: UInt8($0.offset), $0.element) }
            + streams.map { seed(flags: 0x1E, $0) }
            + samples.map { seed(flags: 2, opening + [$0]) }
    }()

    private static func seed(flags: UInt8, _ messages: [[UInt8]]) -> [UInt8] {
        [flags] + messages.flatMap { [UInt8($0.count >> 8), UInt8($0.count & 0xFF)] + $0 }
    }

    /// The messages that let a row or a truncate of the samples be of something.
    private static let opening = [
        MessageBuilder.begin(commit: LSN(0x100)), MessageBuilder.relation(SampleMessage.relation),
        MessageBuilder.relation(
            Relation(oid: OID(9), schema: "s", name: "none", replicaIdentity: .nothing, columns: [])),
        MessageBuilder.relation(
            Relation(oid: OID(7), schema: "s", name: "seven", replicaIdentity: .full, columns: [])),
    ].map { MessageBuilder.xLogData($0) }

    /// A column of each encoding but json, so that every line must be JSON.
    private static let values: [[UInt8]] = {
        let types: [UInt32] = [16, 20, 700, 1700, 17, 1114, 1184, 25, 1000, 1007, 1022, 1001, 1185, 1009]
        let columns = types.map { RelationColumn(name: "c\($0)", type: OID($0), isKey: $0 == 20) }
        let row: [WireValue] = [
            "t", "-9", "1e-7", "1.0", "\\xff00", "2026-11-23 13:30:00.5", "2026-11-23 13:30:00+00", "a\"\\\n",
            "{t,f}", "[0:1]={1,NULL}", "{1.5,NaN}", "{\"\\\\x00\"}", "{\"2026-11-23 13:30:00+00\"}",
            "{{\"a\\\"\",NULL},{b,\"\"}}",
        ]
        return [
            MessageBuilder.begin(commit: LSN(0x100)),
            MessageBuilder.relation(
                Relation(
                    oid: OID(1), schema: "public", name: "t", replicaIdentity: .default, columns: columns)),
            MessageBuilder.insert(1, row),
            MessageBuilder.update(1, row),
            MessageBuilder.delete(1, key: row),
            MessageBuilder.commit(LSN(0x100)),
        ].map { MessageBuilder.xLogData($0) } + [MessageBuilder.keepalive(walEnd: LSN(0x200))]
    }()

    /// A changing key and values that were not sent.
    private static let keys: [[UInt8]] = {
        func relation(_ identity: ReplicaIdentity) -> [UInt8] {
            MessageBuilder.relation(
                Relation(
                    oid: OID(1), schema: "public", name: "t", replicaIdentity: identity,
                    columns: [
                        RelationColumn(name: "id", type: OID(25), isKey: true),
                        RelationColumn(name: "n\"", type: OID(25), isKey: identity == .full),
                    ]))
        }
        return [
            MessageBuilder.begin(commit: LSN(0x100)), MessageBuilder.origin(commit: LSN(1), "up"),
            relation(.default),
            MessageBuilder.insert(1, ["1", .unchanged]),
            MessageBuilder.update(1, key: ["1", nil], [.unchanged, .unchanged]),
            MessageBuilder.update(1, key: ["1", nil], ["2", "x"]),
            relation(.full),
            MessageBuilder.update(1, old: ["2", "x"], [.unchanged, .unchanged]),
            MessageBuilder.delete(1, old: ["2", "x"]),
            MessageBuilder.truncate([1, 1]),
            MessageBuilder.message("p", "{\"a\":[1]}", isTransactional: true, lsn: LSN(1)),
            MessageBuilder.commit(LSN(0x100)),
        ].map { MessageBuilder.xLogData($0) }
    }()
}
