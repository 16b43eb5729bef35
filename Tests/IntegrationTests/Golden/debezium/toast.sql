-- Values that are stored out of line, and so are not sent again by an update that leaves them alone.
--
-- Not in here, since the connector warns and writes null in their place (and stops, if the column is NOT NULL):
--   numeric, varbit, and arrays of smallint, oid, real, double precision, numeric, boolean, timestamp, timestamptz,
--   time, inet, hstore, ranges and enums
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE DOMAIN long_text AS text;
CREATE TABLE by_default (
    id int PRIMARY KEY, n int, t text, v varchar, c bpchar, ci citext, dom long_text, x xml, j json, jb jsonb,
    bytes bytea, pairs hstore, words tsvector, range numrange
);
CREATE TABLE arrays (
    id int PRIMARY KEY, n int, t text[], v varchar(20)[], c char(20)[], i4 integer[], i8 bigint[], u uuid[], d date[],
    j json[], jb jsonb[], bytes bytea[]
);
CREATE TABLE required (
    id int PRIMARY KEY, n int, t text NOT NULL, j jsonb NOT NULL, bytes bytea NOT NULL, i integer[] NOT NULL,
    a text[] NOT NULL, d text DEFAULT 'short', dr text NOT NULL DEFAULT 'short'
);
CREATE TABLE by_full (id int PRIMARY KEY, n int, t text, j jsonb, bytes bytea, i integer[], a text[]);
ALTER TABLE by_full REPLICA IDENTITY FULL;
CREATE TABLE by_index (id int PRIMARY KEY, n int NOT NULL, t text);
CREATE UNIQUE INDEX by_index_n ON by_index (n);
ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_n;
CREATE TABLE keys (t text PRIMARY KEY, n int, u text);
-- Nothing is compressed, so that 2,500 bytes are enough.
DO $$
DECLARE
    c record;
BEGIN
    FOR c IN
        SELECT attrelid::regclass AS "table", attname AS "column"
        FROM pg_attribute JOIN pg_class ON pg_class.oid = attrelid
        WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' AND attstorage IN ('x', 'm') AND attnum > 0
    LOOP
        EXECUTE format('ALTER TABLE %s ALTER COLUMN %I SET STORAGE EXTERNAL', c."table", c."column");
    END LOOP;
END $$;
-- stream
INSERT INTO by_default
    SELECT 1, 1, s, s, s, s, s, xml(s), to_json(s), to_jsonb(s), s::bytea, hstore('k', s),
        (SELECT array_to_tsvector(array_agg(md5(n::text) || md5(n::text))) FROM generate_series(1, 40) AS n),
        numrange(0, ('1' || repeat('0123456789', 500))::numeric)
    FROM repeat('0123456789', 250) AS s;
UPDATE by_default SET n = 2;
UPDATE by_default SET n = 3, t = 'short';
UPDATE by_default SET id = 2;
UPDATE by_default SET v = NULL, c = NULL, ci = NULL, dom = NULL, x = NULL, j = NULL, jb = NULL;
DELETE FROM by_default;

INSERT INTO arrays
    SELECT 1, 1, array_fill(s::text, ARRAY[10]), array_fill('0123456789'::varchar, ARRAY[200]),
        array_fill('0123456789'::bpchar, ARRAY[200]), array_fill(1, ARRAY[600]), array_fill(2::bigint, ARRAY[300]),
        array_fill('a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid, ARRAY[150]),
        array_fill('2016-11-04'::date, ARRAY[600]), array_fill(to_json(s), ARRAY[10]),
        array_fill(to_jsonb(s), ARRAY[10]), array_fill(s::bytea, ARRAY[10])
    FROM repeat('0123456789', 25) AS s;
UPDATE arrays SET n = 2;
DELETE FROM arrays;

INSERT INTO required
    SELECT 1, 1, s, to_jsonb(s), s::bytea, array_fill(1, ARRAY[600]), array_fill(left(s, 250), ARRAY[10]), s, s
    FROM repeat('0123456789', 250) AS s;
UPDATE required SET n = 2;
UPDATE required SET id = 2;
DELETE FROM required;

INSERT INTO by_full
    SELECT 1, 1, s, to_jsonb(s), s::bytea, array_fill(1, ARRAY[600]), array_fill(left(s, 250), ARRAY[10])
    FROM repeat('0123456789', 250) AS s;
UPDATE by_full SET n = 2;
UPDATE by_full SET t = 'short';
UPDATE by_full SET id = 2;
DELETE FROM by_full;

INSERT INTO by_index VALUES (1, 1, repeat('0123456789', 250));
UPDATE by_index SET id = 2;
UPDATE by_index SET n = 2;

INSERT INTO keys VALUES (repeat('0123456789', 250), 1, repeat('abcdefghij', 250));
UPDATE keys SET n = 2;
UPDATE keys SET u = 'short';
UPDATE keys SET t = 'short';
DELETE FROM keys;
