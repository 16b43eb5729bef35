-- Partitioned tables, published as the partitions that hold the rows.
CREATE TABLE rooted (id int, region text, n int, PRIMARY KEY (region, id)) PARTITION BY LIST (region);
CREATE TABLE rooted_north PARTITION OF rooted FOR VALUES IN ('north');
-- Its columns are in another order.
CREATE TABLE rooted_south (n int, region text NOT NULL, id int NOT NULL);
ALTER TABLE rooted ATTACH PARTITION rooted_south FOR VALUES IN ('south');
CREATE TABLE rooted_rest PARTITION OF rooted DEFAULT PARTITION BY RANGE (id);
CREATE TABLE rooted_rest_low PARTITION OF rooted_rest FOR VALUES FROM (0) TO (100);
CREATE TABLE rooted_rest_full PARTITION OF rooted_rest FOR VALUES FROM (100) TO (200);
ALTER TABLE rooted_rest_full REPLICA IDENTITY FULL;
CREATE TABLE parent (id int PRIMARY KEY, n int);
CREATE TABLE child (extra text, PRIMARY KEY (id)) INHERITS (parent);
-- stream
INSERT INTO rooted VALUES (1, 'north', 1), (2, 'south', 1), (3, 'east', 1), (100, 'east', 1);
UPDATE rooted SET n = 2;
UPDATE rooted SET region = 'south' WHERE region = 'north';
UPDATE rooted SET id = id + 1 WHERE region = 'south';
UPDATE rooted SET id = 101 WHERE id = 100;
DELETE FROM rooted;
INSERT INTO child VALUES (1, 1, 'x');
UPDATE parent SET n = 2;
DELETE FROM parent;
TRUNCATE rooted;
TRUNCATE rooted_rest;
