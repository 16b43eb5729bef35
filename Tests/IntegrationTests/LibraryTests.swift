import Foundation
import TestSupport
import Testing
import Walbrook

extension Integration {
    /// What a Swift program sees that imports Walbrook.
    @Suite struct Library {
        private static let schema = """
            CREATE TABLE orders (id int PRIMARY KEY, state text, total numeric, note text);
            ALTER TABLE orders ALTER note SET STORAGE EXTERNAL;
            """

        private func options(_ database: TestDatabase) -> ChangeStream.Options {
            var options = ChangeStream.Options(database.server.conninfo(database: database.name))
            options.slot = database.slot
            options.retryLimit = 5
            return options
        }

        /// Runs a body with a database; the body may wait for events.
        private func with(
            _ body: @escaping @Sendable (TestDatabase) async throws -> Void
        ) async throws {
            let server = try SharedServer.current
            let database = try await blocking {
                let database = TestDatabase(server: server, name: try server.createDatabase())
                try database.psql(Self.schema)
                // The slot, so that what follows is in the stream.
                try database.stream().expect(0)
                return database
            }
            let result: Result<Void, any Error>
            do { result = .success(try await body(database)) } catch { result = .failure(error) }
            try await blocking { database.dropSlots() }
            try result.get()
        }

        @Test func theExampleOfTheReadmeRuns() async throws {
            try await with { database in
                try await blocking {
                    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
                        .deletingLastPathComponent().deletingLastPathComponent()
                    let readme = try String(contentsOf: root.appending(path: "README.md"), encoding: .utf8)
                    let example = try String(
                        contentsOf: root.appending(path: "Tests/LibraryExample/main.swift"), encoding: .utf8)
                    #expect(readme.contains("```swift\n\(example)```"), "README.md shows what is compiled")

                    let directory = try TemporaryDirectory()
                    let path = directory.path("out")
                    let process = try WalbrookProcess.start(
                        program: "LibraryExample", [database.server.conninfo(database: database.name)],
                        stdout: .file(path))
                    // A slot that is still being made has no position yet, and misses what comes meanwhile.
                    try eventually("the example's slot is there") {
                        try database.psql(
                            """
                            SELECT count(confirmed_flush_lsn) FROM pg_replication_slots
                             WHERE slot_name = 'orders'
                            """) == "1"
                    }
                    try database.psql(
                        """
                        INSERT INTO orders VALUES (1, 'new', 12.50, repeat('x', 5000));
                        UPDATE orders SET state = 'paid'; DELETE FROM orders; TRUNCATE orders;
                        """)
                    try eventually("all is printed") { try EventLog(path).lines().count == 4 }
                    let lines = try EventLog(path).lines()
                    #expect(lines[0] == "order 1 is new, total 12.5")
                    #expect(lines[1] == "order 1 is paid, total 12.5")
                    #expect(lines[2] == "order 1 is gone")
                    #expect(lines[3].hasPrefix("truncate public.orders at "))
                    process.kill()
                    try database.psql(
                        """
                        SELECT pg_terminate_backend(active_pid) FROM pg_replication_slots
                         WHERE slot_name = 'orders' AND active
                        """)
                }
            }
        }

