"""Measures many subscribers of one TCP port against a single one.

They are connected and wait; then one transaction inserts narrow rows, all of which go to everybody. The time counts
from the first event that any of them has to the last that the last one has; while walbrook sends, nobody writes.
All are read by this one program, which throws the bytes away: what that costs is the same for each byte.
"""

import argparse
import contextlib
import json
import selectors
import statistics
import threading
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import report
from consumers import JOURNAL, PORT, walbrook
from failure import BenchFailure
from live import PUBLICATION, following
from postgres import Server
from setting import add_common_arguments, count, output_directory, progress, tools, walbrook_can
from subscriber import CHUNK, await_answer, subscribe
from watch import cpu_times, peak_kib
from workloads import WORKLOADS

# A table whose row comes last.
MARK = b'"table":"finish"'
LIMIT = 600


@dataclass(frozen=True)
class Run:
    seconds: float
    # What all subscribers got together.
    bytes: int
    # Seconds of CPU and memory of walbrook, from before the load to the end.
    cpu: float
    peak_kib: int


class Audience:
    """Connections that are read as data comes, each up to the mark."""

    def __init__(self, connections):
        self.selector = selectors.DefaultSelector()
        self.bytes = 0
        self.first = None
        for connection in connections:
            connection.setblocking(False)
            self.selector.register(connection, selectors.EVENT_READ, bytearray())
        self.chunk = bytearray(CHUNK)

    def read(self):
        """Reads until everyone has the mark."""
        deadline = time.monotonic() + LIMIT
        while self.selector.get_map():
            if time.monotonic() > deadline:
                raise BenchFailure(f"{len(self.selector.get_map())} subscribers still wait for the last event")
            for key, _ in self.selector.select(timeout=1):
                self.take(key.fileobj, key.data)
        self.last = time.monotonic()

    def take(self, connection, tail):
        size = connection.recv_into(self.chunk)
        if size == 0:
            raise BenchFailure(f"a subscriber was cut off; it last got {bytes(tail)!r}")
        self.first = self.first or time.monotonic()
        self.bytes += size
        # A mark cut in two is found with the end of the chunk before.
        split = tail + self.chunk[: min(size, len(MARK))]
        if self.chunk.find(MARK, 0, size) >= 0 or MARK in split:
            self.selector.unregister(connection)
        tail[:] = (tail + self.chunk[max(0, size - 200) : size])[-200:]


def run(words):
    arguments = parse_arguments(words)
    programs = tools(arguments)
    for needs in ("tcp://", "--journal"):
        if not walbrook_can(programs, needs):
            raise BenchFailure(f"this walbrook does not know {needs}")
    runs = {size: [] for size in dict.fromkeys((1, arguments.subscribers))}
    for number in range(1, arguments.runs + 1):
        for size in runs:
            progress(f"run {number} of {arguments.runs}: {size} subscribers", end=" ")
            facts, done = fan_out(programs, size, arguments.rows)
            runs[size].append(done)
            progress(f"{done.seconds:.2f} s, {done.bytes / done.seconds / 1e6:,.0f} MB/s")
    print(markdown(runs, arguments.rows))
    print(report.machine_line(facts))
    if arguments.json:
        document = {
            "machine": facts, "rows": arguments.rows,
            "subscribers": {size: [asdict(each) for each in done] for size, done in runs.items()},
        }
        arguments.json.write_text(json.dumps(document, indent=2) + "\n")


def fan_out(programs, subscribers, rows):
    with contextlib.ExitStack() as stack:
        output = Path(stack.enter_context(output_directory(rows * 1000)))
        server = stack.enter_context(Server(programs.postgres))
        WORKLOADS["large"].prepare(server, rows)
        server.query("CREATE TABLE finish (id integer PRIMARY KEY)")
        server.query(f"CREATE PUBLICATION {PUBLICATION} FOR ALL TABLES")
        facts = report.machine(server, programs, output)
        process, source = stack.enter_context(
            following(server, programs, walbrook(*JOURNAL, *PORT, ends=False), output))
        connections = [
            stack.enter_context(subscribe(source.port, "SUB from=now heartbeat=600"))
            for _ in range(subscribers)
        ]
        for connection in connections:
            await_answer(connection)
        audience = Audience(connections)
        before = cpu_times(process.pid)
        load = threading.Thread(target=load_rows, args=(server, rows))
        load.start()
        audience.read()
        load.join()
        after = cpu_times(process.pid)
        return facts, Run(
            seconds=audience.last - audience.first, bytes=audience.bytes, cpu=sum(after) - sum(before),
            peak_kib=peak_kib(process.pid))


def load_rows(server, rows):
    server.query(f"CALL load({rows})")
    server.query("INSERT INTO finish VALUES (1)")


def markdown(runs, rows):
    lines = [["subscribers", "s", "MB/s, all together", "ratio", "walbrook's CPU s", "peak MiB"], ["---:"] * 6]
    speeds = {
        size: statistics.median(each.bytes / each.seconds for each in done) for size, done in runs.items()
    }
    for size, done in runs.items():
        lines.append([
            str(size), f"{statistics.median(each.seconds for each in done):.2f}", f"{speeds[size] / 1e6:,.0f}",
            f"{speeds[size] / speeds[1]:.2f}", f"{statistics.median(each.cpu for each in done):.2f}",
            f"{max(each.peak_kib for each in done) / 1024:.1f}",
        ])
    return "\n".join([
        f"**fanout**: {rows:,} narrow rows to everyone, TCP on loopback, with a journal, medians of"
        f" {len(next(iter(runs.values())))}",
        "", *report.table(lines), "",
    ])


def parse_arguments(words):
    parser = argparse.ArgumentParser(
        prog="bench fanout", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subscribers", type=count, default=100, metavar="N", help="default: 100")
    parser.add_argument("--rows", type=count, default=300_000, metavar="N", help="default: 300000")
    parser.add_argument("--runs", type=count, default=3, metavar="N", help="of each (default: 3)")
    add_common_arguments(parser)
    return parser.parse_args(words)
