-- Removes what sql/capture.sql installed, with the triggers of all captured tables. What no stream has read is lost.
--
--   psql -d DATABASE -v ON_ERROR_STOP=1 -f sql/capture_uninstall.sql

begin;

set local client_min_messages = warning;
set local search_path = '';

do $$
declare
    captured regclass;
begin
    if to_regprocedure('walbrook.release(regclass)') is null then
        raise exception 'the capture is not installed in this database';
    end if;
    -- The trigger of a partition goes with that of its table.
    for captured in
        select tgrelid from pg_trigger where tgfoid = 'walbrook.capture_row()'::regprocedure and tgparentid = 0
    loop
        perform walbrook.release(captured);
    end loop;
    for captured in select tgrelid from pg_trigger where tgfoid = 'walbrook.capture_truncate()'::regprocedure loop
        execute format('drop trigger "00_walbrook_truncate" on %s', captured);
    end loop;
end $$;

drop function walbrook.capture_version(), walbrook.allow(regrole), walbrook.cover_partitions(),
    walbrook.release(regclass), walbrook.capture(regclass), walbrook.capture_ddl(jsonb),
    walbrook.changelog_message(text, text), walbrook.capture_truncate(), walbrook.capture_row(), walbrook.ring(),
    walbrook.layout_of(oid), walbrook.known_layout(oid);
drop table walbrook.progress, walbrook.batch, walbrook.changelog, walbrook.layout;

-- Unless something of somebody else is in it.
do $$
begin
    drop schema walbrook;
exception when dependent_objects_still_exist then
    raise warning 'the schema walbrook stays, because something else is in it';
end $$;

commit;
