"""Measures one large transaction while it is being made: when its first event is out, and when its last.

The consumer follows the log; then one transaction inserts narrow rows and commits, once in a single statement, as
fast as the server can, and once spread over some seconds, as an import does that fetches its rows somewhere. The times
count from the moment the COMMIT has returned to the writer, the total from the start of the load. Medians of several
runs.
"""

import argparse
import contextlib
import itertools
import json
import os
import statistics
import subprocess
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import report
from consumers import BASELINE, PGOUTPUT, pg_recvlogical, walbrook
from failure import BenchFailure
from live import PUBLICATION, following
from postgres import Server
from setting import add_common_arguments, count, output_directory, progress, tools, walbrook_can
from workloads import WORKLOADS

STREAMED, WHOLE = "walbrook", "walbrook-no-streaming"
FOLLOWERS = {
    STREAMED: walbrook(ends=False),
    WHOLE: walbrook("--no-streaming", ends=False),
    BASELINE: pg_recvlogical(*PGOUTPUT, ends=False),
}
# The same rows in a thousand statements of one transaction, evenly over some seconds.
SPREAD = """
    CREATE PROCEDURE spread(rows bigint, seconds double precision) LANGUAGE plpgsql AS $$
    DECLARE
        start timestamptz := clock_timestamp();
    BEGIN
        FOR step IN 1 .. 1000 LOOP
            INSERT INTO large SELECT n, n % 1000, 'row ' || n
                FROM generate_series(rows * (step - 1) / 1000 + 1, rows * step / 1000) n;
            PERFORM pg_sleep(extract(epoch FROM start - clock_timestamp()) + seconds * step / 1000);
        END LOOP;
    END
    $$;
    """
# A table whose row comes last.
MARK = b"finish"
LIMIT = 600


@dataclass(frozen=True)
class Run:
    """In seconds."""

    load: float
    # From the return of COMMIT; below zero if it was out before that.
    first: float
    last: float
    # From the start of the load.
    total: float


def run(words):
    arguments = parse_arguments(words)
    programs = tools(arguments)
    names = list(FOLLOWERS)
    if not walbrook_can(programs, "--no-streaming"):
        progress(f"leaving out {WHOLE}: this walbrook does not know --no-streaming")
        names.remove(WHOLE)
    runs = {seconds: {name: [] for name in names} for seconds in arguments.over}
    for number, seconds in itertools.product(range(1, arguments.runs + 1), arguments.over):
        for name in names:
            progress(f"{spread(seconds)}, run {number} of {arguments.runs}: {name}", end=" ")
            facts, done = follow(programs, FOLLOWERS[name], arguments.rows, seconds)
            runs[seconds][name].append(done)
            progress(f"first {done.first:.3f} s, last {done.last:.3f} s after COMMIT, {done.total:.3f} s in all")
    for seconds in arguments.over:
        print(markdown(runs[seconds], arguments.rows, seconds))
    print(report.machine_line(facts))
    if arguments.json:
        document = {
            "machine": facts, "rows": arguments.rows,
            "over": {
                seconds: {name: [asdict(each) for each in done] for name, done in consumers.items()}
                for seconds, consumers in runs.items()
            },
        }
        arguments.json.write_text(json.dumps(document, indent=2) + "\n")


def spread(seconds):
    return f"over {seconds} s" if seconds else "at once"


def follow(programs, command, rows, seconds):
    """On a server of its own: an earlier load would leave it warmer and larger."""
    with contextlib.ExitStack() as stack:
        output = Path(stack.enter_context(output_directory(2**30)))
        server = stack.enter_context(Server(programs.postgres))
        WORKLOADS["large"].prepare(server, rows)
        server.query(SPREAD)
        server.query(f"CREATE TABLE {MARK.decode()} (id integer PRIMARY KEY)")
        server.query(f"CREATE PUBLICATION {PUBLICATION} FOR ALL TABLES")
        facts = report.machine(server, programs, output)
        process, _ = stack.enter_context(
            following(server, programs, command, output, stdout=subprocess.PIPE))
        call = f"spread({rows}, {seconds})" if seconds else f"load({rows})"
        load = Load(server, f"CALL {call}")
        load.start()
        first, last = read_until_mark(process.stdout.fileno())
        load.join()
        if load.failure:
            raise load.failure
        return facts, Run(
            load=load.committed - load.begun, first=first - load.committed, last=last - load.committed,
            total=last - load.begun)


class Load(threading.Thread):
    """Makes the transaction, and a small one behind it."""

    def __init__(self, server, statement):
        super().__init__()
        self.server = server
        self.statement = statement
        self.failure = None

    def run(self):
        try:
            self.begun = time.monotonic()
            self.server.query(self.statement)
            self.committed = time.monotonic()
            self.server.query(f"INSERT INTO {MARK.decode()} VALUES (1)")
        except BenchFailure as failure:
            self.failure = failure


def read_until_mark(descriptor):
    """When the first bytes and when those with the mark were read."""
    first, tail = None, b""
    deadline = time.monotonic() + LIMIT
    while chunk := os.read(descriptor, 256 * 1024):
        now = time.monotonic()
        first = first or now
        # A mark cut in two is found with the end of the chunk before.
        if MARK in chunk or MARK in tail + chunk[: len(MARK)]:
            return first, now
        tail = chunk[-len(MARK) :]
        if now > deadline:
            break
    raise BenchFailure("the stream ended before the last row, or took too long")


def markdown(runs, rows, seconds):
    medians = {
        name: {key: statistics.median(getattr(each, key) for each in done) for key in Run.__annotations__}
        for name, done in runs.items()
    }
    lines = [
        ["consumer", "load s", "first event after COMMIT, s", "last event after COMMIT, s", "total s"],
        ["---"] + ["---:"] * 4,
    ]
    for name, values in medians.items():
        lines.append([name, *(f"{values[key]:.3f}" for key in ("load", "first", "last", "total"))])
    return "\n".join([
        f"**transaction**: {rows:,} narrow rows in one transaction, made {spread(seconds)}; TCP on loopback,"
        f" medians of {len(next(iter(runs.values())))}",
        "", *report.table(lines), "", *(bars(medians) if rows >= WORKLOADS["large"].rows else []),
    ])


def bars(medians):
    if WHOLE not in medians:
        return []
    own, other = medians[STREAMED], medians[WHOLE]
    verdicts = [
        (f"first event {own['first']:.3f} s after COMMIT, wanted within a tenth of {other['last']:.3f} s",
         own["first"] <= other["last"] / 10),
        (f"total {own['total']:.3f} s, without streaming {other['total']:.3f} s", own["total"] <= other["total"]),
    ]
    return [*(f"- {what}: {'holds' if holds else '**missed**'}" for what, holds in verdicts), ""]


def parse_arguments(words):
    parser = argparse.ArgumentParser(
        prog="bench transaction", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=count, default=1_000_000, metavar="N", help="default: 1000000")
    parser.add_argument(
        "--over", type=int, nargs="+", default=[0, 10], metavar="SECONDS",
        help="how long the transaction takes to be made; 0 for as fast as possible (default: 0 10)")
    parser.add_argument("--runs", type=count, default=3, metavar="N", help="of each consumer (default: 3)")
    add_common_arguments(parser)
    arguments = parser.parse_args(words)
    if min(arguments.over) < 0:
        parser.error("--over takes seconds, and 0 for as fast as possible")
    return arguments