        @Test func onlyWhatIsAcknowledgedIsConfirmed() async throws {
            try await with { database in
                try await blocking {
                    for number in 1...6 {
                        try database.psql("INSERT INTO orders VALUES (\(number), 'new', 1, NULL)")
                    }
                }
                var seen: [Int] = []
                var options = options(database)
                options.stopsAtEnd = true
                for try await event in ChangeStream(options) {
                    let id = try #require(try event.after?["id", as: Int.self])
                    seen.append(id)
                    if id <= 3 { event.acknowledge() }
                }
                #expect(seen == [1, 2, 3, 4, 5, 6])
                seen = []
                for try await event in ChangeStream(options) {
                    seen.append(try #require(try event.after?["id", as: Int.self]))
                    event.acknowledge()
                }
                #expect(seen == [4, 5, 6])
                seen = []
                for try await event in ChangeStream(options) { seen.append(event.unchangedColumns.count) }
                #expect(seen.isEmpty)
            }
        }

        @Test func leavingTheLoopEndsTheStreamAndKeepsTheRest() async throws {
            try await with { database in
                try await blocking {
                    try database.psql(
                        "INSERT INTO orders SELECT g, 'new', g, NULL FROM generate_series(1, 20000) g")
                    try database.psql("INSERT INTO orders VALUES (0, 'last', 0, NULL)")
                }
                let stream = ChangeStream(options(database))
                for try await event in stream {
                    event.acknowledge()
                    if try event.after?["id", as: Int.self] == 100 { break }
                }
                await stream.stop()
                var options = options(database)
                options.stopsAtEnd = true
                var count = 0
                for try await event in ChangeStream(options) {
                    count += 1
                    event.acknowledge()
                }
                #expect(count == 20_001, "a transaction that was not acknowledged whole comes again whole")
            }
        }

        @Test func aCancelledTaskEnds() async throws {
            try await with { database in
                let options = options(database)
                let task = Task {
                    var count = 0
                    for try await event in ChangeStream(options) {
                        count += 1
                        event.acknowledge()
                    }
                    return count
                }
                try await blocking {
                    try eventually("the stream runs") {
                        try database.psql(
                            """
                            SELECT active FROM pg_replication_slots WHERE slot_name = '\(database.slot)'
                            """) == "t"
                    }
                }
                task.cancel()
                #expect(try await task.value == 0)
                let active = try await blocking {
                    try database.psql(
                        "SELECT active FROM pg_replication_slots WHERE slot_name = '\(database.slot)'")
                }
                #expect(active == "f", "the slot is free")
            }
        }

        @Test func aSlowProgramHoldsUpTheReadingAndNothingElse() async throws {
            try await with { database in
                _ = try await blocking {
                    try database.psql(
                        """
                        DO $$ BEGIN FOR step IN 0 .. 19 LOOP
                            INSERT INTO orders SELECT g, 'new', g, repeat('x', 1000)
                                FROM generate_series(step * 1000 + 1, step * 1000 + 1000) g;
                            -- One transaction of all would be kept aside before it commits.
                            COMMIT;
                        END LOOP; END $$
                        """)
                }
                var options = options(database)
                options.stopsAtEnd = true
                var count = 0
                for try await event in ChangeStream(options) {
                    count += 1
                    if count == 10 {
                        // Long enough for all of it to come, if nothing held it up.
                        try await Task.sleep(for: .seconds(2))
                        let lag = try await blocking {
                            try database.psql(
                                """
                                SELECT pg_current_wal_lsn() - sent_lsn > 0 FROM pg_stat_replication r
                                  JOIN pg_replication_slots s ON active_pid = r.pid
                                 WHERE slot_name = '\(database.slot)'
                                """)
                        }
                        #expect(lag == "t", "the connection stands, and the server waits")
                    }
                    event.acknowledge()
                }
                #expect(count == 20_000)
            }
        }

        @Test func everyPartOfAnEventIsThere() async throws {
            try await with { database in
                _ = try await blocking {
                    try database.psql(
                        """
                        INSERT INTO orders VALUES (1, 'new', 12.50, repeat('x', 5000));
                        UPDATE orders SET id = 2;
                        SELECT pg_logical_emit_message(true, 'app', 'text');
                        SELECT pg_logical_emit_message(false, 'app', '\\x00ff'::bytea);
                        ALTER TABLE orders ADD COLUMN added int;
                        UPDATE orders SET added = 5;
                        """)
                }
                var options = options(database)
                options.stopsAtEnd = true
                options.includesTransactions = true
                options.includesSchemas = true
                var events: [ChangeEvent] = []
                for try await event in ChangeStream(options) { events.append(event) }
                #expect(
                    events.map(\.kind.rawValue) == [
                        "begin", "schema", "insert", "commit", "begin", "update", "commit", "begin",
                        "message", "commit", "message", "begin", "schema", "update", "commit",
                    ])
                let update = try #require(events.first { $0.kind == .update })
                #expect(try update.key?["id", as: Int.self] == 2)
                #expect(try update.before?["id", as: Int.self] == 1)
                #expect(update.unchangedColumns == ["note"])
                #expect(update.transactionID != nil && update.table?.name == "orders")
                let time = try #require(update.time)
                #expect(abs(time.timeIntervalSinceNow) < 600)
                let messages = events.compactMap(\.message)
                #expect(messages.map(\.isTransactional) == [true, false])
                #expect(messages.map(\.content) == [Array("text".utf8), [0, 255]])
                let last = try #require(events.last { $0.kind == .update })
                #expect(last.table?.columns.map(\.name) == ["id", "state", "total", "note", "added"])
                #expect(last.table?.columns[2].type == "numeric")
                #expect(events.map(\.position) == events.map(\.position).sorted())
            }
        }

        @Test func itIsIteratedOnce() async throws {
            try await with { database in
                let stream = ChangeStream(options(database))
                let first = stream.makeAsyncIterator()
                var second = stream.makeAsyncIterator()
                let error = await #expect(throws: WalbrookError.self) { try await second.next() }
                #expect(error?.kind == .usage)
                _ = first
            }
        }

        @Test func whatCannotBeIsAnErrorWithAHint() async throws {
            try await with { database in
                var options = options(database)
                options.slot = "no_such_slot"
                options.createsMissing = false
                let error = await #expect(throws: WalbrookError.self) {
                    for try await _ in ChangeStream(options) {}
                }
                #expect(error?.kind == .configuration)
                #expect(error?.hint != nil)
            }
        }
    }
}
