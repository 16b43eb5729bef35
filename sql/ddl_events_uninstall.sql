-- Takes away what ddl_events.sql made, and the schema walbrook if nothing else is in it. Needs a superuser.
--
--     psql -d postgres://superuser@host/shop -f sql/ddl_events_uninstall.sql

\set ON_ERROR_STOP on
BEGIN;
SET LOCAL client_min_messages = warning;

DROP EVENT TRIGGER IF EXISTS walbrook_ddl;
DROP EVENT TRIGGER IF EXISTS walbrook_drop;
DROP FUNCTION IF EXISTS walbrook.on_ddl(), walbrook.on_drop(), walbrook.write_ddl(jsonb), walbrook.ddl_event(text, jsonb),
    walbrook.is_ddl_object(text, text), walbrook.ddl_events_version();
DROP SEQUENCE IF EXISTS walbrook.ddl_order;

DO $$
BEGIN
    -- Without CASCADE: whatever else is in it, stays, and with it the schema.
    DROP SCHEMA IF EXISTS walbrook;
EXCEPTION WHEN dependent_objects_still_exist THEN
    NULL;
END
$$;

COMMIT;
