-- Capture of changes by triggers, for servers where logical replication is not to be had.
--
--   psql -d DATABASE -v ON_ERROR_STOP=1 -f sql/capture.sql     installs it, or upgrades what is there
--   SELECT walbrook.capture('public.orders');                  a table, or a partitioned one with its partitions
--   SELECT walbrook.release('public.orders');
--   SELECT walbrook.allow('streamer');                         what a role needs for walbrook stream --capture triggers
--   psql -d DATABASE -v ON_ERROR_STOP=1 -f sql/capture_uninstall.sql
--
-- Whoever installs it owns it, and needs CREATE on the database; to capture a table, be its owner. No superuser is needed,
-- and those who write to captured tables need nothing. PostgreSQL 13 and newer. Running it again changes nothing.

begin;

set local client_min_messages = warning;
set local search_path = '';
-- Two installations at once would meet at half-made tables.
do $$ begin perform pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext('walbrook'), 1); end $$;

create schema if not exists walbrook;

do $$
declare
    installed int;
begin
    if pg_catalog.to_regprocedure('walbrook.capture_version()') is not null then
        execute 'select walbrook.capture_version()' into installed;
    end if;
    if installed > 3 then
        raise exception 'version % of the capture is installed, and this script is version 3', installed
            using hint = 'Use the capture.sql that belongs to your walbrook.';
    end if;
end $$;

-- 1. Tables.

-- What a row's text consists of. A row is found by its table and everything else; two transactions that meet a new layout
-- at the same time each write one, because waiting for each other would be worse.
create table if not exists walbrook.layout (
    id bigint generated always as identity (cache 1) primary key,
    relation oid not null,
    schema text not null,
    name text not null,
    columns text[] not null,
    types oid[] not null,
    modifiers int[] not null,
    keys bool[] not null,
    -- What makes the text of a row that has generated columns, which are left out; else null.
    expression text
);
-- Version 3, by which it is found: the table's name in full, a hash of the name and the type of each column (0 for one that
-- is generated), and the index that says which are keys: 0 for none, and 2^32 more where it is the replica identity's.
alter table walbrook.layout add column if not exists full_name text, add column if not exists shape bigint[],
    add column if not exists key_index bigint;
create index if not exists layout_relation on walbrook.layout (relation);

create table if not exists walbrook.changelog (
    -- Ids tell the order of changes of one row, and inside a transaction; not that of commits. A cache would break both.
    id bigint generated always as identity (cache 1),
    xid xid8 not null default pg_catalog.pg_current_xact_id(),
    layout bigint not null,
    -- i insert, u update, d delete, t truncate, m message
    op "char" not null,
    ts timestamptz not null default pg_catalog.statement_timestamp(),
    old text,
    new text,
    -- Also the way to a batch: it is a range of transactions.
    primary key (xid, id)
) with (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 10000, autovacuum_analyze_scale_factor = 0,
    autovacuum_analyze_threshold = 1000000, autovacuum_vacuum_insert_threshold = -1);

-- Version 2: messages have a prefix, and belong to no layout.
alter table walbrook.changelog alter column layout drop not null;

-- What the reader has begun to read: batch n holds what is visible in its snapshot and was not in that of n - 1.
create table if not exists walbrook.batch (
    number bigint primary key,
    snapshot pg_snapshot not null,
    lsn pg_lsn not null
);
-- Version 3: the last event of it that is durable elsewhere, if the reader ended within it.
alter table walbrook.batch add column if not exists passed bigint not null default 0;

-- The last batch that is durable elsewhere and deleted here.
create table if not exists walbrook.progress (
    is_only bool primary key default true check (is_only),
    number bigint not null,
    lsn pg_lsn not null
);
-- Version 3: the session that reads. No advisory lock, because everybody may take those.
alter table walbrook.progress add column if not exists reader int, add column if not exists reader_role oid,
    add column if not exists reader_since timestamptz;
insert into walbrook.progress (number, lsn) values (0, '0/0') on conflict do nothing;

-- Of version 2.
drop function if exists walbrook.current_layout(oid, json);
do $$
begin
    if (select prorettype from pg_catalog.pg_proc where oid = pg_catalog.to_regprocedure('walbrook.cover_partitions()'))
        = 'int'::pg_catalog.regtype
    then
        drop function walbrook.cover_partitions();
    end if;
end $$;

-- 2. What triggers do.

