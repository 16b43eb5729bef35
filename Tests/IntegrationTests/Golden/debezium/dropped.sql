-- Types that the connector has no conversion for: it leaves the column out of rows and keys.
CREATE TYPE pair AS (a int, b text);
CREATE TYPE floatrange AS RANGE (subtype = float8);
CREATE DOMAIN price AS numeric(10,2);
CREATE TABLE geometry (
    id int PRIMARY KEY, line line, lseg lseg, box box, path path, polygon polygon, circle circle, last text
);
CREATE TABLE others (
    id int PRIMARY KEY, pair pair, multirange int4multirange, range floatrange, lsn pg_lsn, query tsquery,
    path jsonpath, xid xid, xid8 xid8, cid cid, tid tid, snapshot pg_snapshot, class regclass, type regtype,
    proc regproc, role regrole, last text
);
CREATE TABLE arrays (
    id int PRIMARY KEY, money money[], interval interval[], name name[], varbit varbit[], xml xml[], point point[],
    box box[], pair pair[], multirange int4multirange[], range floatrange[], lsn pg_lsn[], query tsquery[],
    xid xid[], type regtype[], domain price[], last text
);
CREATE TABLE required (id int PRIMARY KEY, box box NOT NULL, lsn pg_lsn NOT NULL DEFAULT '0/1', n int);
CREATE TABLE nothing_else (box box);
CREATE TABLE only_key (lsn pg_lsn PRIMARY KEY, n int);
CREATE TABLE half_key (lsn pg_lsn, a int, b text, PRIMARY KEY (lsn, a));
CREATE TABLE half_key_full (lsn pg_lsn, a int, b text, PRIMARY KEY (lsn, a));
ALTER TABLE half_key_full REPLICA IDENTITY FULL;
-- stream
INSERT INTO geometry VALUES
    (1, '{1,2,3}', '[(1,1),(0,0)]', '((1,1),(0,0))', '[(1,1),(0,0)]', '((1,1),(0,0))', '<(1,1),2>', 'a'),
    (2, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
UPDATE geometry SET last = 'b', box = NULL;
UPDATE geometry SET circle = NULL;
DELETE FROM geometry;
INSERT INTO others VALUES
    (1, '(1,z)', '{[1,2)}', '[1,2)', '0/1', 'a & b', '$.a', '1', '2', '3', '(0,1)', '1:2:', 'pg_class', 'int4', 'now',
    'postgres', 'a');
DELETE FROM others;
INSERT INTO arrays VALUES
    (1, '{1.00}', '{1 day}', '{a}', '{1,101}', '{<a/>}', '{"(1,2)"}', '{(1,1),(0,0)}', '{"(1,z)"}', '{"{[1,2)}"}',
    '{"[1,2)"}', '{0/1}', '{a}', '{1}', '{int4}', '{1.50}', 'a');
DELETE FROM arrays;
INSERT INTO required VALUES (1, '((1,1),(0,0))', '0/1', 1);
UPDATE required SET id = 2;
DELETE FROM required;
INSERT INTO nothing_else VALUES ('((1,1),(0,0))'), (NULL);
INSERT INTO only_key VALUES ('0/1', 1);
UPDATE only_key SET n = 2;
UPDATE only_key SET lsn = '0/2';
DELETE FROM only_key;
INSERT INTO half_key VALUES ('0/1', 1, 'x');
UPDATE half_key SET b = 'y';
UPDATE half_key SET lsn = '0/2';
UPDATE half_key SET a = 2;
DELETE FROM half_key;
INSERT INTO half_key_full VALUES ('0/1', 1, 'x');
UPDATE half_key_full SET lsn = '0/2';
DELETE FROM half_key_full;
