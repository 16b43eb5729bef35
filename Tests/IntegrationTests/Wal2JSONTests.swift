import Foundation
import TestSupport
import Testing

extension Integration {
    /// The format wal2json and the plugin of that name read the same log, and their lines are compared.
    ///
    /// The plugin is a library in the server: `scripts/test` installs Debian's package for Debian's server. Where PGBIN
    /// leads to a server that has none there is nothing to compare with, and these tests are skipped; the format has
    /// unit tests of its own.
    @Suite(.enabled(if: PostgresServer.hasLibrary("wal2json"), "the server has no plugin wal2json"))
    struct Wal2JSON {
        @Test(arguments: [false, true])
        func everyLineIsThePluginsOwn(transactions: Bool) async throws {
            try await TestDatabase.with { database in
                let comparison = try Comparison(database, Workload.schema)
                try database.psql(Workload.changes)
                let (plugin, own) = try comparison.outputs(transactions: transactions)
                #expect(plugin.count > 100)
                // A comparison of lines that never came would prove nothing.
                for action in transactions ? "IUDTMBC" : "IUDTM" {
                    #expect(plugin.contains { $0.hasPrefix("{\"action\":\"\(action)\"") }, "\(action)")
                }
                expectEqual(own, plugin)
            }
        }

        /// Fails with the first pair of lines that differ: both are long.
        private func expectEqual(_ own: [String], _ plugin: [String]) {
            for (index, pair) in zip(own, plugin).enumerated() where !pair.0.utf8.elementsEqual(pair.1.utf8) {
                Issue.record("line \(index + 1):\nplugin   \(pair.1)\nwalbrook \(pair.0)")
                return
            }
            #expect(own.count == plugin.count)
        }
    }
}

/// A slot of the plugin and one of Walbrook's that begin at the same place: nothing is written between the two.
struct Comparison: Sendable {
    private let database: TestDatabase
    private let pluginSlot: String
    /// For pg_recvlogical; it shares nothing else with the program under test.
    private let conninfo: String

    /// The publications of the schema that Walbrook reads.
    static let publications = ["all_changes", "only_inserts"]

    init(_ database: TestDatabase, _ schema: String) throws {
        self.database = database
        pluginSlot = "\(database.name)_plugin"
        try database.psql(schema)
        // What Walbrook asks for in every session; the plugin prints values and types by the settings of its own.
        var settings = [
            "datestyle=ISO", "timezone=UTC", "intervalstyle=iso_8601", "bytea_output=hex", "lc_monetary=C",
            "extra_float_digits=3", "search_path=", "quote_all_identifiers=off",
        ]
        // Servers that know this setting load no other plugins.
        let libraries = "output_plugin_libraries"
        if try database.psql("SELECT count(*) FROM pg_settings WHERE name = '\(libraries)'") == "1" {
            settings.append("\(libraries)=pgoutput,wal2json")
        }
        let options = settings.map { "-c \($0)" }.joined(separator: " ")
        conninfo = database.server.conninfo(database: database.name) + " options='\(options)'"
        _ = try receive("--create-slot", "--plugin", "wal2json")
        try database.psql("SELECT pg_create_logical_replication_slot('\(database.slot)', 'pgoutput')")
    }

    /// All lines of both so far. A transaction that is empty to the plugin can be one that pgoutput, from PostgreSQL 15
    /// on, does not send, such as the server's own ANALYZE; its lines are left out.
    func outputs(transactions: Bool) throws -> (plugin: [String], own: [String]) {
        let (plugin, own) = try wholeOutputs(transactions: transactions)
        return (plugin.withoutEmptyTransactions, own.withoutEmptyTransactions)
    }

    func wholeOutputs(transactions: Bool) throws -> (plugin: [String], own: [String]) {
        let end = try database.psql("SELECT pg_current_wal_flush_lsn()")
        let text = try receive(
            "--start", "--file", "-", "--no-loop", "--endpos", end, "--option", "format-version=2",
            "--option", "include-transaction=\(transactions)")
        var arguments = Self.publications.flatMap { ["--publication", $0] } + ["--format", "wal2json"]
        if transactions { arguments.append("--transactions") }
        let run = try database.stream(arguments)
        run.expect(0)
        // Lines end alike: in a newline alone, the last one too.
        var plugin = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(plugin.popLast() == "")
        return (plugin, run.output)
    }

    private func receive(_ arguments: String...) throws -> String {
        try database.server.run(
            tool: "pg_recvlogical", arguments: ["--dbname", conninfo, "--slot", pluginSlot] + arguments,
            database: database.name)
    }
}

extension [String] {
    /// Without each begin that a commit follows at once, and that commit.
    var withoutEmptyTransactions: [String] {
        var kept: [String] = []
        for line in self {
            if line == #"{"action":"C"}"#, kept.last == #"{"action":"B"}"# {
                kept.removeLast()
            } else {
                kept.append(line)
            }
        }
        return kept
    }
}
