import Foundation
import TestSupport
import Testing

/// Sends a family's values through tables, the stream and the replay, and compares inside the server.
struct RoundTrip {
    private let family: RoundTripFamily
    private let tables: RoundTripTables
    private let fixture: Integration.Streaming.Fixture
    /// A failure can be repeated with it: the environment's SEED, or a new one.
    private let seed: UInt64

    /// nil when the server does not know the family's types.
    init?(of family: RoundTripFamily, values: Int = 10_000) throws {
        fixture = try Integration.Streaming.Fixture()
        let version = try Int(fixture.psql("SHOW server_version_num")).map { $0 / 10_000 } ?? 0
        let types = family.types.filter { $0.since <= version }
        if let needed = family.optionalExtension {
            let found = try fixture.psql("SELECT 1 FROM pg_available_extensions WHERE name = '\(needed)'")
            if found.isEmpty { return nil }
        }
        guard !types.isEmpty else { return nil }
        self.family = family
        tables = RoundTripTables(family: family.name, types: types, version: version, values: values)
        let chosen = ProcessInfo.processInfo.environment["SEED"].flatMap(UInt64.init)
        seed = chosen ?? .random(in: 0 ... .max)
        print("round trip of \(family.name): SEED=\(seed)")
        try fixture.psql(RoundTripTables.generators + family.setup + tables.definitions)
    }

    /// - Parameters:
    ///   - flags: of the program.
    ///   - variables: of the replay.
    func verify(flags: [String] = [], variables: [String: String] = [:]) throws {
        let server = fixture.server
        try fixture.psql("SELECT setseed(\(Double(seed) / Double(UInt64.max)));" + tables.changes)
        let path = fixture.directory.path("events.ndjson")
        let process = try WalbrookProcess.start(
            fixture.arguments + flags + ["--until", "now"], stdout: .file(path))
        #expect(try process.wait(within: .seconds(120)) == .exited(0), "\(process.standardError)")
        // The same types in the same database, so that the two can be compared there.
        try fixture.psql("DROP PUBLICATION walbrook;" + tables.copies)
        try Oracle.replay(events: path, into: fixture.database, on: server, variables: variables)
        let differences = try fixture.psql(tables.differences(by: family.comparison))
        #expect(differences.isEmpty, "SEED=\(seed)\n\(differences)")
    }
}
