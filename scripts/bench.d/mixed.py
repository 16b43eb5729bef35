"""A table of 30 columns as applications have them: one or more of every common type, some of them null."""

COLUMNS = [
    ("id", "bigint PRIMARY KEY", "n"),
    ("small", "smallint", "n % 30000"),
    ("medium", "integer", "n * 7"),
    ("large", "bigint", "n * 1000000007"),
    ("fraction", "real", "n / 7.0"),
    ("ratio", "double precision", "n / 3.0"),
    ("price", "numeric(12,2)", "n / 100.0"),
    ("rate", "numeric", "n * 0.000123456789"),
    ("active", "boolean NOT NULL", "n % 2 = 0"),
    ("deleted", "boolean", "CASE WHEN n % 3 > 0 THEN false END"),
    ("name", "text NOT NULL", "'Customer ' || n"),
    ("email", "varchar(80)", "'customer.' || n || '@mail.example'"),
    ("code", "char(8)", "lpad(to_hex(n), 8, '0')"),
    ("note", "text", "CASE WHEN n % 4 = 0 THEN E'said \"no\"\\nand left, at turn ' || n END"),
    ("mood", "mood", "(ARRAY['sad', 'ok', 'happy'])[n % 3 + 1]::mood"),
    ("uid", "uuid", "md5(n::text)::uuid"),
    ("born", "date", "'1950-01-01'::date + (n % 25000)::integer"),
    ("opens", "time", "'08:00'::time + n * '0.37 s'::interval"),
    ("created", "timestamptz", "'2026-01-01 00:00:00+00'::timestamptz + n * '1.234567 s'::interval"),
    ("updated", "timestamptz", "CASE WHEN n % 2 = 0 THEN '2026-06-01 12:00:00+00'::timestamptz END"),
    ("planned", "timestamp", "'2026-02-03 04:05:06'::timestamp + n * '1 min'::interval"),
    ("lasted", "interval", "n * '1.5 s'::interval"),
    ("address", "inet", "'10.0.0.0'::inet + n"),
    ("profile", "jsonb",
     "jsonb_build_object('visits', n, 'tags', jsonb_build_array('a', 'b', n % 10), 'plan', 'basic')"),
    ("settings", "jsonb", "CASE WHEN n % 5 > 0 THEN '{\"theme\": \"dark\", \"mail\": false}'::jsonb END"),
    ("tags", "text[]", "ARRAY['red', 'light blue', 'tag ' || n % 100]"),
    ("scores", "integer[]", "ARRAY[n, n + 1, n % 10]::integer[]"),
    ("amounts", "numeric[]", "ARRAY[n / 4.0, NULL, 0.5]::numeric[]"),
    ("span", "int4range", "int4range(n::integer, n::integer + 10)"),
    ("raw", "bytea", "decode(md5(n::text), 'hex')"),
]

SCHEMA = (
    "CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');"
    f"CREATE TABLE mixed ({', '.join(f'{name} {kind}' for name, kind, _ in COLUMNS)});"
)

INSERT = (
    f"INSERT INTO mixed SELECT {', '.join(value for _, _, value in COLUMNS)}"
    " FROM generate_series(low, least(low + 9, rows)) n"
)
