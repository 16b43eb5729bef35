-- Every scalar type that the connector knows, with the values at the edges of each.
--
-- Not in here, since the connector stops at them:
--   a domain over an enum, even without a table (the connector does not start: NullPointerException in TypeRegistry)
--   timetz with seconds in its offset (DateTimeParseException)
--   interval with more than 2147483647 hours (NumberFormatException, retried for ever)
-- since it warns and goes on with null (and stops, if the column is NOT NULL):
--   numeric NaN and infinities, an empty varbit(1)
-- since what it writes depends on the version of Java (before 19 some numbers got a digit too many):
--   1e23, 2e23, 8.41e21 as double precision, 1.1754944e-38 as real
-- and since it takes the scale -2 for 2046:
--   numeric(3,-2)
CREATE EXTENSION citext;
CREATE EXTENSION hstore;
CREATE EXTENSION isn;
CREATE EXTENSION ltree;
CREATE TYPE mood AS ENUM ('sad', 'so so', 'Glücklich');
CREATE DOMAIN price AS numeric(10,2);
CREATE DOMAIN low_price AS price CHECK (VALUE < 100);
CREATE DOMAIN anything AS numeric;
CREATE DOMAIN count AS integer NOT NULL;
CREATE DOMAIN code AS varchar(5);
CREATE DOMAIN day AS date;
CREATE DOMAIN moment AS timestamp(3);
CREATE DOMAIN flags AS bit(3);

CREATE TABLE integers (
    id serial PRIMARY KEY, small smallint, medium integer, big bigint, object oid, counter bigserial,
    tiny smallserial, always bigint GENERATED ALWAYS AS IDENTITY
);
CREATE TABLE floats (id int PRIMARY KEY, single real, double double precision);
CREATE TABLE numerics (
    id int PRIMARY KEY, fine numeric(6,2), whole numeric(5), long numeric(38,10), wide numeric(100,50),
    small numeric(3,3), free numeric
);
-- A scale beyond the precision came with PostgreSQL 15.
CREATE TABLE scales (id int PRIMARY KEY, tiny numeric(2,5));
CREATE TABLE moneys (id int PRIMARY KEY, amount money);
CREATE TABLE booleans (id int PRIMARY KEY, yes boolean);
CREATE TABLE texts (
    id int PRIMARY KEY, one char, fixed char(5), loose bpchar, short varchar(5), long varchar, free text,
    "byte" "char", folded citext
);
CREATE TABLE names (id int PRIMARY KEY, name name);
CREATE TABLE printed (
    id int PRIMARY KEY, uuid uuid, xml xml, inet inet, cidr cidr, mac macaddr, mac8 macaddr8, path ltree,
    book isbn, words tsvector
);
CREATE TABLE documents (id int PRIMARY KEY, json json, jsonb jsonb, pairs hstore);
CREATE TABLE enums (id int PRIMARY KEY, mood mood);
CREATE TABLE domains (
    id int PRIMARY KEY, price price, low low_price, anything anything, count count, code code,
    day day, moment moment, flags flags
);
CREATE TABLE ranges (
    id int PRIMARY KEY, int4 int4range, int8 int8range, num numrange, ts tsrange, tstz tstzrange, date daterange
);
CREATE TABLE bytes (id int PRIMARY KEY, bytes bytea);
CREATE TABLE bits (
    id int PRIMARY KEY, one bit, three bit(3), eight bit(8), nine bit(9), sixteen bit(16), long bit(70),
    vone varbit(1), vten varbit(10), vfree varbit
);
CREATE TABLE dates (id int PRIMARY KEY, day date);
CREATE TABLE times (
    id int PRIMARY KEY, plain time, t0 time(0), t1 time(1), t3 time(3), t4 time(4), t6 time(6)
);
CREATE TABLE zoned_times (id int PRIMARY KEY, plain timetz, t0 timetz(0), t3 timetz(3), t6 timetz(6));
CREATE TABLE timestamps (
    id int PRIMARY KEY, plain timestamp, t0 timestamp(0), t1 timestamp(1), t2 timestamp(2), t3 timestamp(3),
    t4 timestamp(4), t6 timestamp(6)
);
CREATE TABLE zoned_timestamps (
    id int PRIMARY KEY, plain timestamptz, t0 timestamptz(0), t1 timestamptz(1), t2 timestamptz(2),
    t3 timestamptz(3), t4 timestamptz(4), t6 timestamptz(6)
);
CREATE TABLE intervals (id int PRIMARY KEY, plain interval, years interval year, t0 interval(0), t3 interval(3));
CREATE TABLE points (id int PRIMARY KEY, point point);
CREATE TABLE generated (
    id int PRIMARY KEY, a integer, twice integer GENERATED ALWAYS AS (a * 2) STORED, note text
);
-- stream
INSERT INTO integers (small, medium, big, object) VALUES
    (-32768, -2147483648, -9223372036854775808, 0),
    (32767, 2147483647, 9223372036854775807, 4294967295),
    (0, 0, 9007199254740993, 4000000000),
    (1, -1, -9007199254740993, 2147483648),
    (NULL, NULL, NULL, NULL);