-- All of this must be out of reach of those who write: whatever a session can set, it can forge. So a layout is looked up for
-- each row, by comparing it with the catalog. The search path ends with pg_temp, because otherwise it begins with it, and
-- there anybody can make a type named text.

-- The layouts that a table's rows have now: one, or none yet, or several that were made at the same time. Becomes part of the
-- query around it, whose cost is mostly that of beginning and ending three index scans.
create or replace function walbrook.known_layout(relation oid) returns setof walbrook.layout
language sql stable rows 1 as $$
    select l.* from walbrook.layout l
    where l.relation = $1 and l.full_name = $1::regclass::text
        and l.shape = array(
            select case a.attgenerated when '' then hashnameextended(a.attname, (a.atttypid::int8 << 32) + a.atttypmod) else 0 end
            from pg_catalog.pg_attribute a where a.attrelid = $1 and a.attnum > 0 and not a.attisdropped order by a.attnum)
        -- The replica identity, or the primary key.
        and l.key_index = (
            select coalesce(max(i.indexrelid::int8 + case when i.indisreplident then 4294967296 else 0 end), 0)
            from pg_catalog.pg_index i
            where i.indrelid = $1 and (i.indisprimary or i.indisreplident) and i.indisvalid and i.indimmediate)
$$;

-- The layout of a table as it is now, which is written down if it is new.
create or replace function walbrook.layout_of(relation oid) returns walbrook.layout
language plpgsql set search_path = pg_catalog, pg_temp set quote_all_identifiers = off set enable_seqscan = off
set plan_cache_mode = force_generic_plan as $$
declare
    layout walbrook.layout;
begin
    select * into layout from walbrook.known_layout(layout_of.relation) limit 1;
    if layout.id is not null then return layout; end if;
    insert into walbrook.layout (relation, schema, name, columns, types, modifiers, keys, expression, full_name, shape, key_index)
    select c.oid, n.nspname, c.relname,
        coalesce(array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = ''), '{}'),
        coalesce(array_agg(a.atttypid order by a.attnum) filter (where a.attgenerated = ''), '{}'),
        coalesce(array_agg(a.atttypmod order by a.attnum) filter (where a.attgenerated = ''), '{}'),
        coalesce(array_agg(coalesce(a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1]), false) order by a.attnum)
            filter (where a.attgenerated = ''), '{}'),
        case when bool_or(a.attgenerated <> '') then 'select row('
            || coalesce(string_agg(format('($1).%I', a.attname), ', ' order by a.attnum) filter (where a.attgenerated = ''), '')
            || ')::text' end,
        c.oid::regclass::text,
        coalesce(array_agg(case a.attgenerated when '' then hashnameextended(a.attname, (a.atttypid::int8 << 32) + a.atttypmod)
            else 0 end order by a.attnum) filter (where a.attnum > 0), '{}'),
        coalesce(max(i.indexrelid::int8 + case when i.indisreplident then 4294967296 else 0 end), 0)
    from pg_class c
        join pg_namespace n on n.oid = c.relnamespace
        left join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
        left join lateral (
            select * from pg_index i
            where i.indrelid = c.oid and (i.indisprimary or i.indisreplident) and i.indisvalid and i.indimmediate
            order by i.indisreplident desc limit 1) i on true
    where c.oid = layout_of.relation
    group by c.oid, n.nspname, c.relname
    returning * into layout;
    return layout;
end $$;

-- Rings, once a transaction, if the reader waits: it holds the lock then. Whoever has the lock shared has not rung, and keeps
-- the reader from waiting until what it wrote can be seen. A NOTIFY would make all commits wait for each other.
-- ALTER DATABASE … SET walbrook.bell = 'off' turns it off, and so can any session: the reader looks by itself, too.
create or replace function walbrook.ring() returns text
language plpgsql as $$
begin
    if not pg_try_advisory_xact_lock_shared(1463904833, 1) then
        perform pg_notify('walbrook', '');
    end if;
    return set_config('walbrook.bell', 'rung', true);
end $$;

