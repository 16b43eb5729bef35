import Replication

/// CopyData messages one behind the other, as they come from the server.
struct Messages {
    private(set) var bytes: [UInt8] = []
    private(set) var ranges: [Range<Int>] = []

    mutating func append(_ payload: [UInt8], lsn: UInt64) {
        let start = bytes.count
        bytes += MessageBuilder.xLogData(payload, lsn: LSN(lsn))
        ranges.append(start..<bytes.count)
    }
}

/// A thousand changes, ten a transaction.
struct Recording {
    /// What describes the relation.
    private(set) var head = Messages()
    private(set) var body = Messages()

    static let size = 1000

    init(of rows: Rows) {
        for type in rows.types { head.append(type, lsn: 0) }
        head.append(MessageBuilder.relation(rows.relation), lsn: 0)
        var lsn: UInt64 = 0x1_2340_0000
        for transaction in 0..<(Self.size / 10) {
            let commit = LSN(lsn + 0x1000)
            let xid = UInt32(100_000 + transaction)
            body.append(MessageBuilder.begin(commit: commit, xid: xid), lsn: commit.value)
            for row in 0..<10 {
                body.append(rows.change(transaction * 10 + row + 1), lsn: lsn)
                lsn += 0x80
            }
            body.append(MessageBuilder.commit(commit), lsn: commit.value)
            lsn = commit.value + 0x30
        }
    }
}
