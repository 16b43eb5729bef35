-- The publication and the slot that `walbrook stream --no-create` reads.
--
--     psql -d postgres://superuser@host/shop -f sql/publication.sql
--     psql -d postgres://owner@host/shop -v tables='public.orders, public.items' -f sql/publication.sql
--
-- Publishing a table without a replica identity makes the server refuse its UPDATE and DELETE. If there is one, nothing is
-- made, and the lines that mend it are printed.
--
-- Variables: publication, slot (both default to walbrook), and tables, a list with commas between, as in SQL. Without it
-- all tables are published, now and later, which needs a superuser; with it, a role that owns the tables, may CREATE in the
-- database, and has REPLICATION for the slot.
--
-- A slot that nobody reads holds the server's log for ever: SELECT pg_drop_replication_slot('walbrook');

\set ON_ERROR_STOP on
\if :{?publication}
\else
  \set publication walbrook
\endif
\if :{?slot}
\else
  \set slot walbrook
\endif
\if :{?tables}
  \set target 'TABLE ' :tables
  -- Under the names of its partitions, nothing would come of a table that is asked for by its own.
  \set via_root true
\else
  \set target 'ALL TABLES'
  \set via_root false
\endif

SELECT NOT EXISTS (SELECT FROM pg_publication WHERE pubname = :'publication') AS is_new \gset
BEGIN;
\if :is_new
  CREATE PUBLICATION :"publication" FOR :target
      WITH (publish = 'insert, update, delete, truncate', publish_via_partition_root = :via_root);
\endif

-- Nobody else sees it yet. A primary key counts only if it is valid and not deferrable.
SELECT count(*) > 0 AS is_unfit,
       string_agg(format('ALTER TABLE %s REPLICA IDENTITY FULL;', c.oid::regclass), E'\n' ORDER BY c.oid::regclass::text)
           AS remedy
  FROM pg_class c
 WHERE c.relkind = 'r'
   AND c.oid IN (SELECT coalesce(leaf.relid, listed.relid)
                   FROM pg_publication_tables p,
                        LATERAL (SELECT format('%I.%I', schemaname, tablename)::regclass AS relid) AS listed
                        LEFT JOIN LATERAL pg_partition_tree(listed.relid) AS leaf ON true
                  WHERE p.pubname = :'publication')
   AND c.relreplident <> 'f'
   AND NOT EXISTS (
       SELECT FROM pg_index i
        WHERE i.indrelid = c.oid AND i.indisvalid AND i.indimmediate
          AND CASE c.relreplident WHEN 'd' THEN i.indisprimary WHEN 'i' THEN i.indisreplident ELSE false END) \gset
\if :is_unfit
  ROLLBACK;
  \warn 'Nothing was made: UPDATE and DELETE would fail for tables without a replica identity.'
  \warn 'Give each a primary key, or run:'
  \warn :remedy
  DO $$ BEGIN RAISE EXCEPTION 'there are tables without a replica identity'; END $$;
\endif
COMMIT;

-- The slot after the publication: it cannot decode what was written when there was none.
SELECT pg_create_logical_replication_slot(:'slot', 'pgoutput') AS slot
 WHERE NOT EXISTS (SELECT FROM pg_replication_slots WHERE slot_name = :'slot');
