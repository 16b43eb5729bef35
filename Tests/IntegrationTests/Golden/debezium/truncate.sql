-- TRUNCATE of one table and of several, with all its options. By default the connector says nothing of them.
-- config: skipped.operations=none
CREATE TABLE a (id int PRIMARY KEY);
CREATE TABLE b (id serial PRIMARY KEY);
CREATE TABLE c (id int PRIMARY KEY, a int REFERENCES a);
CREATE TABLE d (id int);
CREATE SCHEMA other;
CREATE TABLE other.e (id int PRIMARY KEY);
CREATE TABLE partitioned (id int PRIMARY KEY) PARTITION BY RANGE (id);
CREATE TABLE partition_1 PARTITION OF partitioned FOR VALUES FROM (0) TO (10);
CREATE TABLE partition_2 PARTITION OF partitioned FOR VALUES FROM (10) TO (20);
CREATE TABLE parent (id int PRIMARY KEY);
CREATE TABLE child () INHERITS (parent);
-- stream
INSERT INTO b VALUES (1);
TRUNCATE b;
TRUNCATE b RESTART IDENTITY;
TRUNCATE a CASCADE;
TRUNCATE other.e, d, b, a, c RESTART IDENTITY CASCADE;
BEGIN;
INSERT INTO b VALUES (1);
TRUNCATE b, d;
INSERT INTO b VALUES (2);
COMMIT;
TRUNCATE partitioned;
TRUNCATE partition_2;
TRUNCATE parent;
TRUNCATE ONLY parent;
BEGIN;
TRUNCATE a, c;
ROLLBACK;
