import Replication
import Transformer

/// One transaction at commit LSN 0/100, and the lines it becomes.
struct Transaction {
    var options = TransformerOptions()
    var primaryKeys: [OID: [String]] = [:]
    /// What the catalog would tell otherwise.
    var catalog: [OID: CatalogFacts] = [:]

    /// Sends the messages between a Begin and a Commit, and returns every line.
    func lines(_ messages: [[UInt8]]) throws -> String {
        let keys = primaryKeys.mapValues { CatalogFacts(primaryKey: $0) }
        var stream = EventStream(options: options, catalog: catalog.merging(keys) { $1 })
        try stream.receive(MessageBuilder.begin(commit: LSN(0x100)))
        for message in messages { try stream.receive(message) }
        try stream.receive(MessageBuilder.commit(LSN(0x100)))
        return stream.buffer.text
    }

    /// The lines with their first keys cut to what differs: `2 insert,"key":…`. A line whose first keys are not
    /// exactly those of a row of `public.t` in this transaction stays as it is.
    func rows(_ messages: [[UInt8]]) throws -> String {
        try lines(messages).split(separator: "\n", omittingEmptySubsequences: false)
            .map { Self.shorten(String($0)) }.joined(separator: "\n").trimmingLastNewline
    }

    private static func shorten(_ line: String) -> String {
        for ordinal in 0..<10 {
            for op in ["insert", "update", "delete", "truncate"] {
                let head = """
                    {"pos":"00000000/00000100-0000000\(ordinal)","op":"\(op)","xid":741,\
                    "ts":"2026-11-23T13:30:00.123456Z","schema":"public","table":"t"
                    """
                if line.hasPrefix(head) { return "\(ordinal) \(op)" + line.dropFirst(head.count) }
            }
        }
        return line
    }
}

extension Relation {
    /// A table `public.t` with OID 1.
    static func table(
        identity: ReplicaIdentity = .default, oid: UInt32 = 1, name: String = "t",
        _ columns: [RelationColumn]
    ) -> Relation {
        Relation(
            oid: OID(oid), schema: "public", name: name, replicaIdentity: identity, columns: columns)
    }
}

extension RelationColumn {
    static func key(_ name: String, _ type: UInt32 = 23) -> RelationColumn {
        RelationColumn(name: name, type: OID(type), isKey: true)
    }

    static func plain(_ name: String, _ type: UInt32 = 25) -> RelationColumn {
        RelationColumn(name: name, type: OID(type))
    }
}

extension String {
    fileprivate var trimmingLastNewline: String {
        hasSuffix("\n") ? String(dropLast()) : self
    }
}
