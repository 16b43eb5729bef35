import Foundation
import TestSupport
import Testing

extension Integration {
    /// No setting of the server, role, database, user or environment changes a value in an event.
    @Suite(.serialized) struct Settings {
        private static let settings = [
            ("datestyle", "German"), ("timezone", "America/New_York"), ("intervalstyle", "sql_standard"),
            ("bytea_output", "escape"), ("extra_float_digits", "-10"), ("search_path", "shop"),
            ("quote_all_identifiers", "on"), ("standard_conforming_strings", "off"),
            ("xmloption", "document"),
            ("client_min_messages", "debug1"), ("statement_timeout", "1min"), ("row_security", "off"),
        ]

        @Test func ofTheDatabase() async throws {
            try await expectUnchanged { database in
                for (name, value) in Self.settings {
                    try database.psql("ALTER DATABASE \(database.name) SET \(name) = '\(value)'")
                }
            }
        }

        @Test func ofTheRole() async throws {
            try await expectUnchanged { database in
                for (name, value) in Self.settings + [("client_encoding", "LATIN1")] {
                    try database.psql("ALTER ROLE \(database.name) SET \(name) = '\(value)'")
                    try database.psql(
                        "ALTER ROLE \(database.name) IN DATABASE \(database.name) SET \(name) = '\(value)'")
                }
            }
        }

        @Test func ofTheConnectionString() async throws {
            try await expectUnchanged(string: "options='\(Self.options)' client_encoding=LATIN1")
        }

        @Test func ofPGOPTIONS() async throws {
            try await expectUnchanged(environment: ["PGOPTIONS": Self.options])
        }

        @Test func ofTheService() async throws {
            let directory = try TemporaryDirectory()
            let file = directory.path("pg_service.conf")
            try "[shop]\noptions=\(Self.options)\nclient_encoding=LATIN1\n".write(
                toFile: file, atomically: false, encoding: .utf8)
            try await expectUnchanged(string: "service=shop", environment: ["PGSERVICEFILE": file])
        }

        @Test(arguments: [
            ["PGDATESTYLE": "German"], ["PGTZ": "America/New_York"], ["PGCLIENTENCODING": "LATIN1"],
            ["TZ": "Asia/Kolkata", "LC_ALL": "de_DE.UTF-8", "LANG": "de_DE"],
        ])
        func ofTheEnvironment(environment: [String: String]) async throws {
            try await expectUnchanged(environment: environment)
        }

        @Test(arguments: [[:], ["PGAPPNAME": "shop feed"]])
        func theApplicationIsNamed(environment: [String: String]) async throws {
            try await TestDatabase.with { database in
                try database.psql("CREATE PUBLICATION walbrook FOR ALL TABLES")
                let name = environment["PGAPPNAME"] ?? "walbrook"
                let process = try WalbrookProcess.start(
                    ["stream", "-d", database.server.conninfo(database: database.name), "--temporary"],
                    environment: environment, stdout: .devNull)
                try eventually("the server knows \(name)") {
                    try database.psql(
                        """
                        SELECT application_name FROM pg_stat_activity
                         WHERE backend_type = 'walsender' AND datname = current_database()
                        """) == name
                }
                process.terminate()
                try Run(endOf: process).expect(0)
            }
        }

        private static let options = settings.map { "-c \($0)=\($1)" }.joined(separator: " ")

        /// Streams one row of many types, as a role named after the database.
        private func expectUnchanged(
            string: String = "", environment: [String: String] = [:],
            at location: SourceLocation = #_sourceLocation,
            _ setUp: @escaping @Sendable (TestDatabase) throws -> Void = { _ in }
        ) async throws {
            try await TestDatabase.with { database in
                try database.psql(
                    """
                    CREATE SCHEMA shop;
                    CREATE TABLE shop.t (
                        d date PRIMARY KEY, ts timestamp, tz timestamptz, i interval, b bytea, f4 real, f8 float8,
                        m money, c regclass, x text, a timestamptz[]);
                    CREATE ROLE \(database.name) LOGIN SUPERUSER
                    """)
                try setUp(database)
                let arguments = [
                    "stream", "-d",
                    database.server.conninfo(database: database.name, user: database.name) + " " + string,
                    "--slot", database.slot, "--until", "now",
                ]
                try Run(arguments, environment: environment).expect(0, at: location)
                try database.server.psql(
                    #"""
                    \c "user=postgres dbname=\#(database.name) options='-c timezone=UTC -c datestyle=ISO'"
                    SET search_path = ''; SET standard_conforming_strings = on; SET intervalstyle = postgres;
                    INSERT INTO shop.t VALUES (
                        '2026-11-23', '2026-11-23 13:30:00.123456', '2026-11-23 13:30:00.123456+00',
                        '1 year 2 months -3 days 04:05:06.7', '\x00ff61', 0.1, 0.30000000000000004,
                        1234.5, 'shop.t', 'Ärger "€" \', '{2026-11-23 13:30:00+00,infinity}')
                    """#, database: database.name)
                let run = try Run(arguments, environment: environment)
                run.expect(0, at: location)
                let expected =
                    #"{"d":"2026-11-23","ts":"2026-11-23T13:30:00.123456","tz":"2026-11-23T13:30:00.123456Z","#
                    + #""i":"P1Y2M-3DT4H5M6.7S","b":"AP9h","f4":0.1,"f8":0.30000000000000004,"m":"$1,234.50","#
                    + #""c":"shop.t","x":"Ärger \"€\" \\","#
                    + #""a":["2026-11-23T13:30:00Z","infinity"]}"#
                #expect(run.changes == ["insert shop.t " + expected], sourceLocation: location)
            }
        }
    }
}
