-- Applies Walbrook's events (its own JSON format, one event a line) to the tables of a database.
--
--     psql -X -q -v ON_ERROR_STOP=1 -v events=events.ndjson -d TARGET -f sql/replay.sql
--
-- events=- reads standard input; for events written with --bytea hex, add -v bytea=hex. Needs psql, cat, PostgreSQL 13 or newer and a role that may set
-- session_replication_role (a superuser), because triggers and foreign keys must not act a second time.
--
-- The tables must exist and hold what they held where the stream begins, usually nothing. Rows end up as they are in
-- the source. Sequences do not: they stay where they are, except that TRUNCATE … RESTART IDENTITY starts them again.
-- Each table gets its events in the order of the file, but one table after the other. Work is committed in portions:
-- after an error, start again with the tables as they were. Every update and delete must find exactly one row.
--
-- Without a key (REPLICA IDENTITY FULL and no primary key) each update and delete reads the whole table.

\set ON_ERROR_STOP on
\set AUTOCOMMIT on
\set SHOW_CONTEXT never
\if :{?events}
\else
do $$ begin raise exception 'say which file: psql -v events=FILE'; end $$;
\endif

-- Values are written and read in the same forms as by Walbrook's own sessions.
set client_min_messages = warning;
set client_encoding = 'UTF8';
set standard_conforming_strings = on;
set datestyle = 'ISO';
set timezone = 'UTC';
set intervalstyle = 'iso_8601';
set bytea_output = 'hex';
set extra_float_digits = 3;
set lc_monetary = 'C';
set xmloption = 'content';
-- pg_temp last, so that nothing here hides a type of the same name. User types are written with their schema.
set search_path = pg_catalog, pg_temp;

set session_replication_role = 'replica';
set row_security = off;
set statement_timeout = 0;
-- The last statement waits for the disk, and with that for everything before it.
set synchronous_commit = off;
-- Plans are kept while empty tables grow large. So: no plan that is good for a small table only.
set plan_cache_mode = force_generic_plan;
set enable_seqscan = off;
set jit = off;
set work_mem = '128MB';

\if :{?bytea}
\else
    \set bytea base64
\endif
select set_config('walbrook.bytea', :'bytea', false) \g /dev/null

-- 1. The lines, byte for byte: JSON never holds raw control characters, so none of these three can occur.

create temp table walbrook_line (n bigint generated always as identity, line text);
alter table pg_temp.walbrook_line alter column line set storage external;

-- \copy knows no variables, but a shell does; this way no file name needs quoting.
\setenv WALBROOK_EVENTS :events
\copy pg_temp.walbrook_line (line) from program 'cat -- "$WALBROOK_EVENTS"' with (format csv, delimiter E'\x01', quote E'\x02', escape E'\x02', null E'\x03', encoding 'UTF8')

-- 2. The events. PostgreSQL takes no line apart that has \u0000 or half a surrogate pair anywhere in it, although the
--    json type may hold them. Such escapes get another name until their value is on its own.

create function pg_temp.walbrook_mask(line text) returns text language sql stable as $$
    select case
        when strpos(line, '\u0000') > 0 or strpos(line, '\ud') > 0 or strpos(line, '\uD') > 0 then
            -- Only after an even number of backslashes does \u begin an escape.
            regexp_replace(line, '([^\\](?:\\\\)*)\\u(?=0000|[dD][89a-fA-F])',
                '\1' || current_setting('walbrook.mask'), 'g')
        else line
    end
$$;

create function pg_temp.walbrook_unmask(value text) returns text language sql stable as $$
    select replace(value, current_setting('walbrook.mask'), '\u')
$$;

-- A name that no earlier data can hold.
select set_config('walbrook.mask', gen_random_uuid()::text, false) \g /dev/null

create function pg_temp.walbrook_names(object json) returns text[] language sql immutable as $$
    select array(select json_object_keys(object))
$$;

do $$
declare
    bad record;
