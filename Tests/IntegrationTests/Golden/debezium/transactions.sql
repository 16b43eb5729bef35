-- Begin and end of transactions, and the counts in between.
-- config: provide.transaction.metadata=true
CREATE TABLE a (id int PRIMARY KEY, n int);
CREATE TABLE b (id int PRIMARY KEY, n int);
CREATE TABLE "Odd Name""s" (id int PRIMARY KEY);
CREATE SCHEMA other;
CREATE TABLE other.c (id int PRIMARY KEY);
-- stream
INSERT INTO a VALUES (1, 1);
BEGIN;
INSERT INTO a VALUES (2, 1);
INSERT INTO b VALUES (1, 1), (2, 1);
INSERT INTO other.c VALUES (1);
INSERT INTO "Odd Name""s" VALUES (1);
UPDATE a SET n = 2;
COMMIT;
BEGIN;
UPDATE a SET id = 3 WHERE id = 2;
DELETE FROM b WHERE id = 1;
COMMIT;
BEGIN;
TRUNCATE a, b;
INSERT INTO a VALUES (4, 4);
COMMIT;
-- The connector skips TRUNCATE by default, but not the transaction around it.
TRUNCATE b;
-- Nothing, taken back, and nothing that is published.
BEGIN;
COMMIT;
BEGIN;
INSERT INTO a VALUES (5, 5);
ROLLBACK;
BEGIN;
INSERT INTO a VALUES (6, 6);
SAVEPOINT s;
INSERT INTO a VALUES (7, 7);
ROLLBACK TO s;
INSERT INTO b VALUES (8, 8);
COMMIT;
CREATE TABLE made_in_passing (id int PRIMARY KEY);
INSERT INTO made_in_passing VALUES (1);
SELECT pg_logical_emit_message(true, 'alone', 'content');
SELECT pg_logical_emit_message(false, 'outside', 'content');
BEGIN;
INSERT INTO a VALUES (9, 9);
SELECT pg_logical_emit_message(true, 'inside', 'content');
SELECT pg_logical_emit_message(false, 'before', 'content');
INSERT INTO a VALUES (10, 10);
COMMIT;
