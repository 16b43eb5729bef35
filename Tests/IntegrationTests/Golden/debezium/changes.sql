-- Inserts, updates and deletes under every replica identity, and with every kind of key.
CREATE TABLE by_default (id int PRIMARY KEY, a int NOT NULL, b text, c text NOT NULL);
CREATE TABLE by_full (id int PRIMARY KEY, a int NOT NULL, b text, c text NOT NULL);
ALTER TABLE by_full REPLICA IDENTITY FULL;
CREATE TABLE by_index (id int PRIMARY KEY, a int NOT NULL, b text, c text NOT NULL);
CREATE UNIQUE INDEX by_index_c ON by_index (c);
ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_c;
-- Updates and deletes are refused here.
CREATE TABLE by_nothing (id int PRIMARY KEY, a int NOT NULL, b text);
ALTER TABLE by_nothing REPLICA IDENTITY NOTHING;

-- In the key, the order of the index; in the row, that of the table.
CREATE TABLE composite (a int, b text, c int, PRIMARY KEY (b, a));
CREATE TABLE composite_full (a int, b text, c int, PRIMARY KEY (b, a));
ALTER TABLE composite_full REPLICA IDENTITY FULL;
CREATE TABLE all_key (a int, b int, PRIMARY KEY (a, b));

CREATE TABLE keyless (a int, b text);
CREATE TABLE keyless_full (a int, b text NOT NULL);
ALTER TABLE keyless_full REPLICA IDENTITY FULL;

-- Without a primary key, but with unique indexes of several kinds.
CREATE TABLE unique_index (b text NOT NULL, a int NOT NULL, c int);
CREATE UNIQUE INDEX unique_index_a ON unique_index (a);
ALTER TABLE unique_index REPLICA IDENTITY USING INDEX unique_index_a;
CREATE TABLE unique_only (b text NOT NULL, a int NOT NULL, c int);
CREATE UNIQUE INDEX unique_only_ab ON unique_only (a, b);
CREATE TABLE unique_full (b text NOT NULL, a int NOT NULL, c int);
CREATE UNIQUE INDEX unique_full_ab ON unique_full (a, b);
ALTER TABLE unique_full REPLICA IDENTITY FULL;
CREATE TABLE unique_two (b int NOT NULL, a int NOT NULL, c int);
CREATE UNIQUE INDEX unique_two_z ON unique_two (a);
CREATE UNIQUE INDEX unique_two_y ON unique_two (b);
ALTER TABLE unique_two REPLICA IDENTITY FULL;
CREATE TABLE unique_nullable (a int, b int);
CREATE UNIQUE INDEX unique_nullable_a ON unique_nullable (a);
ALTER TABLE unique_nullable REPLICA IDENTITY FULL;
CREATE TABLE unique_expression (a int NOT NULL, b text);
CREATE UNIQUE INDEX unique_expression_b ON unique_expression (lower(b));
ALTER TABLE unique_expression REPLICA IDENTITY FULL;
CREATE TABLE unique_partial (a int NOT NULL, b text);
CREATE UNIQUE INDEX unique_partial_a ON unique_partial (a) WHERE b IS NOT NULL;
ALTER TABLE unique_partial REPLICA IDENTITY FULL;

-- Keys of other types than integer.
CREATE TYPE mood AS ENUM ('sad', 'glad');
CREATE TABLE odd_keys (
    t text, n numeric(6,2), f numeric, d date, ts timestamptz, u uuid, b bytea, e mood, bits bit(3), v int,
    PRIMARY KEY (t, n, f, d, ts, u, b, e, bits)
);
-- stream
INSERT INTO by_default VALUES (1, 10, 'one', 'x'), (2, 20, NULL, 'y');
UPDATE by_default SET b = 'changed' WHERE id = 1;
UPDATE by_default SET b = b WHERE id = 1;
UPDATE by_default SET id = 3 WHERE id = 1;
UPDATE by_default SET id = 4, b = 'both' WHERE id = 3;
DELETE FROM by_default;