INSERT INTO floats VALUES
    (1, 0, 0), (2, '-0', '-0'), (3, 1, 1), (4, -1.5, -1.5), (5, 3.3, 3.3), (6, 0.1, 0.1),
    (7, 1e-3, 1e-3), (8, 9.999e-4, 9.999e-4), (9, 1e-7, 1e-7), (10, 9999999, 9999999), (11, 1e7, 1e7),
    (12, 1.5e7, 12345678.9), (13, 1e21, 1e21), (14, 16777216, 9007199254740993), (15, 1e-45, 5e-324),
    (16, 3.4028235e38, 1.7976931348623157e308), (17, 2.3e-38, 2.2250738585072014e-308),
    (18, 'NaN', 'NaN'), (19, 'Infinity', 'Infinity'), (20, '-Infinity', '-Infinity'),
    (21, 2e-3, 2e-3), (22, 8.5e-44, 4.9e-320), (23, 3.3e33, 2e22), (24, 1.0e10, 2e-323), (25, 33554432, 2.0e-3),
    (26, 100, 100), (27, 123456.789, 123456.789), (28, 9.8e-45, 1e16), (29, 8.41e21, 8.41e20),
    (30, 2.0e10, 4.35e17), (31, 5.0e-5, 6.0221408e23), (32, NULL, NULL);

