import Foundation
import TestSupport
import Testing

extension Integration {
    /// Whatever a database's encoding is, the lines are UTF-8.
    @Suite(.serialized) struct Encodings {
        @Test func latin1ComesAsUTF8() async throws {
            try await TestDatabase.with(options: encoding("LATIN1")) { database in
                try database.psql(
                    """
                    DO $$ BEGIN
                        EXECUTE format('CREATE TABLE %I (id int PRIMARY KEY, %I text)', 'caf' || chr(233), chr(252));
                    END $$
                    """)
                try database.stream("--table", "public.café").expect(0, saying: "for=\"TABLE public.")
                try database.psql(
                    """
                    DO $$ BEGIN
                        EXECUTE format('INSERT INTO %I VALUES (1, %L)', 'caf' || chr(233), chr(191) || 'x' || chr(255));
                    END $$
                    """)
                let run = try database.stream("--table", "public.café")
                run.expect(0)
                #expect(run.changes == [#"insert public.café {"id":1,"ü":"¿xÿ"}"#])
                #expect(run.error.isEmpty)
            }
        }

        @Test func unknownBytesAreReplacedAndCounted() async throws {
            try await TestDatabase.with(options: encoding("SQL_ASCII")) { database in
                try database.psql(
                    #"""
                    CREATE TABLE t (id int PRIMARY KEY, v text, j json, a text[]);
                    DO $$ BEGIN EXECUTE E'CREATE TABLE "\xfc\x41" ("\xff" int PRIMARY KEY)'; END $$
                    """#)
                try database.stream().expect(0)
                try database.psql(
                    #"""
                    INSERT INTO t VALUES
                        (1, E'\xc3\xa9', '{"a": 1}', '{x}'), (2, E'a\xffb', '{}', '{}'), (3, E'cut\xe2\x82', '{}', '{}'),
                        (4, E'\xed\xa0\x80', '{}', '{}'), (5, 'q', E'{"k\xfe": "\xfe\\"\\\\"}', E'{"\xfe\\"",y}'),
                        (6, E'\xf0\x9f\x93\xa6', '{}', '{}');
                    DO $$ BEGIN EXECUTE E'INSERT INTO "\xfc\x41" VALUES (1)'; END $$
                    """#)
                let directory = try TemporaryDirectory()
                let path = directory.path("out")
                let process = try database.start("--until", "now", stdout: .file(path))
                let run = try Run(endOf: process)
                run.expect(
                    0, saying: "text that is not UTF-8 was repaired with U+FFFD", "SQL_ASCII", "repairs=")
                let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
                let text = try #require(String(data: bytes, encoding: .utf8), "the lines are not UTF-8")
                let lines = text.split(separator: "\n").map(String.init)
                for line in lines {
                    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) }
                }
                let values = lines.map { $0.components(separatedBy: #""after":"#).last ?? "" }
                #expect(
                    values == [
                        #"{"id":1,"v":"é","j":{"a": 1},"a":["x"]}}"#,
                        #"{"id":2,"v":"a\#u{FFFD}b","j":{},"a":[]}}"#,
                        #"{"id":3,"v":"cut\#u{FFFD}","j":{},"a":[]}}"#,
                        #"{"id":4,"v":"\#u{FFFD}\#u{FFFD}\#u{FFFD}","j":{},"a":[]}}"#,
                        #"{"id":5,"v":"q","j":{"k\#u{FFFD}": "\#u{FFFD}\"\\"},"a":["\#u{FFFD}\"","y"]}}"#,
                        #"{"id":6,"v":"📦","j":{},"a":[]}}"#, #"{"\#u{FFFD}":1}}"#,
                    ])
                #expect(lines.last?.contains(#""table":"\#u{FFFD}A""#) == true)
            }
        }

        @Test func nothingIsCountedWhereNothingIsRepaired() async throws {
            try await TestDatabase.with(options: encoding("SQL_ASCII")) { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
                try database.stream().expect(0)
                try database.psql("INSERT INTO t VALUES (1, 'Größe 📦')")
                let run = try database.stream()
                #expect(run.changes == [#"insert public.t {"id":1,"v":"Größe 📦"}"#])
                #expect(run.error.isEmpty, "\(run.error)")
            }
        }

        @Test func whatTheServerCannotConvertIsSaid() async throws {
            try await TestDatabase.with(options: encoding("WIN1252")) { database in
                try database.psql("CREATE TABLE t (id int PRIMARY KEY, v text)")
                try database.stream().expect(0)
                try database.psql("INSERT INTO t VALUES (1, chr(128))")
                try database.psql("INSERT INTO t VALUES (2, chr(129))")
                let end = try database.psql("SELECT pg_current_wal_insert_lsn()")
                let run = try database.stream()
                run.expect(
                    78, saying: "the server cannot convert a value to UTF-8", "22P05",
                    "pg_replication_slot_advance")
                #expect(run.changes == [#"insert public.t {"id":1,"v":"€"}"#])
                let good = try #require(run.output.first?.firstMatch(of: /"pos":"([0-9A-F\/]+)-/)?.1)
                let told = try #require(run.error.firstMatch(of: /after ([0-9A-F]+\/[0-9A-F]+)/)?.1)
                let between = "'\(told)'::pg_lsn BETWEEN '\(good)' AND '\(end)'"
                #expect(try database.psql("SELECT \(between)") == "t")
                try database.psql(
                    """
                    UPDATE t SET v = 'mended' WHERE id = 2;
                    SELECT pg_replication_slot_advance('\(database.slot)', pg_current_wal_lsn())
                    """)
                try database.psql("INSERT INTO t VALUES (3, chr(146))")
                let mended = try database.stream()
                mended.expect(0)
                #expect(mended.changes.last == #"insert public.t {"id":3,"v":"’"}"#)
            }
        }

        private func encoding(_ name: String) -> String {
            "ENCODING '\(name)' TEMPLATE template0 LOCALE 'C'"
        }
    }
}
