extension Integration.Wal2JSON {
    /// Every type, identity and kind of change that the plugin has a line for.
    enum Workload {
        static let schema = #"""
            CREATE EXTENSION hstore; CREATE EXTENSION citext; CREATE EXTENSION ltree;
            CREATE TYPE mood AS ENUM ('sad', 'o"k, so');
            CREATE TYPE "Odd ""type""" AS ENUM ('x');
            CREATE TYPE pair AS (a int, "b ""c" text, gone int, at timestamptz);
            ALTER TYPE pair DROP ATTRIBUTE gone;
            CREATE DOMAIN posint AS int CHECK (VALUE > 0); CREATE DOMAIN price AS numeric(10,2);
            CREATE DOMAIN flag AS bool; CREATE DOMAIN blob AS bytea; CREATE DOMAIN dear AS price CHECK (VALUE > 9);
            CREATE TYPE nest AS (p pair, ps pair[], d posint, j json);
            CREATE TYPE floats AS RANGE (subtype = float8);

            CREATE TABLE numbers (
                id int PRIMARY KEY, a int2, b int8, c oid, d float4, e float8, f numeric, g numeric(12,3), h numeric(5,-2),
                i posint, j price, k dear, l money, m "char", n xid, o xid8, p pg_lsn, q bool, r flag, s blob, t bytea);
            CREATE TABLE texts (
                id int PRIMARY KEY, a text, b varchar(9), c varchar, d char(5), e bpchar, f name, g citext, h mood,
                i "Odd ""type""", j "Odd ""type"""[], k json, l jsonb, m jsonpath, n xml, o uuid, p ltree, q tsvector,
                r tsquery, s "char"[], t text COLLATE "C", u regclass, v regtype);
            CREATE TABLE times (
                id int PRIMARY KEY, a date, b time, c timetz(2), d timestamp, e timestamptz(3), f interval,
                g interval day to second(2), h timestamptz[], i interval year, j timestamp(0)[]);
            CREATE TABLE made (
                id int PRIMARY KEY, a int[], b numeric(6,2)[], c mood[], d pair, e nest, f nest[], g posint[], h int4range,
                i tstzrange, j nummultirange, k floats, l int8range[], m hstore, n hstore[], o bytea[], p box[], q bit(5),
                r varbit(9), s inet, t cidr[], u point, v polygon, w name[], x oidvector, y macaddr8, z circle);

