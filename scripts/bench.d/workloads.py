"""The workloads, one entry each."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Workload:
    description: str
    # The table that holds the rows; only changes of it are counted.
    table: str
    # Creates the table and a procedure load(rows bigint) that makes exactly that many changes of it.
    schema: str


WORKLOADS = {
    "narrow": Workload(
        description="inserts of three small columns, 10 a transaction",
        table="narrow",
        schema="""
            CREATE TABLE narrow (id bigint PRIMARY KEY, a integer NOT NULL, b text NOT NULL);
            CREATE PROCEDURE load(rows bigint) LANGUAGE plpgsql AS $$
            BEGIN
                FOR low IN 1 .. rows BY 10 LOOP
                    INSERT INTO narrow
                    SELECT n, n % 1000, 'row ' || n FROM generate_series(low, least(low + 9, rows)) n;
                    COMMIT;
                END LOOP;
            END
            $$;
            """,
    ),
}
