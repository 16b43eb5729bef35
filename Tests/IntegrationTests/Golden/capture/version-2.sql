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
    if installed > 2 then
        raise exception 'version % of the capture is installed, and this script is version 2', installed
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

-- The last batch that is durable elsewhere and deleted here.
create table if not exists walbrook.progress (
    is_only bool primary key default true check (is_only),
    number bigint not null,
    lsn pg_lsn not null
);
insert into walbrook.progress (number, lsn) values (0, '0/0') on conflict do nothing;

-- 2. What triggers do.

-- The layout of a table as it is now, which is written down if it is new.
create or replace function walbrook.layout_of(relation oid) returns walbrook.layout
language plpgsql set search_path = '' as $$
declare
    wanted walbrook.layout;
    found walbrook.layout;
begin
    select n.nspname, c.relname,
        coalesce(array_agg(a.attname::text order by a.attnum) filter (where a.attgenerated = ''), '{}'),
        coalesce(array_agg(a.atttypid order by a.attnum) filter (where a.attgenerated = ''), '{}'),
        coalesce(array_agg(a.atttypmod order by a.attnum) filter (where a.attgenerated = ''), '{}'),
        -- The columns of the replica identity, and the primary key where that is no key.
        coalesce(array_agg(exists (
            select from pg_catalog.pg_index i
            where i.indrelid = c.oid and i.indisvalid and i.indimmediate
                and case c.relreplident when 'i' then i.indisreplident else i.indisprimary end
                and a.attnum = any ((i.indkey::int2[])[0:i.indnkeyatts - 1])
        ) order by a.attnum) filter (where a.attgenerated = ''), '{}'),
        case when bool_or(a.attgenerated <> '') then
            'select row('
            || coalesce(string_agg(format('($1).%I', a.attname), ', ' order by a.attnum) filter (where a.attgenerated = ''), '')
            || ')::text' end
    into wanted.schema, wanted.name, wanted.columns, wanted.types, wanted.modifiers, wanted.keys, wanted.expression
    from pg_catalog.pg_class c
        join pg_catalog.pg_namespace n on n.oid = c.relnamespace
        left join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
    where c.oid = layout_of.relation
    group by n.nspname, c.relname;
    select * into found from walbrook.layout l
    where l.relation = layout_of.relation
        and (l.schema, l.name, l.columns, l.types, l.modifiers, l.keys)
            = (wanted.schema, wanted.name, wanted.columns, wanted.types, wanted.modifiers, wanted.keys)
        and l.expression is not distinct from wanted.expression
    order by l.id limit 1;
    if found.id is null then
        insert into walbrook.layout (relation, schema, name, columns, types, modifiers, keys, expression)
        values (layout_of.relation, wanted.schema, wanted.name, wanted.columns, wanted.types, wanted.modifiers, wanted.keys,
            wanted.expression)
        returning * into found;
    end if;
    return found;
end $$;

-- The id of a table's layout, and behind a dot whether its rows need the layout's expression.
create or replace function walbrook.current_layout(relation oid, image json) returns text
language plpgsql set search_path = '' as $$
declare
    layout walbrook.layout := walbrook.layout_of(relation);
begin
    -- The catalog is seen as of the transaction's snapshot, but rows are as the table is now.
    if current_setting('transaction_isolation') in ('repeatable read', 'serializable') and (
        (select relfilenode from pg_catalog.pg_class where oid = relation) is distinct from pg_relation_filenode(relation)
        or layout.expression is null and image is not null
            and layout.columns <> array(select json_object_keys(image)))
    then
        raise exception 'could not serialize access: % was altered since the transaction began', relation::regclass
            using errcode = 'serialization_failure';
    end if;
    return layout.id || case when layout.expression is null then '' else '.' end;
end $$;

-- The settings are those of every session of Walbrook's: they decide how values are printed.
create or replace function walbrook.capture_row() returns trigger
language plpgsql security definer
set search_path = '' set datestyle = 'ISO' set timezone = 'UTC' set intervalstyle = 'iso_8601' set bytea_output = 'hex'
set extra_float_digits = 3 set lc_monetary = 'C' set quote_all_identifiers = off as $$
declare
    -- How often this transaction has changed what tables are like, as the statistics of its session count it. Its locks keep
    -- everybody else from changing a table that it writes to, so this is all that can make a known layout old.
    changes constant text := pg_stat_get_xact_tuples_inserted(1249) + pg_stat_get_xact_tuples_updated(1249)
        + pg_stat_get_xact_tuples_updated(1259) + pg_stat_get_xact_tuples_inserted(2610)
        + pg_stat_get_xact_tuples_updated(2610) + pg_stat_get_xact_tuples_deleted(2610)
        + pg_stat_get_xact_tuples_updated(2615) || ':';
    known text := current_setting('walbrook.layout_' || tg_relid, true);
    layout text;
    old_text text;
    new_text text;
