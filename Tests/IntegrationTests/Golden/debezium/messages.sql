-- Logical messages, before, in, between and after transactions.
CREATE TABLE t (id int PRIMARY KEY);
-- stream
SELECT pg_logical_emit_message(false, 'first', 'before any transaction');
SELECT pg_logical_emit_message(true, 'alone', 'in a transaction of its own');
BEGIN;
SELECT pg_logical_emit_message(true, 'begin', 'one');
INSERT INTO t VALUES (1);
SELECT pg_logical_emit_message(false, 'now', 'comes before its transaction');
SELECT pg_logical_emit_message(true, 'between', 'two');
INSERT INTO t VALUES (2);
SELECT pg_logical_emit_message(true, 'end', 'three');
COMMIT;
SELECT pg_logical_emit_message(false, 'later', 'between transactions');
BEGIN;
INSERT INTO t VALUES (3);
SELECT pg_logical_emit_message(true, 'lost', 'not this');
SELECT pg_logical_emit_message(false, 'kept', 'though taken back');
ROLLBACK;
SELECT pg_logical_emit_message(false, 'binary', '\x00ff010203fbfffe'::bytea);
SELECT pg_logical_emit_message(true, 'binary', '\xc3280a'::bytea);
SELECT pg_logical_emit_message(false, 'empty', '');
SELECT pg_logical_emit_message(true, '', 'empty prefix');
SELECT pg_logical_emit_message(true, 'prefix "quoted" é😀 \', 'é😀 {"json": true}');
INSERT INTO t VALUES (4);
