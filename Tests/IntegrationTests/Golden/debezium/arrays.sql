-- Arrays of every element type that the connector takes: full, empty, with NULL elements, and with other bounds.
-- Arrays of two dimensions where it writes the same each time.
--
-- Not in here, since it writes an address ("[Ljava.lang.String;@18114862") in place of each row of an array:
--   two dimensions of text, varchar, char, "char", uuid, inet, cidr, macaddr, ltree, json, jsonb, tsvector, enums
-- and since it warns and goes on without the whole array:
--   NULL elements of enum, ltree, tsvector and isbn arrays (DataException)
--   any array of bit or bit(n), even an empty one (DataException)
--   an int2vector or oidvector without elements (ArrayIndexOutOfBoundsException)
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE EXTENSION isn;
CREATE EXTENSION ltree;
CREATE TYPE mood AS ENUM ('sad', 'so so', 'with "quote"');
CREATE DOMAIN prices AS numeric(10,2)[];
CREATE DOMAIN words AS text[];
CREATE DOMAIN moods AS mood[];

CREATE TABLE numbers (
    id int PRIMARY KEY, i2 smallint[], i4 integer[], i8 bigint[], o oid[], f4 real[], f8 double precision[],
    n numeric[], n51 numeric(5,1)[], b boolean[]
);
CREATE TABLE texts (
    id int PRIMARY KEY, c3 char(3)[], c bpchar[], v5 varchar(5)[], t text[], ci citext[], byte "char"[]
);
CREATE TABLE printed (
    id int PRIMARY KEY, u uuid[], i inet[], c cidr[], m macaddr[], m8 macaddr8[], j json[], jb jsonb[],
    h hstore[]
);
CREATE TABLE without_nulls (id int PRIMARY KEY, l ltree[], e mood[], w tsvector[], book isbn[]);
CREATE TABLE domains (id int PRIMARY KEY, p prices, w words, m moods);
CREATE TABLE times (
    id int PRIMARY KEY, d date[], t time[], t0 time(0)[], t3 time(3)[], tz timetz[], ts timestamp[],
    ts3 timestamp(3)[], tstz timestamptz[], tstz0 timestamptz(0)[], tstz3 timestamptz(3)[]
);
CREATE TABLE ranges (
    id int PRIMARY KEY, i4 int4range[], i8 int8range[], n numrange[], d daterange[], ts tsrange[],
    tstz tstzrange[]
);
CREATE TABLE bytes (id int PRIMARY KEY, b bytea[]);
CREATE TABLE vectors (id int PRIMARY KEY, i int2vector, o oidvector);
CREATE TABLE required (id int PRIMARY KEY, i integer[] NOT NULL, t text[] NOT NULL, d text[] DEFAULT '{a,b}');
-- stream
INSERT INTO numbers VALUES
    (1, '{-32768,0,32767}', '{-2147483648,2147483647}', '{9007199254740993,-9223372036854775808}',
    '{0,4000000000}', '{3.3,1e21,-0,NaN,Infinity,-Infinity,1e-45}',
    '{3.3,1e21,-0,NaN,Infinity,-Infinity,5e-324}', '{1.50,100.00,-0.1,1e30,0}', '{1.2,3.4,-0.1}', '{t,f}'),
    (2, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
    (3, '{NULL}', '{1,NULL,3}', '{NULL,NULL}', '{NULL,1}', '{NULL,1}', '{1,NULL}', '{NULL,1}', '{1,NULL}',
    '{NULL,t}'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, '{{1,2},{3,4}}', '{{1,2},{3,NULL}}', '{{1}}', '{{1},{2}}', '{{1.5}}', '{{1.5,2},{3,4}}',
    '{{1},{2}}', '{{1.0},{2}}', '{{t,f}}'),
    (6, '[0:1]={1,2}', '[5:5]={1}', '[-1:1]={1,2,3}', '{{{1}},{{2}}}', '[0:0][2:3]={{1.5,2}}', '[0:0]={1}',
    '[0:0]={1}', '[0:0]={1}', '[0:0]={t}');

INSERT INTO texts VALUES
    (1, '{a,ab,abc}', '{a,"b "}', '{a,""}',
    $${plain,"with space","com,ma","q\"uote","back\\slash","NULL",null,"{}","",é😀,"new
line","[0:0]={}"}$$, '{Aa,bB}', '{a,"\\200"}'),
    (2, '{}', '{}', '{}', '{}', '{}', '{}'),
    (3, '{NULL}', '{NULL,a}', '{a,NULL}', '{NULL}', '{NULL,a}', '{NULL,a}'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, '[0:0]={a}', '[0:0]={a}', '[0:1]={a,b}', '[3:4]={a,b}', '[0:0]={a}', '[0:0]={a}');

INSERT INTO printed VALUES
    (1, '{A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11,00000000-0000-0000-0000-000000000000}', '{1.2.3.4/24,::1}',
    '{1.2.3.0/24}', '{08:00:2b:01:02:03}', '{08:00:2b:01:02:03:04:05}', $${"{\"a\": 1}","null","[1,  2]"}$$,
    $${"{\"a\": 1}","null","[1,  2]"}$$, '{"a=>1","b=>NULL",""}'),
    (2, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
    (3, '{NULL}', '{NULL,1.2.3.4}', '{NULL}', '{NULL}', '{NULL}', '{NULL,1}', '{1,NULL}', '{NULL,a=>1}'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

INSERT INTO without_nulls VALUES
    (1, '{a.b,c}', $${sad,"so so","with \"quote\""}$$, $${"a b","'it''s'"}$$, '{0-393-04002-X}'),
    (2, '{}', '{}', '{}', '{}'),
    (3, NULL, NULL, NULL, NULL);

INSERT INTO domains VALUES (1, '{1.5,NULL}', '{a,NULL}', '{sad}'), (2, '{}', '{}', '{}'), (3, NULL, NULL, NULL);

INSERT INTO times VALUES
    (1, '{2016-11-04,1969-12-31,"0044-03-15 BC",12016-11-04}', '{13:51:30.123456,24:00,00:00:00.000999}',
    '{13:51:30.123456}', '{13:51:30.123456}', '{13:51:30.1+02,10:00:00.123456Z}',
    '{"2016-11-04 13:51:30.123456","1969-12-31 23:59:59.999999"}', '{"2016-11-04 13:51:30.123456"}',
    '{"2016-11-04 13:51:30.123456+02","2016-11-04 13:51:30+02"}', '{"2016-11-04 13:51:30.12+02"}',
    '{"2016-11-04 13:51:30.12+02"}'),
    (2, '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}', '{}'),
    (3, '{NULL,2016-11-04}', '{NULL,10:00}', '{NULL}', '{NULL}', '{NULL,10:00Z}', '{NULL,2016-11-04}', '{NULL}',
    '{NULL,2016-11-04 00:00Z}', '{NULL}', '{NULL}'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (5, '{{2016-11-04}}', '{{10:00}}', '{{10:00}}', '{{10:00}}', '{{10:00Z}}', '{{2016-11-04}}',
    '{{2016-11-04}}', '{{2016-11-04 00:00Z}}', '{{2016-11-04 00:00Z}}', '{{2016-11-04 00:00Z}}'),
    (6, '{infinity,-infinity}', NULL, NULL, NULL, NULL, '{infinity,-infinity,0044-03-15 12:00 BC}', NULL,
    '{infinity,-infinity,0044-03-15 12:00Z BC,12016-11-04 00:00Z}', NULL, NULL);

INSERT INTO ranges VALUES
    (1, '{"[1,5)",empty,"(,)"}', '{"[1,5)"}', '{"[1.50,2)"}', '{"[2016-11-04,2016-11-05)"}',
    '{"[2016-11-04 00:00,infinity)"}', '{"[2016-11-04 00:00+02,)"}'),
    (2, '{}', '{}', '{}', '{}', '{}', '{}'),
    (3, '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}', '{NULL}'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL);

INSERT INTO bytes VALUES (1, '{"\\x010203","\\x",NULL}'), (2, '{}'), (3, NULL), (4, '{{"\\x01"}}');

INSERT INTO vectors VALUES (1, '1 2', '3 4000000000'), (2, NULL, NULL);

INSERT INTO required VALUES (1, '{1}', '{a}', '{c}'), (2, '{}', '{}', NULL);
DELETE FROM required;