-- The settings are those of every session of Walbrook's: they decide how values are printed.
create or replace function walbrook.capture_row() returns trigger
language plpgsql security definer
set search_path = pg_catalog, pg_temp set datestyle = 'ISO' set timezone = 'UTC' set intervalstyle = 'iso_8601'
set bytea_output = 'hex' set extra_float_digits = 3 set lc_monetary = 'C' set quote_all_identifiers = off
set enable_seqscan = off set enable_bitmapscan = off set plan_cache_mode = force_generic_plan as $$
declare
    -- Then the catalog is seen as of the transaction's snapshot, but rows are as the table is now.
    is_late constant bool := current_setting('transaction_isolation') in ('repeatable read', 'serializable');
    bell text := current_setting('walbrook.bell', true);
    op constant "char" := case tg_op when 'INSERT' then 'i' when 'UPDATE' then 'u' else 'd' end;
    found_layout walbrook.layout;
    types oid[];
    old_text text;
    new_text text;
begin
    if tg_op <> 'DELETE' then new_text := new::text; end if;
    if tg_op <> 'INSERT' then old_text := old::text; end if;
    if bell is null or bell = '' then bell := walbrook.ring(); end if;
    if not is_late then
        insert into walbrook.changelog (layout, op, old, new)
        select l.id, op, old_text, new_text
        from walbrook.known_layout(tg_relid) l where l.expression is null limit 1;
        if found then return null; end if;
    end if;
    found_layout := walbrook.layout_of(tg_relid);
    -- Once for each table that a transaction writes to: from then on its lock keeps others from altering it.
    if is_late and not exists (select from (select c.layout from walbrook.changelog c
        where c.xid = pg_current_xact_id() order by c.id desc) c where c.layout = found_layout.id)
    then
        begin
            execute format('select array[%s]::oid[]', (select string_agg(format('pg_typeof(($1).%I)', c), ', ' order by n)
                from unnest(found_layout.columns) with ordinality as u(c, n)))
            into types using case tg_op when 'DELETE' then old else new end;
        exception when undefined_column then
            types := null;
        end;
        if types is distinct from found_layout.types
            or (select count(*) from json_object_keys(case tg_op when 'DELETE' then row_to_json(old) else row_to_json(new) end))
                <> (select count(*) from pg_attribute where attrelid = tg_relid and attnum > 0 and not attisdropped)
        then
            raise exception 'could not serialize access: % was altered since the transaction began', tg_relid::regclass
                using errcode = 'serialization_failure';
        end if;
    end if;
    if found_layout.expression is not null then
        if tg_op <> 'DELETE' then execute found_layout.expression into new_text using new; end if;
        if tg_op <> 'INSERT' then execute found_layout.expression into old_text using old; end if;
    end if;
    insert into walbrook.changelog (layout, op, old, new)
    values (found_layout.id, op, old_text, new_text);
    return null;
end $$;

create or replace function walbrook.capture_truncate() returns trigger
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into walbrook.changelog (layout, op) values ((walbrook.layout_of(tg_relid)).id, 't');
    if coalesce(current_setting('walbrook.bell', true), '') = '' then perform walbrook.ring(); end if;
    return null;
end $$;

-- A message in the stream, at this place of the transaction, as pg_logical_emit_message writes one for replication.
create or replace function walbrook.changelog_message(prefix text, content text) returns void
language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
begin
    insert into walbrook.changelog (op, old, new) values ('m', prefix, content);
    if coalesce(current_setting('walbrook.bell', true), '') = '' then perform walbrook.ring(); end if;
end $$;

-- sql/ddl_events.sql calls it where it is.
create or replace function walbrook.capture_ddl(event jsonb) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    perform walbrook.changelog_message('walbrook.ddl', event::text);
end $$;

-- 3. What people call.

-- Captures a table; a partitioned one with its partitions, also those that are made later. Returns how many triggers
-- were made: none if all were there.
create or replace function walbrook.capture(relation regclass) returns int
language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
declare
    made int := 0;
    part record;
