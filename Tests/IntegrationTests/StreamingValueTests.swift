import Foundation
import TestSupport
import Testing

extension Integration.Streaming {
    /// Values of every type, through the server's own hands and back.
    @Suite struct Values {
        static let types = """
            CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree;
            CREATE TYPE mood AS ENUM ('sad', 'o"k, so');
            CREATE TYPE pair AS (a int, "b ""c" text, gone int, at timestamptz);
            ALTER TYPE pair DROP ATTRIBUTE gone;
            CREATE DOMAIN posint AS int CHECK (VALUE > 0);
            CREATE TYPE nest AS (p pair, ps pair[], d posint, j json);
            CREATE TYPE floats AS RANGE (subtype = float8);
            CREATE TABLE v (
                id int PRIMARY KEY, m mood, ma mood[], p pair, n nest, na nest[], d posint, da posint[],
                r int4range, tr tstzrange, nr nummultirange, f floats, ra int8range[], h hstore, ha hstore[],
                iv interval, iva interval[], bt bytea, bta bytea[], ct citext, lt ltree, bx box[], bi bit(5), vb varbit,
                mo money, i inet, ia cidr[], x xml, ts tsvector, tq tsquery, po polygon, l pg_lsn, x8 xid8,
                rc regclass, na2 name[], t time, tz timetz, da2 date[], tsz timestamptz[], nu numeric, f4 float4[],
                f8 float8, jj json, jb jsonb, u uuid[], c char(5), vc varchar(9), q "char", ov oidvector, i2 int[][]);
            """

