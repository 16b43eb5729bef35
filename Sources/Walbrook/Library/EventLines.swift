internal import Replication

/// Takes batches apart into events, for the one iterator of a stream. The last reference to it gone means that nobody
/// takes events any more.
final class EventLines {
    private let run: ChangeStreamRun
    private let isFirst: Bool
    private var hasStarted = false
    private var batch: Batch?
    private var place = 0
    private var tables: [TableName: TableDefinition] = [:]

    init(_ run: ChangeStreamRun) {
        self.run = run
        isFirst = run.claim()
    }

    deinit {
        if isFirst { run.abandon() }
    }

    func next() async throws(WalbrookError) -> ChangeEvent? {
        guard isFirst else {
            throw WalbrookError(
                .usage, "a ChangeStream is iterated once", hint: "Make another one, with a slot of its own.")
        }
        if !hasStarted {
            hasStarted = true
            try run.start()
        }
        while !Task.isCancelled {
            if let event = try nextInBatch() { return event }
            let run = run
            let next = await withTaskCancellationHandler {
                await run.queue.next()
            } onCancel: {
                run.abandon()
            }
            switch next {
            case .batch(let batch):
                self.batch = batch
                place = 0
            case .ended(.success):
                return nil
            case .ended(.failure(let error)):
                throw error
            }
        }
        await run.stop()
        return nil
    }

    /// The next event that the program asked for; nil when the batch is used up.
    private func nextInBatch() throws(WalbrookError) -> ChangeEvent? {
        while let line = nextLine() {
            guard let event = ChangeEvent(line: line, tables: tables, queue: run.queue) else {
                throw WalbrookError(.software, "an event cannot be read; please report this")
            }
            if event.kind == .schema {
                let members = JSONSlice(line).membersByName
                if let name = TableName(members) { tables[name] = TableDefinition(members) }
                guard run.options.includesSchemas else { continue }
            } else {
                // A definition has the position of the event that it precedes, and is not that event.
                run.queue.delivered(event.position.position)
            }
            return event
        }
        return nil
    }

    private func nextLine() -> [UInt8]? {
        guard let batch, place < batch.bytes.count else { return nil }
        let line = Self.line(in: batch.bytes, from: place)
        place += line.count + 1
        return line
    }

    private static func line(in lines: borrowing OutputBuffer, from start: Int) -> [UInt8] {
        let bytes = lines.span
        var line: [UInt8] = []
        var place = start
        while place < bytes.count, bytes[place] != UInt8(ascii: "\n") {
            line.append(bytes[place])
            place += 1
        }
        return line
    }
}