INSERT INTO numerics VALUES
    (1, 0, 0, 0, 0, 0, 0), (2, 9, 9, 9, 9, 0.009, 9), (3, 1234.5, 12345, 1234.5, 1234.5, 0.5, 1234.5),
    (4, -1.5, -1, -1.5, -1.5, -0.128, -1.5), (5, 1.27, 127, 1.27, 1.27, 0.127, 1.27),
    (6, 1.28, 128, 1.28, 1.28, 0.128, 1.28), (7, -1.28, -128, -1.28, -1.28, -0.129, -1.28),
    (8, -1.29, -129, -1.29, -1.29, 0.999, -1.29), (9, 9999.99, 99999, 9999999999999999999999999999.9999999999,
    99999999999999999999999999999999999999999999999999.99999999999999999999999999999999999999999999999999,
    -0.999, 99999999999999999999999999999999999999999999999999.9999999999999999999999999),
    (10, -9999.99, -99999, -9999999999999999999999999999.9999999999,
    -0.00000000000000000000000000000000000000000000000001,
    0.001, 0.00000000000000000000000000000000000000000000000001),
    (11, 0.01, 256, 0.0000000001, 1e49, 0.001, 10.1111), (12, 0.1, 255, 0.1, 0.1, 0.1, 100.00),
    (13, 327.67, 32767, 100, 100, 0, 1e30), (14, 327.68, 32768, 1e27, 100, 0, 1.50),
    (15, -327.68, -32768, 0, 0, 0, 0.00),
    (16, 0, 0, 0, 0, 0, -0.0), (17, 0, 0, 0, 0, 0, 1e-30), (18, 0, 0, 0, 0, 0, 1000000), (19, 0, 0, 0, 0, 0, 1e100),
    (20, 0, 0, 0, 0, 0, 120e3), (21, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO scales VALUES (1, 0.00012), (2, -0.00099), (3, 0), (4, NULL);

INSERT INTO moneys VALUES
    (1, '1234.11'), (2, '-0.05'), (3, '0'), (4, '92233720368547758.07'), (5, '-92233720368547758.08'),
    (6, '1.00'), (7, '1234567.89'), (8, '-1234567.89'), (9, NULL);

INSERT INTO booleans VALUES (1, true), (2, false), (3, NULL);

INSERT INTO texts VALUES
    (1, 'a', 'ab', 'ab ', 'ab', 'ab', 'ab', 'a', 'Ab'),
    (2, '', '', '', '', '', '', '', ''),
    (3, 'é', 'éé', '  ', ' b ', ' c ', ' d ', '\', ' '),
    (4, '😀', '😀', '😀😀', 'ж漢字é', 'ж', E'quote " back \\ slash / apostrophe '' angle <&>', E'\\200', 'É'),
    (5, '"', '\', E'\t', E'\n', E'\r\n', E'\b\f\n\r\t\x0b\x01\x1f\x7f', E'\\377', E'\x02'),
    (6, 'x', 'null', 'NULL', '{}', '[1]', E'\u0080\u009f\u00a0\u2028\u2029\ufeff\ufffd\ue000\uffff', '1', 'true'),
    (7, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL),
    (8, 'x', 'x', 'x', 'x', 'x', repeat('0123456789é', 20), 'x', 'x');

INSERT INTO names VALUES (1, 'a name'), (2, NULL);

INSERT INTO printed VALUES
    (1, 'A0EEBC99-9C0B-4EF8-BB6D-6BB9BD380A11', '<a b="c">d &amp; e</a>', '192.168.2.0/12', '192.168.100.128/25',
    '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05', 'Top.Science.Astronomy', '978-0-393-04002-9', 'a fat  cat''s hat'),
    (2, '00000000-0000-0000-0000-000000000000', 'text and <b/>', '10.0.0.1', '10', '08-00-2B-01-02-03',
    '08:00:2b:01:02:03', 'A', '0-393-04002-X', 'fat:2A,4 cat:3C'),
    (3, 'ffffffffffffffffffffffffffffffff', '<?xml version="1.0"?><é/>', '::1', '2001:4f8:3:ba::/64', '0800.2b01.0203',
    'ffff.ffff.ffff.ffff', '', '9780393040029', ''),
    (4, NULL, '', '2001:4f8:3:ba:2e0:81ff:fe22:d1f1/64', '::ffff:1.2.3.0/120', NULL, NULL, NULL, NULL, NULL),
    (5, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, $$'it''s' 'back\\slash' 'ünï':1 '"q"'$$);

INSERT INTO documents VALUES
    (1, '{"b":1,  "a": [1, 2.50, 1e2, true, null], "b": 2}', '{"b":1,  "a": [1, 2.50, 1e2, true, null], "b": 2}',
    'a=>1, "b c"=>NULL'),
    (2, 'null', 'null', ''),
    (3, ' "text é \u00e9 \" \n" ', '"text é \u00e9 \" \n"', '"q\"uote"=>"back\\slash", "é"=>"😀", e=>""'),
    (4, E'{\n\t"lines": []\n}', '[]', 'k=>"a, b=>c", "{"=>"}"'),
    (5, '"\u0000 \ud800"', '12345678901234567890.123456789012345678901234567890', E'"new\nline"=>"tab\t"'),
    (6, '1.0', '{}', 'NULL=>"NULL", null=>NULL'),
    (7, NULL, NULL, NULL);

INSERT INTO enums VALUES (1, 'sad'), (2, 'so so'), (3, 'Glücklich'), (4, NULL);

INSERT INTO domains VALUES
    (1, 12.3, 12.3, 12.3, 7, 'ab', '2016-11-04', '2016-11-04 13:51:30.123456', B'101'),
    (2, -0.01, -0.01, 100.00, -1, '', '1969-12-31', '1969-12-31 23:59:59.999', B'000'),
    (3, NULL, NULL, NULL, 0, NULL, NULL, NULL, NULL);

INSERT INTO ranges VALUES
    (1, '[1,5)', '(1,5]', '[1.50,2)', '["2019-03-31 15:30:00",infinity)',
    '["2019-03-31 15:30:00+02","2019-04-01 00:00:00Z")', '[2019-03-31,2019-04-05]'),
    (2, 'empty', '(,)', '(,5.0]', '(-infinity,"2000-01-01 00:00:00.123456"]', '(,"2019-03-31 15:30:00.5Z"]',
    '(,2000-01-01)'),
    (3, '[-2147483648,2147483647)', '[-9223372036854775808,9223372036854775807)', '[NaN,NaN]',
    '("0044-03-15 12:00 BC",)', '[-infinity,infinity]', '["0044-03-15 BC",infinity)'),
    (4, NULL, NULL, NULL, NULL, NULL, NULL);

INSERT INTO bytes VALUES
    (1, '\x010203'), (2, ''), (3, '\x00'), (4, '\xff'), (5, '\xfbff'), (6, 'text'), (7, '\x00deadbeef00'),
    (8, decode(repeat('000102030405060708090a0b0c0d0e0f', 10), 'hex')), (9, NULL);

INSERT INTO bits VALUES
    (1, B'1', B'101', B'00000001', B'100000000', B'0000000000000001', B'1' || repeat('0', 69)::varbit, B'1', B'1',
    B'1'),
    (2, B'0', B'000', B'10000000', B'000000001', B'1000000000000000', repeat('01', 35)::varbit, B'0', B'0000000001',
    B'10'),
    (3, B'1', B'001', B'11111111', B'011111111', B'0000000100000000', repeat('0', 70)::varbit, B'0', B'', B''),
    (4, B'1', B'100', B'00000000', B'111111111', B'1111111111111111', repeat('1', 70)::varbit, B'1', B'1111111111',
    B'110000000000000001'),
    (5, B'0', B'110', B'01010101', B'010101010', B'0101010101010101', repeat('0', 69)::varbit || B'1', B'1',
    B'0100000000', B'00000000'),
    (6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);

INSERT INTO dates VALUES
    (1, '2016-11-04'), (2, '1970-01-01'), (3, '1969-12-31'), (4, '2000-02-29'), (5, '1900-03-01'), (6, '1582-10-15'),
    (7, '1582-10-14'), (8, '1000-01-01'), (9, '0001-01-01'), (10, '0001-12-31 BC'), (11, '0044-03-15 BC'),
    (12, '9999-12-31'), (13, '10000-01-01'), (14, '12016-11-04'), (15, '4713-01-01 BC'), (16, '5874897-12-31'),
    (17, 'infinity'), (18, '-infinity'), (19, NULL), (20, '0004-02-29'), (21, '0005-02-28 BC'), (22, '294276-12-31');

INSERT INTO times VALUES
    (1, '13:51:30', '13:51:30', '13:51:30', '13:51:30', '13:51:30', '13:51:30'),
    (2, '13:51:30.123456', '13:51:30.123456', '13:51:30.123456', '13:51:30.123456', '13:51:30.123456',
    '13:51:30.123456'),
    (3, '00:00', '00:00', '00:00', '00:00', '00:00', '00:00'),
    (4, '24:00', '24:00', '24:00', '24:00', '24:00', '24:00'),
    (5, '23:59:59.999999', '23:59:59.999999', '23:59:59.999999', '23:59:59.999999', '23:59:59.999999',
    '23:59:59.999999'),
    (6, '00:00:00.000001', '00:00:01', '00:00:00.1', '00:00:00.001', '00:00:00.0001', '00:00:00.000001'),
    (7, NULL, NULL, NULL, NULL, NULL, NULL);

INSERT INTO zoned_times VALUES
    (1, '13:51:30.1+02', '13:51:30.1+02', '13:51:30.1+02', '13:51:30.1+02'),
    (2, '10:00:00Z', '10:00:00Z', '10:00:00Z', '10:00:00Z'),
    (3, '01:00:00+05:30', '23:00:00-05', '13:51:30.123456Z', '13:51:30.123456-11'),
    (4, '00:00Z', '00:00+14', '00:00-12', '12:34:56.000001+12:34'),
    (5, '23:59:59.999999Z', '23:59:59Z', '23:59:59.999Z', '23:59:59.999990Z'),
    (6, '10:00:30.12Z', '10:00Z', '10:00:00.010Z', '10:00:00.000010Z'),
    (7, NULL, NULL, NULL, NULL);

INSERT INTO timestamps SELECT n, t, t, t, t, t, t, t FROM (VALUES
    (1, timestamp '2016-11-04 13:51:30'), (2, '2016-11-04 13:51:30.123456'), (3, '1970-01-01 00:00:00'),
    (4, '1969-12-31 23:59:59.999999'), (5, '1970-01-01 00:00:00.000001'), (6, '1969-12-31 23:59:59.5'),
    (7, '1900-01-01 00:00:00'), (8, '1582-10-15 00:00:00'), (9, '1582-10-14 23:59:59.999999'),
    (10, '0001-01-01 00:00:00'), (11, '0001-12-31 23:59:59 BC'), (12, '0044-03-15 12:00:00.25 BC'),
    (13, '9999-12-31 23:59:59.999999'), (14, '10000-01-01 00:00:00'), (15, '12016-11-04 13:51:30.123456'),
    (16, '4713-01-01 00:00:00 BC'), (17, '294276-12-31 23:59:59.4'), (18, 'infinity'), (19, '-infinity'),
    (20, '2016-03-27 02:30:00'), (21, '2011-12-30 12:00:00'), (22, NULL)) AS v (n, t);

INSERT INTO zoned_timestamps SELECT n, t, t, t, t, t, t, t FROM (VALUES
    (1, timestamptz '2016-11-04 13:51:30+02'), (2, '2016-11-04 13:51:30.123456+02'), (3, '1970-01-01 00:00:00Z'),
    (4, '1969-12-31 23:59:59.999999Z'), (5, '1970-01-01 00:00:00.000001Z'), (6, '2016-11-04 13:51:30.12Z'),
    (7, '1900-01-01 00:00:00Z'), (8, '1582-10-15 00:00:00Z'), (9, '1582-10-14 23:59:59.999999Z'),
    (10, '0001-01-01 00:00:00Z'), (11, '0001-12-31 23:59:59Z BC'), (12, '0044-03-15 12:00:00.25Z BC'),
    (13, '9999-12-31 23:59:59.999999Z'), (14, '10000-01-01 00:00:00Z'), (15, '12016-11-04 13:51:30.123456Z'),
    (16, '4713-01-01 00:00:00Z BC'), (17, '294276-12-31 23:59:59.4Z'), (18, 'infinity'), (19, '-infinity'),
    (20, '2016-11-04 13:51:30.1+05:30'), (21, '0001-01-01 00:00:00+14'), (22, NULL)) AS v (n, t);

INSERT INTO intervals SELECT n, i, i, i, i FROM (VALUES
    (1, interval '1 year 2 mons 3 days 04:05:06.78'), (2, '-1 year 2 days -04:00:00.5'), (3, '0'), (4, '1 month'),
    (5, '-1 month'), (6, '1 day'), (7, '25:00:00'), (8, '00:00:00.000001'), (9, '-00:00:00.000001'), (10, '13 months'),
    (11, '1 mon -1 day 00:00:01'), (12, '178000000 years'), (13, '-178000000 years'), (14, '2147483647:00:54.775807'),
    (15, '100000 years'), (16, '7 months 1.123456 seconds'), (17, NULL)) AS v (n, i);

INSERT INTO points VALUES
    (1, '(1,2.5)'), (2, '(-1e300,1e-300)'), (3, '(NaN,Infinity)'), (4, '(0,-0)'), (5, '(1e21,3.3)'), (6, NULL);

INSERT INTO generated (id, a, note) VALUES (1, 2, 'x'), (2, NULL, NULL);
UPDATE generated SET a = 3 WHERE id = 1;
