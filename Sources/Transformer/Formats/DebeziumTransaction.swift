import Replication

/// What is counted of the open transaction, and where the one before ended. It changes while records are written.
final class DebeziumTransaction {
    /// The end of the last transaction, or the last message outside of one.
    var last: LSN?

    private var open: Begin?
    /// `"xid:lsn"`.
    private var id = OutputBuffer(capacity: 64)
    private var committedAt: Int64 = 0
    private var records: UInt64 = 0

    private struct Collection {
        /// Its name, in `names`.
        var name: Fragment
        var records: UInt64 = 0
    }

    private var collections: [Collection] = []
    private var names = OutputBuffer(capacity: 256)
    private var indices: [OID: Int] = [:]
    /// Rows of one relation mostly follow each other.
    private var latest: (relation: OID, index: Int)?

    init() {}

    /// A transaction begins, or comes again after a lost connection: what was written of it counts on.
    func begin(_ begin: Begin) {
        guard open != begin else { return }
        open = begin
        committedAt = begin.committedAt.unixMicroseconds
        id.truncate(to: 0)
        id.append("\"")
        id.appendDecimal(UInt64(begin.xid.value))
        id.append(":")
        id.appendDecimal(begin.commitLSN.value)
        id.append("\"")
        records = 0
        collections.removeAll(keepingCapacity: true)
        names.truncate(to: 0)
        indices.removeAll(keepingCapacity: true)
        latest = nil
    }

    /// Counts a record of a table, and appends its `transaction`.
    func append(_ table: borrowing TableView, to buffer: inout OutputBuffer) {
        let relation = table.plan.oid
        if let latest, latest.relation == relation {
            return appendOrder(latest.index, to: &buffer)
        }
        let index: Int
        if let known = indices[relation] {
            index = known
        } else {
            let start = names.count
            names.append(table.text, table.plan.qualifiedName)
            index = add(Fragment(start: start, count: names.count - start), relation)
        }
        latest = (relation, index)
        appendOrder(index, to: &buffer)
    }

    /// Counts a message, and appends its `transaction`.
    func appendMessage(to buffer: inout OutputBuffer) {
        // No relation has this OID.
        let none = OID(0)
        let index: Int
        if let known = indices[none] {
            index = known
        } else {
            let start = names.count
            names.append("\"message\"")
            index = add(Fragment(start: start, count: names.count - start), none)
        }
        appendOrder(index, to: &buffer)
    }

    private func add(_ name: Fragment, _ relation: OID) -> Int {
        collections.append(Collection(name: name))
        indices[relation] = collections.count - 1
        return collections.count - 1
    }

    private func appendOrder(_ index: Int, to buffer: inout OutputBuffer) {
        records += 1
        collections[index].records += 1
        buffer.append("{\"id\":")
        buffer.append(id.span, from: 0, count: id.count)
        buffer.append(",\"total_order\":")
        buffer.appendDecimal(records)
        buffer.append(",\"data_collection_order\":")
        buffer.appendDecimal(collections[index].records)
        buffer.append("}")
    }

    /// Appends the record of the begin.
    func appendBegin(to buffer: inout OutputBuffer) {
        buffer.append("{\"status\":\"BEGIN\",\"id\":")
        buffer.append(id.span, from: 0, count: id.count)
        buffer.append(",\"event_count\":null,\"data_collections\":null")
        appendTime(to: &buffer)
    }

    /// Appends the record of the end.
    func appendEnd(to buffer: inout OutputBuffer) {
        buffer.append("{\"status\":\"END\",\"id\":")
        buffer.append(id.span, from: 0, count: id.count)
        buffer.append(",\"event_count\":")
        buffer.appendDecimal(records)
        buffer.append(",\"data_collections\":[")
        for (index, collection) in collections.enumerated() {
            buffer.append(index == 0 ? "{\"data_collection\":" : ",{\"data_collection\":")
            buffer.append(names.span, collection.name)
            buffer.append(",\"event_count\":")
            buffer.appendDecimal(collection.records)
            buffer.append("}")
        }
        buffer.append("]")
        appendTime(to: &buffer)
    }

    private func appendTime(to buffer: inout OutputBuffer) {
        buffer.append(",\"ts_ms\":")
        buffer.appendDecimal(committedAt / 1000)
        buffer.append("}\n")
    }
}