begin
    if known ^@ changes and current_setting('track_counts')::bool then
        layout := substr(known, length(changes) + 1);
    else
        layout := walbrook.current_layout(tg_relid, case tg_op when 'DELETE' then row_to_json(old) else row_to_json(new) end);
        perform set_config('walbrook.layout_' || tg_relid, changes || layout, true);
    end if;
    if right(layout, 1) = '.' then
        layout := rtrim(layout, '.');
        execute 'select expression from walbrook.layout where id = $1' into old_text using layout::bigint;
        if tg_op <> 'DELETE' then execute old_text into new_text using new; end if;
        if tg_op <> 'INSERT' then execute old_text into old_text using old; else old_text := null; end if;
    else
        if tg_op <> 'DELETE' then new_text := new::text; end if;
        if tg_op <> 'INSERT' then old_text := old::text; end if;
    end if;
    insert into walbrook.changelog (layout, op, old, new)
    values (layout::bigint, lower(left(tg_op, 1))::"char", old_text, new_text);
    -- The bell: once a transaction, unless somebody turned it off (ALTER DATABASE … SET walbrook.bell = 'off').
    if coalesce(current_setting('walbrook.bell', true), '') = '' then
        perform pg_notify('walbrook', ''), set_config('walbrook.bell', 'rung', true);
    end if;
    return null;
end $$;

create or replace function walbrook.capture_truncate() returns trigger
language plpgsql security definer set search_path = '' as $$
begin
    insert into walbrook.changelog (layout, op) values ((walbrook.layout_of(tg_relid)).id, 't');
    if coalesce(current_setting('walbrook.bell', true), '') <> 'off' then
        perform pg_notify('walbrook', '');
    end if;
    return null;
end $$;

-- A message in the stream, at this place of the transaction, as pg_logical_emit_message writes one for replication.
create or replace function walbrook.changelog_message(prefix text, content text) returns void
language plpgsql security definer set search_path = '' as $$
begin
    insert into walbrook.changelog (op, old, new) values ('m', prefix, content);
    if coalesce(current_setting('walbrook.bell', true), '') <> 'off' then
        perform pg_notify('walbrook', '');
    end if;
end $$;

-- 3. What people call.

-- Captures a table; a partitioned one with its partitions, also those that are made later. Returns how many triggers
-- were made: none if all were there.
create or replace function walbrook.capture(relation regclass) returns int
language plpgsql set search_path = '' set client_min_messages = warning as $$
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
language plpgsql set search_path = '' set client_min_messages = warning as $$
declare
    part regclass;
begin
    execute format('drop trigger if exists "00_walbrook" on %s', relation);
    for part in select relid from pg_partition_tree(relation) union select relation loop
        execute format('drop trigger if exists "00_walbrook_truncate" on %s', part);
    end loop;
end $$;

-- Puts truncate triggers on partitions that were made since their table was captured; the triggers of rows they have by
-- themselves. walbrook stream calls it now and then. Returns how many it made.
create or replace function walbrook.cover_partitions() returns int
language plpgsql security definer set search_path = '' set lock_timeout = '2s' as $$
declare
    made int := 0;
    root regclass;
begin
    for root in
        select distinct pg_partition_root(c.oid) from pg_catalog.pg_class c
            join pg_catalog.pg_trigger t on t.tgrelid = c.oid and t.tgname = '00_walbrook'
        where c.relispartition and c.relkind = 'r' and not exists (
            select from pg_catalog.pg_trigger t where t.tgrelid = c.oid and t.tgname = '00_walbrook_truncate')
    loop
        begin
            made := made + walbrook.capture(root);
        exception when lock_not_available or insufficient_privilege or duplicate_object then
            -- Somebody uses it, or it is not ours: another time.
            null;
        end;
    end loop;
    return made;
end $$;

-- What a role needs to read the changelog, and nothing more.
create or replace function walbrook.allow(role regrole) returns void
language plpgsql set search_path = '' as $$
begin
    execute format('grant usage on schema walbrook to %s', role);
    execute format('grant select, delete on walbrook.changelog to %s', role);
    execute format('grant select on walbrook.layout to %s', role);
    execute format('grant select, insert, delete on walbrook.batch to %s', role);
    execute format('grant select, update on walbrook.progress to %s', role);
    execute format('grant execute on function walbrook.capture_version(), walbrook.cover_partitions() to %s', role);
end $$;

create or replace function walbrook.capture_version() returns int
language sql immutable set search_path = '' as 'select 2';

-- Functions are everybody's by default. Triggers need no right to fire.
revoke all on function walbrook.layout_of(oid), walbrook.current_layout(oid, json),
    walbrook.capture_row(), walbrook.capture_truncate(), walbrook.changelog_message(text, text),
    walbrook.capture(regclass), walbrook.release(regclass), walbrook.cover_partitions(), walbrook.allow(regrole),
    walbrook.capture_version() from public;

commit;