INSERT INTO by_full VALUES (1, 10, 'one', 'x'), (2, 20, NULL, 'y');
UPDATE by_full SET b = 'changed' WHERE id = 1;
UPDATE by_full SET b = b WHERE id = 1;
UPDATE by_full SET id = 3 WHERE id = 1;
UPDATE by_full SET id = 4, b = 'both' WHERE id = 3;
DELETE FROM by_full;

INSERT INTO by_index VALUES (1, 10, 'one', 'x'), (2, 20, NULL, 'y');
UPDATE by_index SET b = 'changed' WHERE id = 1;
UPDATE by_index SET c = 'z' WHERE id = 1;
UPDATE by_index SET id = 3 WHERE id = 1;
UPDATE by_index SET id = 4, c = 'zz' WHERE id = 3;
DELETE FROM by_index;

INSERT INTO by_nothing VALUES (1, 10, 'one');

INSERT INTO composite VALUES (1, 'x', 1), (2, 'y', NULL);
UPDATE composite SET c = 2 WHERE a = 1;
UPDATE composite SET a = 3 WHERE a = 1;
UPDATE composite SET b = 'z' WHERE a = 3;
DELETE FROM composite;
INSERT INTO composite_full VALUES (1, 'x', 1);
UPDATE composite_full SET c = 2;
UPDATE composite_full SET b = 'y';
DELETE FROM composite_full;
INSERT INTO all_key VALUES (1, 2);
UPDATE all_key SET a = 1;
UPDATE all_key SET a = 2;
DELETE FROM all_key;

INSERT INTO keyless VALUES (1, 'x'), (NULL, NULL);
INSERT INTO keyless_full VALUES (1, 'x'), (NULL, 'y');
UPDATE keyless_full SET b = 'z' WHERE a = 1;
UPDATE keyless_full SET a = 2 WHERE a = 1;
DELETE FROM keyless_full;

INSERT INTO unique_index VALUES ('x', 1, 1);
UPDATE unique_index SET c = 2;
UPDATE unique_index SET a = 2;
DELETE FROM unique_index;
INSERT INTO unique_only VALUES ('x', 1, 1);
INSERT INTO unique_full VALUES ('x', 1, 1);
UPDATE unique_full SET c = 2;
UPDATE unique_full SET a = 2;
DELETE FROM unique_full;
INSERT INTO unique_two VALUES (1, 2, 3);
UPDATE unique_two SET a = 4;
UPDATE unique_two SET b = 5;
DELETE FROM unique_two;
INSERT INTO unique_nullable VALUES (1, 2), (NULL, 3);
UPDATE unique_nullable SET a = 4 WHERE a = 1;
DELETE FROM unique_nullable;
INSERT INTO unique_expression VALUES (1, 'A');
UPDATE unique_expression SET b = 'B';
DELETE FROM unique_expression;
INSERT INTO unique_partial VALUES (1, 'A');
UPDATE unique_partial SET a = 2;
DELETE FROM unique_partial;

INSERT INTO odd_keys VALUES ('é😀"', 1.5, 1.50, '2016-11-04', '2016-11-04 10:00Z',
    'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', '\x0102', 'glad', B'101', 1);
UPDATE odd_keys SET v = 2;
UPDATE odd_keys SET e = 'sad';
DELETE FROM odd_keys;

-- One transaction, and what is taken back in it.
BEGIN;
INSERT INTO by_default VALUES (10, 1, 'a', 'b');
SAVEPOINT s;
INSERT INTO by_default VALUES (11, 1, 'a', 'b');
ROLLBACK TO s;
UPDATE by_default SET a = 2 WHERE id = 10;
DELETE FROM by_default WHERE id = 10;
INSERT INTO by_default VALUES (10, 3, 'c', 'd');
COMMIT;
BEGIN;
INSERT INTO by_default VALUES (12, 1, 'a', 'b');
ROLLBACK;
INSERT INTO by_default VALUES (10, 4, 'e', 'f') ON CONFLICT (id) DO UPDATE SET a = excluded.a;
INSERT INTO by_default SELECT n, n, NULL, 'many' FROM generate_series(20, 22) AS n;
