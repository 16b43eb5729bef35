"""The workloads, one entry each."""

from collections.abc import Callable
from dataclasses import dataclass

import mixed


@dataclass(frozen=True)
class Workload:
    description: str
    # How many changes it makes if nobody says.
    rows: int
    # Tables, and what is in them before anybody reads; gets the server and the number of changes.
    prepare: Callable
    # Makes the changes, in the same transactions whoever reads them.
    load: Callable
    # Of every table and kind of change how many there are.
    expected: Callable[[int], dict]
    # The number of changes must be a multiple of this.
    unit: int = 1


def sql(schema):
    """Creates tables and procedures."""
    return lambda server, rows: server.query(schema)


def call_load(server, rows):
    server.query("SET synchronous_commit = off")
    server.query(f"CALL load({rows})")


NARROW = "(id bigint PRIMARY KEY, a integer NOT NULL, b text NOT NULL)"


def in_tens(insert):
    """A procedure that runs a statement for every ten numbers from 1, each time in a transaction."""
    return f"""
        CREATE PROCEDURE load(rows bigint) LANGUAGE plpgsql AS $$
        BEGIN
            FOR low IN 1 .. rows BY 10 LOOP
                {insert};
                COMMIT;
            END LOOP;
        END
        $$;
        """


def prepare_identity_full(server, rows):
    server.query(f"""
        CREATE TABLE account (
            id bigint PRIMARY KEY, owner text NOT NULL, balance numeric(14,2) NOT NULL, state text,
            updated timestamptz NOT NULL);
        ALTER TABLE account REPLICA IDENTITY FULL;
        INSERT INTO account
            SELECT n, 'owner ' || n, n / 100.0, 'open', '2026-01-01 00:00:00+00'
            FROM generate_series(1, {rows}) n;
        ANALYZE account;
        """ + in_tens("""
            UPDATE account SET balance = balance + 1, updated = clock_timestamp()
            WHERE id BETWEEN low AND least(low + 9, rows)
        """))


CLIENTS = 4
CHANGES_OF_TPCB = 4


def prepare_tpcb(server, rows):
    server.pgbench("--initialize", "--init-steps=dtgp", "--scale=10", "--quiet")


def load_tpcb(server, rows):
    server.pgbench(
        "--builtin=tpcb-like", "--no-vacuum", f"--client={CLIENTS}",
        f"--transactions={rows // CHANGES_OF_TPCB // CLIENTS}", "--random-seed=1",
        options="-c synchronous_commit=off")


WORKLOADS = {
    "narrow": Workload(
        "inserts of three small columns, 10 a transaction", 1_000_000,
        sql(f"CREATE TABLE narrow {NARROW};" + in_tens("""
            INSERT INTO narrow
            SELECT n, n % 1000, 'row ' || n FROM generate_series(low, least(low + 9, rows)) n
        """)),
        call_load, lambda rows: {("narrow", "insert"): rows}),
    "tpcb": Workload(
        "pgbench's TPC-B: three updates and an insert a transaction", 400_000, prepare_tpcb, load_tpcb,
        lambda rows: {
            ("pgbench_accounts", "update"): rows // CHANGES_OF_TPCB,
            ("pgbench_tellers", "update"): rows // CHANGES_OF_TPCB,
            ("pgbench_branches", "update"): rows // CHANGES_OF_TPCB,
            ("pgbench_history", "insert"): rows // CHANGES_OF_TPCB,
        },
        unit=CHANGES_OF_TPCB * CLIENTS),
    "mixed": Workload(
        "inserts of 30 columns of many types, 10 a transaction", 200_000,
        sql(mixed.SCHEMA + in_tens(mixed.INSERT)), call_load, lambda rows: {("mixed", "insert"): rows}),
    "wide": Workload(
        "inserts of a text of 5 KiB, 10 a transaction", 60_000,
        sql("CREATE TABLE wide (id bigint PRIMARY KEY, b text NOT NULL);" + in_tens("""
            INSERT INTO wide
            SELECT n, repeat(md5(n::text), 160) FROM generate_series(low, least(low + 9, rows)) n
        """)),
        call_load, lambda rows: {("wide", "insert"): rows}),
    "large": Workload(
        "inserts of three small columns, all in one transaction", 1_000_000,
        sql(f"""
            CREATE TABLE large {NARROW};
            CREATE PROCEDURE load(rows bigint) LANGUAGE sql AS
            $$ INSERT INTO large SELECT n, n % 1000, 'row ' || n FROM generate_series(1, rows) n $$;
            """),
        call_load, lambda rows: {("large", "insert"): rows}),
    "full": Workload(
        "updates of five columns with REPLICA IDENTITY FULL, 10 a transaction", 300_000,
        prepare_identity_full, call_load, lambda rows: {("account", "update"): rows}),
}
