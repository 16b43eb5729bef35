-- Changes of definitions as events: CREATE, ALTER, RENAME and DROP of tables, columns, types and indexes.
--
--     psql -d postgres://superuser@host/shop -f sql/ddl_events.sql
--
-- Two event triggers write a transactional logical message with the prefix walbrook.ddl, of which `walbrook stream` makes
-- a `ddl` event at its place among the rows of its transaction. Needs a superuser, and PostgreSQL 14 or newer for the
-- stream to carry it. Run it again after an upgrade of Walbrook; ddl_events_uninstall.sql takes it all away.
--
-- The text of the command is left out, because it holds literals. To have it:
--
--     ALTER DATABASE shop SET walbrook.ddl_text = on;
--
-- Nothing here can make a user's command fail: an error becomes a warning, and the event is missing.

\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;

CREATE SCHEMA IF NOT EXISTS walbrook;

DO $$
BEGIN
    IF current_setting('server_version_num')::int < 140000 THEN
        RAISE WARNING 'before PostgreSQL 14, logical replication does not carry messages: no ddl events will come';
    END IF;
END
$$;

CREATE OR REPLACE FUNCTION walbrook.ddl_events_version() RETURNS int
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
    AS 'SELECT 2';
COMMENT ON FUNCTION walbrook.ddl_events_version() IS 'Version of ddl_events.sql.';

-- What an event holds. One function, so that every way to the stream carries the same.
CREATE OR REPLACE FUNCTION walbrook.ddl_event(tag text, objects jsonb) RETURNS jsonb
    LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
    AS $$
SELECT jsonb_build_object('tag', tag, 'objects', objects)
    || CASE WHEN lower(current_setting('walbrook.ddl_text', true)) IN ('on', 'true', 'yes', '1')
            THEN jsonb_build_object('command', current_query()) ELSE '{}' END
$$;
COMMENT ON FUNCTION walbrook.ddl_event(text, jsonb) IS 'The JSON of a ddl event.';

-- Written to, never read: see below.
CREATE SEQUENCE IF NOT EXISTS walbrook.ddl_order;

-- Sends an event to the stream: as a message in the log, and through walbrook.capture_ddl(jsonb) where there is one.
CREATE OR REPLACE FUNCTION walbrook.write_ddl(event jsonb) RETURNS void
    LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
    AS $$
BEGIN
    PERFORM pg_catalog.pg_logical_emit_message(true, 'walbrook.ddl', event::text);
    -- To decoding, a message stands where its record in the log ends, and a row where its record begins. With a savepoint
    -- between them the two could change places, if nothing lay between. No decoding knows of this record.
    PERFORM pg_catalog.setval('walbrook.ddl_order', 1);
    IF pg_catalog.to_regprocedure('walbrook.capture_ddl(jsonb)') IS NOT NULL THEN
        EXECUTE 'SELECT walbrook.capture_ddl($1)' USING event;
    END IF;
END
$$;
COMMENT ON FUNCTION walbrook.write_ddl(jsonb) IS 'Sends a ddl event to the stream.';

-- The kinds of objects that events are about.
CREATE OR REPLACE FUNCTION walbrook.is_ddl_object(kind text, namespace text) RETURNS boolean
    LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp
    AS $$
SELECT kind IN ('table', 'table column', 'foreign table', 'foreign table column', 'index', 'type', 'domain',
                'composite type', 'composite type column')
   AND coalesce(namespace, '') !~ '^pg_(temp|toast)' AND coalesce(namespace, '') <> 'walbrook'
$$;

-- As their owner, because whoever runs DDL may neither use this schema nor, perhaps, write messages. The search path ends
-- with pg_temp, because otherwise it begins with it, and there anybody can make a type named jsonb.
CREATE OR REPLACE FUNCTION walbrook.on_ddl() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    objects jsonb;
BEGIN
    SELECT jsonb_agg(object ORDER BY place) INTO objects FROM (
        SELECT jsonb_build_object('type', object_type, 'schema', schema_name, 'identity', object_identity) AS object,
               min(ordinality) AS place
          FROM pg_catalog.pg_event_trigger_ddl_commands() WITH ORDINALITY
         WHERE NOT in_extension AND command_tag ~ '^(CREATE|ALTER|SELECT INTO)'
           AND walbrook.is_ddl_object(object_type, schema_name)
         GROUP BY 1) AS touched;
    IF objects IS NOT NULL THEN
        PERFORM walbrook.write_ddl(walbrook.ddl_event(tg_tag, objects));
    END IF;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'walbrook: no event of % was written: %', tg_tag, sqlerrm;
END
$$;

-- Only what was named, or depends on that as an object of its own: not the row types, arrays and indexes of dropped tables.
CREATE OR REPLACE FUNCTION walbrook.on_drop() RETURNS event_trigger
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
DECLARE
    objects jsonb;
BEGIN
    SELECT jsonb_agg(jsonb_build_object('type', object_type, 'schema', schema_name, 'identity', object_identity,
                                        'dropped', true) ORDER BY ordinality) INTO objects
      FROM pg_catalog.pg_event_trigger_dropped_objects() WITH ORDINALITY
     WHERE (original OR normal) AND NOT is_temporary AND walbrook.is_ddl_object(object_type, schema_name)
       -- What an extension takes along is its own affair; a user's column of its type is not.
       AND (tg_tag NOT LIKE '%EXTENSION' OR object_type LIKE '%column');
    IF objects IS NOT NULL THEN
        PERFORM walbrook.write_ddl(walbrook.ddl_event(tg_tag, objects));
    END IF;
EXCEPTION WHEN OTHERS THEN
    RAISE WARNING 'walbrook: no event of % was written: %', tg_tag, sqlerrm;
END
$$;

DROP EVENT TRIGGER IF EXISTS walbrook_ddl;
CREATE EVENT TRIGGER walbrook_ddl ON ddl_command_end EXECUTE FUNCTION walbrook.on_ddl();
ALTER EVENT TRIGGER walbrook_ddl ENABLE ALWAYS;

DROP EVENT TRIGGER IF EXISTS walbrook_drop;
CREATE EVENT TRIGGER walbrook_drop ON sql_drop EXECUTE FUNCTION walbrook.on_drop();
ALTER EVENT TRIGGER walbrook_drop ENABLE ALWAYS;

-- Event triggers call these; nobody else has to.
REVOKE ALL ON FUNCTION walbrook.on_ddl(), walbrook.on_drop() FROM PUBLIC;

COMMIT;