        static let rows = #"""
            INSERT INTO v VALUES (
                1, 'o"k, so', '{sad,NULL,"o\"k, so"}', ROW(1, 'a "b" (c), \d', '2026-11-23 12:00+01'),
                ROW(ROW(NULL, '', NULL), ARRAY[ROW(1, 'x,y', NULL)::pair, NULL], 5, '{"k": [1, "é"]}'),
                ARRAY[ROW(ROW(2, '"', NULL), NULL, NULL, NULL)::nest, NULL], 7, '{1,2}',
                '[1,5)', '[2026-01-01 00:00+01,)', '{[1,2.50),(7,)}', '[0.1,NaN]', '{"[1,2)",empty,NULL}',
                'a=>1, "b c"=>"x\"y\\", d=>NULL', ARRAY['k=>v'::hstore, NULL, ''], 'P-1Y2DT-4H-0.5S',
                '{1 day,-2 hours,P1Y2M3DT4H5M6.7S}', '\x00ff10', ARRAY['\x0102'::bytea, NULL, ''], 'CiT', 'a.b.c',
                '{(1,1),(0,0);(2,2),(1,1)}', B'10101', B'1', '-1234.56', '10.0.0.1/8', '{10.0.0.0/8}', '<a b="c"/>',
                'fat cat', 'fat & cat', '((0,0),(1,1),(2,0))', '16/B374D848', '42', 'pg_class', '{a,b}', '24:00:00',
                '13:30:00.5+02:30:15', '{infinity,-infinity,"0044-03-15 BC",2026-11-23}',
                '{infinity,"12026-01-01 00:00+00","2026-11-23 12:00:00.123456+00"}', 'NaN', '{NaN,Infinity,-0,1e-40}',
                '4.9406564584124654e-324', E'{"a" :\t1, "a": null}', '{"b": null}',
                '{a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11}', 'ab', 'cd', 'x', '1 2 3', '{{1,2},{3,NULL}}');
            INSERT INTO v (id, nu, da2, f8, iv, r) VALUES
                (2, '1e-1000', '{}', '-Infinity', '0', 'empty'), (3, '12345678901234567890.10', NULL, '1e300', '1 mon', '(,)');
            UPDATE v SET p = ROW(9, NULL, NULL), ha = '{}' WHERE id = 1; DELETE FROM v WHERE id = 3;
            """#

        @Test func ofEveryTypeAreRebuilt() async throws {
            try await blocking {
                let fixture = try Fixture(Self.types)
                try fixture.psql(Self.rows)
                let path = fixture.directory.path("values.ndjson")
                try WalbrookProcess.start(fixture.arguments + ["--until", "now"], stdout: .file(path)).wait()
                let line = try #require(try EventLog(path).lines().first)
                #expect(
                    line.contains(
                        #""n":{"p":{"a":null,"b \"c":"","at":null},"ps":[{"a":1,"b \"c":"x,y","at":null},null],"d":5,"j":{"k": [1, "é"]}}"#
                    ))
                #expect(
                    line.contains(
                        #""nr":[{"lower":"1","upper":"2.50","bounds":"[)"},{"lower":"7","upper":null,"bounds":"()"}]"#
                    ))
                #expect(line.contains(#""h":{"a":"1","d":null,"b c":"x\"y\\"}"#))
                try Oracle.verify(events: path, source: fixture.database, on: fixture.server)
            }
        }

        @Test func ofSomeTypesAreWrittenAsAsked() async throws {
            try await blocking {
                let fixture = try Fixture(
                    "CREATE TABLE n (id int PRIMARY KEY, i int8, n numeric, b bytea, ia int8[], na numeric[], ba bytea[])"
                )
                try fixture.psql(
                    #"""
                    INSERT INTO n VALUES (1, 9007199254740993, 1.50, '\x00ff', '{1,NULL}', '{1.0,NaN}', ARRAY['\x01'::bytea])
                    """#)
                let asked = try fixture.stream(
                    "--until", "now", "--int8", "string", "--numeric", "number", "--bytea", "hex")
                #expect(
                    asked[0].contains(
                        #""id":1,"i":"9007199254740993","n":1.50,"b":"00ff","ia":["1",null],"na":[1.0,"NaN"],"ba":["01"]"#
                    ),
                    "\(asked)")
            }
        }

        /// The stream is older than the catalog: what is gone from it is written as a string, and said once.
        @Test func ofATypeThatIsGoneAreStrings() async throws {
            try await blocking {
                let fixture = try Fixture(
                    "CREATE TYPE pair AS (a int, b text); CREATE TABLE v (id int PRIMARY KEY, p pair)")
                try fixture.psql("INSERT INTO v VALUES (1, '(1,x)'), (2, NULL); DROP TABLE v; DROP TYPE pair")
                let path = fixture.directory.path("gone.ndjson")
                let process = try WalbrookProcess.start(
                    fixture.arguments + ["--until", "now"], stdout: .file(path))
                #expect(try process.wait() == .exited(0))
                let lines = try EventLog(path).lines()
                #expect(lines.first?.contains(#""after":{"id":1,"p":"(1,x)"}"#) == true)
                #expect(process.standardError.components(separatedBy: "gone from the catalog").count == 2)
            }
        }

        /// The server does not say that a type has changed. Until a Relation message has it looked up again, its values
        /// are strings, and no field gets another's value.
        @Test func ofATypeThatChangesFollowIt() async throws {
            try await blocking {
                let fixture = try Fixture(
                    "CREATE TYPE pair AS (a int, b text); CREATE TABLE v (id int PRIMARY KEY, p pair)")
                let process = try WalbrookProcess.start(fixture.arguments, stdout: .pipe)
                try fixture.psql("INSERT INTO v VALUES (1, '(1,x)')")
                #expect(try process.readLines(1)[0].contains(#""p":{"a":1,"b":"x"}"#))
                try fixture.psql(
                    "ALTER TYPE pair ADD ATTRIBUTE c bool CASCADE; INSERT INTO v VALUES (2, '(2,y,t)')")
                // Whatever made the server describe the table again in between, it is one or the other.
                let line = try process.readLines(1)[0]
                #expect(
                    line.contains(#""p":"(2,y,t)""#) || line.contains(#""p":{"a":2,"b":"y","c":true}"#),
                    "\(line)")
                try fixture.psql("ALTER TABLE v ADD k int; INSERT INTO v VALUES (3, '(3,z,f)')")
                #expect(try process.readLines(1)[0].contains(#""p":{"a":3,"b":"z","c":false}"#))
                process.terminate()
                try process.wait()
            }
        }
    }
}