begin
    create temp table walbrook_event as
    select l.n, e.pos, e.op, coalesce(e.schema, '') as schema, coalesce(e."table", '') as "table",
        e.key, e.before, e.after, e.json_null, e.json_null_before, e.restart_identity,
        -- Events of one form are applied by one function: the same table, operation and columns.
        hashtextextended(row(e.op, e.schema, e."table", e.restart_identity, array(select json_object_keys(e.after)),
            case when e.op <> 'insert' then array(select json_object_keys(e.key)) end,
            array(select json_object_keys(e.before)))::text, 0) as form
    from pg_temp.walbrook_line l,
        json_to_record(pg_temp.walbrook_mask(l.line)::json) as e(
            pos text, op text, schema text, "table" text, key json, before json, after json,
            json_null text[], json_null_before text[], restart_identity boolean)
    where l.line <> '' and (e.op is null or e.op <> all (array[
        'message', 'notify', 'gap', 'begin', 'commit', 'schema', 'ddl', 'hello', 'heartbeat', 'caught_up', 'pong']));
exception when data_exception then
    for bad in select n, line from pg_temp.walbrook_line where line <> '' order by n loop
        begin
            perform json_object_keys(pg_temp.walbrook_mask(bad.line)::json);
        exception when others then
            raise exception 'line %: this is no event: %', bad.n, sqlerrm;
        end;
    end loop;
    raise;
end $$;

drop table pg_temp.walbrook_line;
create index on pg_temp.walbrook_event (schema, "table", n);
analyze pg_temp.walbrook_event;

do $$
declare
    bad record;
begin
    select n, op into bad from pg_temp.walbrook_event
    where op is null or op not in ('insert', 'read', 'update', 'delete', 'truncate') order by n limit 1;
    if found then
        raise exception 'line %: unknown op %', bad.n, coalesce(bad.op, '(none)');
    end if;
end $$;

-- 3. From JSON to values. Where PostgreSQL's own conversion (json_to_record) does what is needed, it is used; the
--    functions here write the text form of the other types.

create function pg_temp.walbrook_base(type oid) returns pg_type language plpgsql as $$
declare
    t pg_type;
begin
    select * into t from pg_type where oid = type;
    while t.typtype = 'd' loop
        select * into t from pg_type where oid = t.typbasetype;
    end loop;
    return t;
end $$;

-- Whether values can be JSON arrays. Lists of them look like lists of one dimension more; only the declaration tells.
create function pg_temp.walbrook_is_list(type oid) returns boolean language sql as $$
    select t.typtype = 'm' or t.typname in ('json', 'jsonb', 'vector', 'halfvec')
        or exists (select from pg_type where typarray = t.oid)
    from pg_temp.walbrook_base(type) t
$$;

create function pg_temp.walbrook_kind(type oid) returns text language plpgsql as $$
declare
    t pg_type := pg_temp.walbrook_base(type);
    element oid;
begin
    if t.oid in ('json'::regtype, 'jsonb'::regtype) then
        return 'json';
    elsif t.oid = 'bytea'::regtype then
        return 'bytea';
    elsif t.typtype in ('r', 'm') or t.typtype = 'b' and t.typname in ('hstore', 'vector', 'halfvec') then
        return 'literal';
    elsif t.typtype = 'c' then
        return case when exists (
                select from pg_attribute a
                where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
                    and pg_temp.walbrook_kind(a.atttypid) <> 'plain')
            then 'literal' else 'plain' end;
    end if;
    select e.oid into element from pg_type e where e.typarray = t.oid;
    return case when element is null or pg_temp.walbrook_kind(element) = 'plain' and not pg_temp.walbrook_is_list(element)
        then 'plain' else 'literal' end;
end $$;

create function pg_temp.walbrook_bytes(value text) returns bytea language sql stable as $$
    -- Neither base64 nor bare digits have a backslash, with which PostgreSQL's own form begins.
    select case left(value, 1) when '\' then value::bytea else decode(value, current_setting('walbrook.bytea')) end
$$;