begin
    if not exists (
        select from pg_catalog.pg_class c where c.oid = relation and c.relkind in ('r', 'p') and c.relpersistence <> 't'
            and c.oid >= 16384 and c.relnamespace <> 'walbrook'::regnamespace)
    then
        raise exception '% is no table that can be captured', relation using errcode = 'wrong_object_type';
    end if;
    -- On a partitioned table it stands for all its partitions.
    if not exists (select from pg_catalog.pg_trigger where tgrelid = relation and tgname = '00_walbrook') then
        -- The first of all by name: what other triggers do to a row comes after what made them fire.
        execute format('create trigger "00_walbrook" after insert or update or delete on %s '
            'for each row execute function walbrook.capture_row()', relation);
        made := made + 1;
    end if;
    for part in
        select c.oid::regclass as relation, c.relkind = 'r' as has_rows, t.tgenabled
        from (select relid from pg_partition_tree(relation) union select relation) tree
            join pg_catalog.pg_class c on c.oid = tree.relid
            join pg_catalog.pg_trigger t on t.tgrelid = c.oid and t.tgname = '00_walbrook'
        where c.relkind in ('r', 'p')
        order by c.oid
    loop
        -- Also where session_replication_role is replica.
        if part.tgenabled <> 'A' then
            execute format('alter table %s enable always trigger "00_walbrook"', part.relation);
        end if;
        continue when not part.has_rows;
        if not exists (select from pg_catalog.pg_trigger where tgrelid = part.relation and tgname = '00_walbrook_truncate') then
            execute format('create trigger "00_walbrook_truncate" after truncate on %s '
                'for each statement execute function walbrook.capture_truncate()', part.relation);
            execute format('alter table %s enable always trigger "00_walbrook_truncate"', part.relation);
            made := made + 1;
        end if;
        perform walbrook.layout_of(part.relation);
    end loop;
    return made;
end $$;

-- Captures a table no more. What was captured before still comes.
create or replace function walbrook.release(relation regclass) returns void
language plpgsql set search_path = pg_catalog, pg_temp set client_min_messages = warning as $$
declare
    part regclass;
begin
    execute format('drop trigger if exists "00_walbrook" on %s', relation);
    for part in select relid from pg_partition_tree(relation) union select relation loop
        execute format('drop trigger if exists "00_walbrook_truncate" on %s', part);
    end loop;
end $$;

-- Puts truncate triggers on partitions that were made since their table was captured; the triggers of rows they have by
-- themselves. walbrook stream calls it. Returns the partitions that still have none, because their owner is somebody else
-- or somebody uses them; who writes to one is held up for no longer than the timeout.
create or replace function walbrook.cover_partitions() returns setof text
language plpgsql security definer set search_path = pg_catalog, pg_temp set lock_timeout = '250ms' as $$
declare
    part regclass;
begin
    for part in
        select c.oid from pg_catalog.pg_class c
            join pg_catalog.pg_trigger t on t.tgrelid = c.oid and t.tgname = '00_walbrook'
        where c.relispartition and c.relkind = 'r' and not exists (
            select from pg_catalog.pg_trigger t where t.tgrelid = c.oid and t.tgname = '00_walbrook_truncate')
        order by c.oid
    loop
        begin
            perform walbrook.capture(part);
        exception when lock_not_available or insufficient_privilege or duplicate_object or undefined_table
            or object_not_in_prerequisite_state
        then
            return next part::text;
        end;
    end loop;
end $$;

-- What a role needs to read the changelog, and nothing more.
create or replace function walbrook.allow(role regrole) returns void
language plpgsql set search_path = pg_catalog, pg_temp as $$
begin
    execute format('grant usage on schema walbrook to %s', role);
    execute format('grant select, delete on walbrook.changelog to %s', role);
    execute format('grant select on walbrook.layout to %s', role);
    execute format('grant select, insert, update, delete on walbrook.batch to %s', role);
    execute format('grant select, update on walbrook.progress to %s', role);
    execute format('grant execute on function walbrook.capture_version(), walbrook.cover_partitions() to %s', role);
end $$;

create or replace function walbrook.capture_version() returns int
language sql immutable set search_path = pg_catalog, pg_temp as 'select 3';

-- Functions are everybody's by default. Triggers need no right to fire.
revoke all on function walbrook.known_layout(oid), walbrook.layout_of(oid), walbrook.ring(),
    walbrook.capture_row(), walbrook.capture_truncate(), walbrook.changelog_message(text, text), walbrook.capture_ddl(jsonb),
    walbrook.capture(regclass), walbrook.release(regclass), walbrook.cover_partitions(), walbrook.allow(regrole),
    walbrook.capture_version() from public;

-- Who was allowed to read an older version needs what is new.
do $$
declare
    reader regrole;
begin
    for reader in
        select distinct a.grantee from pg_catalog.pg_class c, pg_catalog.aclexplode(c.relacl) a
        where c.oid = 'walbrook.batch'::pg_catalog.regclass and a.privilege_type = 'INSERT' and a.grantee not in (0, c.relowner)
    loop
        perform walbrook.allow(reader);
    end loop;
end $$;

commit;