            CREATE SCHEMA "My ""Schéma"""; CREATE SCHEMA other;
            CREATE TABLE "My ""Schéma"""."a.b\c 📦" ("Id ""x""" int PRIMARY KEY, "né.e" text, "
            " int, "end" bool);
            CREATE TABLE other.numbers (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text);

            CREATE TABLE toast (id int PRIMARY KEY, big text, small int, also bytea);
            CREATE TABLE toast_key (k text PRIMARY KEY, v int);
            CREATE TABLE whole (id int, big text, n int); ALTER TABLE whole REPLICA IDENTITY FULL;
            ALTER TABLE toast ALTER big SET STORAGE EXTERNAL, ALTER also SET STORAGE EXTERNAL;
            ALTER TABLE toast_key ALTER k SET STORAGE EXTERNAL; ALTER TABLE whole ALTER big SET STORAGE EXTERNAL;
            CREATE TABLE indexed (id int PRIMARY KEY, a int NOT NULL, b text NOT NULL, c int);
            CREATE UNIQUE INDEX indexed_key ON indexed (b, a); ALTER TABLE indexed REPLICA IDENTITY USING INDEX indexed_key;
            CREATE TABLE keys (b int, v text, a numeric, PRIMARY KEY (a, b));
            CREATE TABLE keyless (id int, t text);
            CREATE TABLE nothing (id int PRIMARY KEY, t text); ALTER TABLE nothing REPLICA IDENTITY NOTHING;
            CREATE TABLE deferred (id int PRIMARY KEY DEFERRABLE, t text);
            CREATE TABLE empty ();
            CREATE TABLE dropped (id int PRIMARY KEY, x int, y text); ALTER TABLE dropped DROP x;
            ALTER TABLE dropped ADD z int DEFAULT 5;

            CREATE TABLE part (id int, k int, t text, PRIMARY KEY (id, k)) PARTITION BY RANGE (k);
            CREATE TABLE part_1 PARTITION OF part FOR VALUES FROM (0) TO (10);
            CREATE TABLE part_2 (t text, k int NOT NULL, id int NOT NULL);
            ALTER TABLE part ATTACH PARTITION part_2 FOR VALUES FROM (10) TO (20);
            CREATE TABLE parent (id int PRIMARY KEY); CREATE TABLE child (id int PRIMARY KEY, p int REFERENCES parent);
            CREATE TABLE grandchild (id int PRIMARY KEY, c int REFERENCES child);

            CREATE PUBLICATION all_changes FOR TABLE numbers, texts, times, made, "My ""Schéma"""."a.b\c 📦",
                other.numbers, toast, toast_key, whole, indexed, keys, dropped, part, parent, child, grandchild;
            -- Without an identity the plugin leaves out updates and deletes, with a warning.
            CREATE PUBLICATION only_inserts FOR TABLE keyless, nothing, deferred, empty
                WITH (publish = 'insert, truncate');
            """#

        static var changes: String { values + rows + transactions }

        private static let values = #"""
            INSERT INTO numbers VALUES
                (1, -32768, 9223372036854775807, 4294967295, 1e-40, '-0', '1e-30', 1.5, 12345, 7, 1.5, 10, '-12.50', 'x', '99',
                 '42', '16/B374D848', true, true, '\x00ff', '\x00ff10'),
                (2, 0, -9223372036854775808, 0, 3.4028235e38, 4.9406564584124654e-324, 12345678901234567890.10, -0.001, -99, 1,
                 'NaN', 10, '0', '', '0', '0', '0/0', false, false, '', '');
            INSERT INTO numbers VALUES (3, NULL, NULL, NULL, -1.17549435e-38, 1e300, '-1e20');
            INSERT INTO numbers SELECT id + 10, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t FROM numbers;
            UPDATE numbers SET a = a + 1 WHERE id IN (2, 13); DELETE FROM numbers WHERE id > 10;
            INSERT INTO texts VALUES
                (1, E'\x01\x08\x0b\x0c\n\r\t\x1f\x7f"\\/''é📦\u2028<>', 'né"', ' ', 'ab', 'x  ', 'N', 'CiT', 'o"k, so', 'x', '{x,NULL}',
                 E'{"a" :\n\t"\\u0000\\ud800", "a": [1e400, null]}', '{"b": "\"\\", "a": null}', '$.a[*] ? (@ > 1)',
                 E'<a b="c">\n</a>', 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'a.b.c', 'fat:1A cat', 'fat & !cat', '{a,"\""}',
                 'null', 'pg_class', 'other.numbers');
            INSERT INTO texts VALUES (
                2, '', '', '', '', '', '', '', 'sad', NULL, '{}', 'null', 'null', NULL, '', NULL, '', '', '', '{}', '');
            UPDATE texts SET a = repeat('é"' || E'\n', 40) WHERE id = 2;
            INSERT INTO times VALUES
                (1, '2026-11-23', '24:00:00', '13:30:00.555+02:30:15', '2026-11-23 13:30:00.5', '2026-11-23 13:30:00.5555+01',
                 'P-1Y2DT-4H-0.5S', '1 day 02:03:04.567', '{infinity,-infinity,2026-11-23,NULL}', '3 years', '{}'),
                (2, '0044-03-15 BC', '00:00', '00:00+00', 'infinity', '-infinity', '0', '0', NULL, NULL, '{2026-01-01 00:00:00.9}');
            INSERT INTO times VALUES (3, '12026-01-01', NULL, NULL, '12026-01-01', '0044-03-15 12:00 BC');
            INSERT INTO times VALUES (4, 'infinity');
            INSERT INTO made VALUES (
                1, '[0:1]={1,NULL}', '{1.005,NaN}', '{sad,NULL,"o\"k, so"}', ROW(1, 'a "b" (c), \d', '2026-11-23 12:00+01'),
                ROW(ROW(NULL, '', NULL), ARRAY[ROW(1, 'x,y', NULL)::pair, NULL], 5, '{"k": [1, "é"]}'),
                ARRAY[ROW(ROW(2, '"', NULL), NULL, NULL, NULL)::nest, NULL], '{1,2}', '[1,5)', '[2026-01-01 00:00+01,)',
                '{[1,2.50),(7,)}', '[0.1,NaN]', '{"[1,2)",empty,NULL}', 'a=>1, "b c"=>"x\"y\\", d=>NULL',
                ARRAY['k=>v'::hstore, NULL, ''], ARRAY['\x0102'::bytea, NULL], '{(1,1),(0,0);(2,2),(1,1)}', B'10101', B'1',
                '10.0.0.1/8', '{10.0.0.0/8}', '(1,-0.5)', '((0,0),(1,1),(2,0))', '{a,"b "}', '1 2 3',
                '08:00:2b:01:02:03:04:05', '<(0,0),5>');
            INSERT INTO made (id, a, h, m) VALUES (2, '{{1,2},{3,4}}', 'empty', '');
            """#

        private static let rows = #"""
            INSERT INTO "My ""Schéma"""."a.b\c 📦" VALUES (1, 'x', 2, true), (2, NULL, NULL, NULL);
            UPDATE "My ""Schéma"""."a.b\c 📦" SET "Id ""x""" = 3 WHERE "né.e" IS NULL; DELETE FROM "My ""Schéma"""."a.b\c 📦";
            INSERT INTO other.numbers (v) VALUES ('a'), ('b'); UPDATE other.numbers SET v = NULL;

            INSERT INTO toast VALUES (1, repeat('x', 9000), 1, decode(repeat('00ff', 4000), 'hex')), (2, 'short', 1, '');
            UPDATE toast SET small = 2; UPDATE toast SET id = id + 5; UPDATE toast SET big = 's'; UPDATE toast SET also = NULL;
            DELETE FROM toast;
            INSERT INTO toast_key SELECT string_agg(md5(i::text), ''), 1 FROM generate_series(1, 80) i;
            UPDATE toast_key SET v = 2; UPDATE toast_key SET k = 'k'; UPDATE toast_key SET v = 3; DELETE FROM toast_key;
            INSERT INTO whole VALUES (1, repeat('y', 9000), NULL), (2, NULL, 1), (2, NULL, 1);
            UPDATE whole SET n = 2; UPDATE whole SET n = n; UPDATE whole SET big = 'z' WHERE id = 1; DELETE FROM whole;
            INSERT INTO indexed VALUES (1, 2, 'b', NULL); UPDATE indexed SET c = 4; UPDATE indexed SET id = 9;
            UPDATE indexed SET a = 8; UPDATE indexed SET b = b, a = a; DELETE FROM indexed;
            INSERT INTO keys VALUES (1, 'x', 1.0), (2, 'y', 1); UPDATE keys SET a = 1.00; UPDATE keys SET b = b + 1 WHERE b = 2;
            UPDATE keys SET v = NULL; DELETE FROM keys WHERE b = 3;
            INSERT INTO keyless VALUES (1, 'x'); UPDATE keyless SET t = 'y'; DELETE FROM keyless;
            INSERT INTO nothing VALUES (1, 'x'); UPDATE nothing SET t = 'y'; DELETE FROM nothing; TRUNCATE nothing;
            INSERT INTO deferred VALUES (1, 'x'); UPDATE deferred SET t = 'y'; DELETE FROM deferred;
            INSERT INTO empty DEFAULT VALUES;
            INSERT INTO dropped VALUES (1, 'y'); UPDATE dropped SET y = 'q'; DELETE FROM dropped;
            COPY parent FROM stdin;
            101
            102
            \.
            INSERT INTO parent VALUES (101), (103) ON CONFLICT DO NOTHING;
            INSERT INTO toast VALUES (1, 'a'); INSERT INTO toast VALUES (1, 'b') ON CONFLICT (id) DO UPDATE SET big = 'c';
            """#

        private static let transactions = #"""
            INSERT INTO part VALUES (1, 1, 'a'), (2, 11, 'b'); UPDATE part SET k = 12 WHERE id = 1; UPDATE part SET t = 'q';
            DELETE FROM part WHERE id = 1; TRUNCATE part_2; TRUNCATE part_2, part_1;
            INSERT INTO child VALUES (1, 101); INSERT INTO grandchild VALUES (1, 1);
            TRUNCATE parent CASCADE; TRUNCATE grandchild, toast, parent, child RESTART IDENTITY; TRUNCATE other.numbers;
            BEGIN;
            INSERT INTO parent VALUES (1); SAVEPOINT a;
            INSERT INTO parent VALUES (2); SAVEPOINT b; INSERT INTO parent VALUES (3); ROLLBACK TO b; RELEASE a;
            SAVEPOINT c; UPDATE parent SET id = 4 WHERE id = 1; ROLLBACK TO c; DELETE FROM parent WHERE id = 2;
            SELECT pg_logical_emit_message(true, 'p"x' || E'\n', 'in the transaction');
            SELECT pg_logical_emit_message(false, 'p', 'before it'); TRUNCATE child, grandchild; INSERT INTO child VALUES (9, 1);
            COMMIT;
            BEGIN; INSERT INTO parent VALUES (77); SELECT pg_logical_emit_message(false, 'of a transaction that', 'aborts');
            SELECT pg_logical_emit_message(true, 'and', 'is lost'); ROLLBACK;
            SELECT pg_logical_emit_message(true, '', ''), pg_logical_emit_message(true, 'json', '{"a": [1, "é"]}'),
                   pg_logical_emit_message(false, 'control', E'\x01\n\x7f"\\/');
            BEGIN; INSERT INTO parent SELECT generate_series(1000, 1100); DELETE FROM parent WHERE id > 1050; COMMIT;
            """#
    }
}