create function pg_temp.walbrook_quoted(value text) returns text language sql immutable as $$
    select '"' || replace(replace(value, '\', '\\'), '"', '\"') || '"'
$$;

-- The text of a json or jsonb member as it stands in the line. `nulls` names the members whose null is a value.
create function pg_temp.walbrook_embedded(object json, name text, nulls text[], is_exact boolean)
returns text language plpgsql as $$
declare
    value text := object -> name;
    label text := to_json(name)::text || ':';
    line text;
    start int;
    rest text;
    behind text;
    field record;
begin
    if value is null or value = 'null' and not name = any (coalesce(nulls, '{}')) then
        return null;
    elsif not is_exact then
        return pg_temp.walbrook_unmask(value);
    end if;
    -- A json value may begin or end with blanks, which -> drops. Mostly it stands close between its neighbours.
    line := object;
    start := strpos(line, label) + length(label);
    if start > length(label) and substr(line, start, length(value) + 1) in (value || ',', value || '}')
        and strpos(substr(line, start), label) = 0
    then
        return pg_temp.walbrook_unmask(value);
    end if;
    rest := substr(line, strpos(line, '{') + 1);
    for field in select f.key, f.value::text from json_each(object) f loop
        rest := substr(rest, length(substring(rest from '^\s*"(?:[^"\\]|\\.)*"\s*:')) + 1);
        start := length(rest) - length(ltrim(rest, E' \t\r\n')) + 1;
        behind := ltrim(substr(rest, start + length(field.value)), E' \t\r\n');
        if field.key = name then
            return pg_temp.walbrook_unmask(left(rest, length(rest) - length(behind)));
        end if;
        rest := substr(behind, 2);
    end loop;
end $$;

-- The expression for the text form of a JSON value of any type. `dimensions` is what it was declared with. Types that
-- are made of others get a function each, so that nothing is looked up value by value.
create function pg_temp.walbrook_text(type oid, value text, dimensions int) returns text language plpgsql as $$
declare
    t pg_type;
    name text;
begin
    select * into t from pg_type where oid = type;
    while t.typtype = 'd' loop
        dimensions := t.typndims;
        select * into t from pg_type where oid = t.typbasetype;
    end loop;
    if t.oid in ('json'::regtype, 'jsonb'::regtype) then
        return format('pg_temp.walbrook_unmask(nullif(%s::text, ''null''))', value);
    elsif t.oid = 'bytea'::regtype then
        return format('pg_temp.walbrook_bytes(%s #>> ''{}'')::text', value);
    elsif t.typtype in ('r', 'm', 'c') or t.typname = 'hstore' or exists (select from pg_type where typarray = t.oid) then
        name := format('pg_temp.walbrook_text_%s', t.oid);
        if to_regproc(name) is null then
            perform pg_temp.walbrook_define(t, name);
        end if;
        return format('%s(%s, %s)', name, value, greatest(dimensions, 1));
    end if;
    return format('(%s #>> ''{}'')', value);
end $$;

create function pg_temp.walbrook_define(t pg_type, name text) returns void language plpgsql as $define$
declare
    element pg_type;
    part oid;
    body text;
begin
    if t.typtype = 'r' then
        select rngsubtype into part from pg_range where rngtypid = t.oid;
        body := format($$
            case when (value ->> 'empty')::boolean then 'empty' else concat(
                left(value ->> 'bounds', 1), pg_temp.walbrook_quoted(%s), ',', pg_temp.walbrook_quoted(%s),
                right(value ->> 'bounds', 1)) end $$,
            pg_temp.walbrook_text(part, '(value -> ''lower'')', 0), pg_temp.walbrook_text(part, '(value -> ''upper'')', 0));
    elsif t.typtype = 'm' then
        -- Asked for by its name, because pg_range has no multiranges before PostgreSQL 14.
        select rngtypid into part from pg_range r where (to_json(r) ->> 'rngmultitypid')::oid = t.oid;
        body := format($$
            (select '{' || coalesce(string_agg(%s, ',' order by place), '') || '}'
            from json_array_elements(value) with ordinality as i(item, place)) $$,
            pg_temp.walbrook_text(part, 'item', 0));
    elsif t.typtype = 'c' then
        -- json_to_record would write the strings of json anew.
        select format('(select concat(''('', %s, '')'') %s)', coalesce(string_agg(format('pg_temp.walbrook_quoted(%s)',
                pg_temp.walbrook_text(a.atttypid, format(
                    case when a.is_json then '(value -> %L)' else 'r.%I' end, a.attname), a.attndims)),
                ', '','', ' order by a.attnum), ''''''), coalesce('from json_to_record(value) as r('
                || string_agg(format('%I json', a.attname), ', ') filter (where not a.is_json) || ')', ''))
        into body
        from (select *, pg_temp.walbrook_kind(atttypid) = 'json' as is_json from pg_attribute) a
        where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped;
    elsif t.typname = 'hstore' then
        body := $$
            (select coalesce(string_agg(pg_temp.walbrook_quoted(f.key) || '=>'
                || coalesce(pg_temp.walbrook_quoted(f.value), 'NULL'), ','), '')
            from json_each_text(value) f) $$;
    else
        select * into element from pg_type where typarray = t.oid;
        body := format($$
            (select '{' || coalesce(string_agg(
                case when json_typeof(item) = 'array' and %s then %s(item, dimensions - 1)
                else coalesce(pg_temp.walbrook_quoted(%s), 'NULL') end, %L order by place), '') || '}'
            from json_array_elements(value) with ordinality as i(item, place)) $$,
            case when pg_temp.walbrook_is_list(element.oid) then 'dimensions > 1' else 'true' end,
            name, pg_temp.walbrook_text(element.oid, 'item', 0), element.typdelim);
    end if;
    execute format($function$
        create function %s(value json, dimensions int) returns text language plpgsql strict as %L $function$,
        name, format($body$
            #variable_conflict use_variable
            begin
                return case json_typeof(value) when 'null' then null when 'string' then value #>> '{}' else %s end;
            end $body$, body));
end $define$;

-- 4. For each form of events a function that applies those from line `first` to line `last`.

-- What a statement's FROM needs to read the members `names` of a JSON object as columns of `alias`.
create function pg_temp.walbrook_from(relation oid, names text[], object text, alias text)
returns text language sql as $$
    select coalesce(format(', json_to_record(%s) as %s(%s)', object, alias, string_agg(
        format('%I %s', attname, case kind
            when 'plain' then format_type(atttypid, atttypmod) when 'bytea' then 'text' else 'json' end), ', ')), '')
    from (select *, pg_temp.walbrook_kind(atttypid) as kind from pg_attribute) a
    where attrelid = relation and attnum > 0 and not attisdropped and attname = any (names)
        and kind <> 'json'
    having count(*) > 0
$$;

-- The expression for the value of one column in such a statement.
create function pg_temp.walbrook_value(a pg_attribute, object text, nulls text, alias text)
returns text language plpgsql as $$
declare
    kind text := pg_temp.walbrook_kind(a.atttypid);
    type text := format_type(a.atttypid, a.atttypmod);
begin
    return case kind
        when 'plain' then format('%s.%I', alias, a.attname)
        when 'bytea' then format('pg_temp.walbrook_bytes(%s.%I)::%s', alias, a.attname, type)
        when 'json' then format('pg_temp.walbrook_embedded(%s, %L, %s, %L)::%s',
            object, a.attname, nulls, (pg_temp.walbrook_base(a.atttypid)).oid = 'json'::regtype, type)
        else format('%s::%s',
            pg_temp.walbrook_text(a.atttypid, format('%s.%I', alias, a.attname), a.attndims), type)
    end;
end $$;

-- The condition that finds the row of an event, and how sure it is: 'unique', 'checked' (the number of rows must be
-- looked at) or 'first' (equal rows, any of which will do).
create function pg_temp.walbrook_match(
    relation oid, key_names text[], before_names text[], out names text[], out condition text, out certainty text)
language plpgsql as $$
begin
    -- A key that an index guards. A deferrable one may hold twice inside a transaction, so it is no key here.
    select array_agg(a.attname::text), string_agg(format('s.%I operator(%I.%s) %s', a.attname, n.nspname, o.oprname,
            pg_temp.walbrook_value(a, 'event.old', 'event.old_nulls', 'k')), ' and ')
    into names, condition
    from pg_index i
        cross join generate_series(0, i.indnkeyatts - 1) as place
        join pg_attribute a on a.attrelid = relation and a.attnum = i.indkey[place]
        join pg_opclass c on c.oid = i.indclass[place]
        join pg_amop m on m.amopfamily = c.opcfamily and m.amopstrategy = 3
            and m.amoplefttype = c.opcintype and m.amoprighttype = c.opcintype
        join pg_operator o on o.oid = m.amopopr
        join pg_namespace n on n.oid = o.oprnamespace
    where i.indrelid = relation and i.indisunique and i.indimmediate and i.indisvalid
        and i.indpred is null and i.indexprs is null
        and (before_names = '{}' or key_names <@ before_names)
    group by i.indexrelid
    having array_agg(a.attname::text) @> key_names and array_agg(a.attname::text) <@ key_names
    limit 1;
    certainty := 'unique';
    if names is not null then
        return;
    end if;
    -- Else every column of the old row that is there, compared as text: not every type knows equality.
    names := case before_names when '{}' then key_names else before_names end;
    certainty := case before_names when '{}' then 'checked' else 'first' end;
    select string_agg(format('s.%I::text is not distinct from (%s)::text', a.attname,
        pg_temp.walbrook_value(a, 'event.old', 'event.old_nulls', 'k')), ' and ' order by a.attnum)
    into condition
    from pg_attribute a where a.attrelid = relation and a.attname = any (names);
end $$;

create function pg_temp.walbrook_refuse(event record, reason text) returns void language plpgsql as $$
begin
    raise exception 'line % (%): % of %.%: %', event.n, event.pos, event.op, event.schema, event."table", reason;
end $$;

create function pg_temp.walbrook_compile(sample pg_temp.walbrook_event) returns void language plpgsql as $compile$
declare
    name text := format('%I.%I', sample.schema, sample."table");
    relation oid := to_regclass(name);
    kind "char" := (select relkind from pg_class where oid = relation);
    -- Children of a table that is inherited from have events of their own.
    target text := case when kind = 'p' then name else 'only ' || name end;
    after_names text[] := pg_temp.walbrook_names(sample.after);
    key_names text[] := pg_temp.walbrook_names(sample.key);
    before_names text[] := pg_temp.walbrook_names(sample.before);
    events text := format(
        'pg_temp.walbrook_event e where e.schema = %L and e."table" = %L and e.n between first and last',
        sample.schema, sample."table");
    match record := pg_temp.walbrook_match(relation, key_names, before_names);
    unknown text;
    columns text;
    value_list text;
    settings text;
    full_settings text;
    identity_columns text[];
    is_same_identity text;
    row_from text := pg_temp.walbrook_from(relation, after_names, 'event.after', 'r');
    body text;
begin
    if kind is null or kind not in ('r', 'p') then
        perform pg_temp.walbrook_refuse(sample, 'there is no such table here');
    end if;
    select string_agg(n, ', ') into unknown from unnest(after_names || key_names || before_names) n
    where not exists (select from pg_attribute a
        where a.attrelid = relation and a.attnum > 0 and not a.attisdropped and a.attname = n);
    if unknown is not null then
        perform pg_temp.walbrook_refuse(sample, 'the table here has no column ' || unknown);
    elsif sample.op in ('update', 'delete') and match.condition is null then
        perform pg_temp.walbrook_refuse(sample, 'neither a key nor an old row tells which row it is');
    elsif sample.op in ('insert', 'read', 'update') and sample.after is null then
        perform pg_temp.walbrook_refuse(sample, 'there is no new row');
    end if;

    -- Generated columns make themselves.
    select string_agg(format('%I', a.attname), ', ' order by a.attnum), string_agg(v, ', ' order by a.attnum),
        string_agg(format('%I = %s', a.attname, v), ', ' order by a.attnum) filter (where a.attidentity <> 'a'),
        string_agg(format('%I = %s', a.attname, v), ', ' order by a.attnum),
        array_agg(a.attname) filter (where a.attidentity = 'a'),
        string_agg(format('s.%I is not distinct from %s', a.attname, v), ' and ') filter (where a.attidentity = 'a')
    into columns, value_list, settings, full_settings, identity_columns, is_same_identity
    from pg_attribute a, pg_temp.walbrook_value(a, 'event.after', 'event.json_null', 'r') v
    where a.attrelid = relation and a.attname = any (after_names) and a.attgenerated = '';

    if sample.op in ('insert', 'read') then
        if sample.op = 'read' and match.condition is not null then
            body := format(
                'delete from %s s using (select e.key as old, e.json_null as old_nulls from %s) event%s where %s;',
                target, events, pg_temp.walbrook_from(relation, match.names, 'event.old', 'k'), match.condition);
            events := format('(select distinct on (e.key::text) e.* from %s order by e.key::text, e.n desc) e', events);
        end if;
        body := concat(body, format(
            'insert into %s%s overriding system value select %s from (select e.* from %s order by e.n) event%s',
            name, '(' || columns || ')', value_list, events, row_from));
    elsif sample.op = 'truncate' then
        -- A table that others refer to is refused, although the source emptied those too or knew no reference.
        body := format('begin truncate %1$s; exception when feature_not_supported then delete from %1$s; end', target);
        select concat(body, string_agg(format('; alter sequence %s restart', d.objid::regclass), '')) into body
        from pg_depend d join pg_class c on c.oid = d.objid and c.relkind = 'S'
        where d.classid = 'pg_class'::regclass and d.refclassid = 'pg_class'::regclass and d.refobjid = relation
            and d.deptype in ('a', 'i') and sample.restart_identity;
    else
        body := format($loop$
            for event in
                select e.*, coalesce(e.before, e.key) as old,
                    case when e.before is null then e.json_null else e.json_null_before end as old_nulls
                from %1$s order by e.n
            loop
                select s.tableoid as in_table, s.ctid as at, %2$s as is_only, %3$s as is_same_identity into hit
                from %4$s s%5$s where %6$s %7$s;
                if not found then
                    perform pg_temp.walbrook_refuse(event, 'the row is not there');
                elsif not hit.is_only then
                    perform pg_temp.walbrook_refuse(event, 'several rows have this key');
                end if;
                $loop$,
            events, case match.certainty when 'checked' then 'count(*) over () = 1' else 'true' end,
            coalesce(is_same_identity, 'true'), target,
            pg_temp.walbrook_from(relation, match.names, 'event.old', 'k')
                || case when identity_columns is null then '' else row_from end,
            match.condition, case match.certainty when 'first' then 'limit 1' else '' end);
        if sample.op = 'delete' then
            body := body || format('delete from %s s where s.tableoid = hit.in_table and s.ctid = hit.at;', target);
        else
            -- PostgreSQL lets nobody set a GENERATED ALWAYS identity, but the source can draw a new one.
            if identity_columns is not null then
                select body || format('if not hit.is_same_identity then %s execute %L using %s; %s continue; end if;',
                    string_agg(format('alter table %s alter column %I set generated by default;', name, i), ' '),
                    format('update %s s set %s from (select $3 as after, $4 as json_null) event%s '
                        'where s.tableoid = $1 and s.ctid = $2', target, full_settings, row_from),
                    'hit.in_table, hit.at, event.after, event.json_null',
                    string_agg(format('alter table %s alter column %I set generated always;', name, i), ' '))
                into body from unnest(identity_columns) i;
            end if;
            body := body || coalesce(format(
                'update %s s set %s%s where s.tableoid = hit.in_table and s.ctid = hit.at;',
                target, settings, coalesce(' from ' || nullif(substr(row_from, 3), ''), '')), '');
        end if;
        body := body || ' end loop';
    end if;
    execute format($function$
        create function pg_temp.%I(first bigint, last bigint) returns void language plpgsql as %L $function$,
        'walbrook_apply_' || sample.form, format($body$
            #variable_conflict use_column
            declare
                event record;
                hit record;
            begin
                %s;
            end $body$, body));
end $compile$;

do $$
declare
    sample pg_temp.walbrook_event;
begin
    for sample in select distinct on (form) * from pg_temp.walbrook_event order by form, n loop
        perform pg_temp.walbrook_compile(sample);
    end loop;
end $$;

-- 5. Runs of one form, in the order of each table. A partition and its root are one table.

create temp table walbrook_run as
with named as (
    select names.*, coalesce(pg_partition_root(relation), relation)::oid as root
    from (select distinct schema, "table" from pg_temp.walbrook_event) names,
        to_regclass(format('%I.%I', schema, "table")) relation
), ordered as (
    select e.n, e.form, t.root, e.form is distinct from lag(e.form) over (partition by t.root order by e.n) as is_first
    from pg_temp.walbrook_event e join named t on t.schema = e.schema and t."table" = e."table"
), numbered as (
    select n, form, root, count(*) filter (where is_first) over (partition by root order by n) as run,
        row_number() over (partition by root order by n) / 5000 as portion
    from ordered
)
select root, form, min(n) as first, max(n) as last, count(*) as events
from numbered group by root, form, run, portion;

do $$
declare
    run record;
    events bigint := 0;
begin
    for run in select * from pg_temp.walbrook_run order by root, first loop
        begin
            execute format('select pg_temp.%I($1, $2)', 'walbrook_apply_' || run.form) using run.first, run.last;
        exception when integrity_constraint_violation or data_exception then
            raise exception 'lines % to %: %', run.first, run.last, sqlerrm using errcode = sqlstate;
        end;
        -- Old versions of a row that is updated again and again can only be cleared away once they are committed.
        events := events + run.events;
        if events >= 5000 then
            commit;
            events := 0;
        end if;
    end loop;
end $$;

set synchronous_commit = on;
discard temp;
