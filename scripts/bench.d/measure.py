"""Lets consumers drain one workload, and measures each with its walsender."""

import contextlib
import mmap
import os
import shutil
import subprocess
import time
from collections import Counter
from dataclasses import dataclass

from consumers import CONSUMERS, Source
from failure import BenchFailure
from postgres import environment, free_port
from subscriber import Subscriber
from watch import Watch, machine_cpu

PUBLICATION = "bench"
COPY = "bench_copy"

# A table whose rows mark the end; it is not counted.
FINISH = "finish"


@dataclass(frozen=True)
class Count:
    """What a consumer delivers."""

    rows: int
    bytes: int


@dataclass(frozen=True)
class Run:
    # From the start of the process to its end, and that of its subscriber.
    seconds: float
    user: float
    system: float
    # None if the run was over before it was found.
    walsender_user: float | None
    walsender_system: float | None
    peak_kib: int | None
    # What all else on the machine used meanwhile: a run that was disturbed shows here.
    other: float
    # None where the output was /dev/null.
    bytes: int | None


class Measurement:
    """One workload, written once."""

    def __init__(self, server, tools, workload, rows, consumers, output):
        self.server = server
        self.tools = tools
        self.workload = workload
        self.rows = rows
        self.output = output
        self._load({CONSUMERS[name].plugin for name in consumers})

    def _load(self, plugins):
        """Leaves the changes, and behind them two transactions: once the first is confirmed, so are all of them,
        and the second lies past the end, for pg_recvlogical stops only at something past it."""
        self.workload.prepare(self.server, self.rows)
        self.server.query(f"CREATE TABLE {FINISH} (id integer PRIMARY KEY)")
        self.server.query(f"CREATE PUBLICATION {PUBLICATION} FOR ALL TABLES")
        for plugin in plugins:
            self.server.query(f"SELECT pg_create_logical_replication_slot('{master(plugin)}', '{plugin}')")
        self.workload.load(self.server, self.rows)
        # A walsender sends only what is flushed, and a synchronous commit flushes all before it.
        self.server.query("RESET synchronous_commit")
        self.rows_end = self.server.value("SELECT pg_current_wal_insert_lsn()")
        self.server.query(f"INSERT INTO {FINISH} VALUES (1)")
        self.end = self.server.value("SELECT pg_current_wal_insert_lsn()")
        self.server.query(f"INSERT INTO {FINISH} VALUES (2)")
        self.server.query("CHECKPOINT")

    def count(self, name, transport):
        """A run that is not timed, to see that all changes arrive."""
        consumer = CONSUMERS[name]
        with self._source(consumer, transport) as source:
            self._stream(consumer, source, keeps_output=True)
            files = written(source)
            changes = Counter()
            for file in files:
                changes += counted(consumer.count, file)
            changes = Counter({change: count for change, count in changes.items() if change[0] != FINISH})
            if changes != Counter(self.workload.expected(self.rows)):
                raise BenchFailure(
                    f"{name} delivered {described(changes)} of"
                    f" {described(self.workload.expected(self.rows))}")
            return Count(changes.total(), sum(file.stat().st_size for file in files))

    def run(self, name, transport, counted):
        """A timed run, which must deliver what was counted."""
        consumer = CONSUMERS[name]
        with self._source(consumer, transport) as source:
            run = self._stream(consumer, source)
            if run.bytes not in (None, counted.bytes):
                raise BenchFailure(f"{name} wrote {run.bytes:,} bytes, counted were {counted.bytes:,}")
            return run

    @contextlib.contextmanager
    def _source(self, consumer, transport):
        """A copy of the master slot, so that everyone reads the same WAL from the same place."""
        directory = self.output / "run"
        directory.mkdir()
        self.server.query(
            f"SELECT pg_copy_logical_replication_slot('{master(consumer.plugin)}', '{COPY}')")
        try:
            yield Source(
                self.server.conninfo(transport), COPY, PUBLICATION, self.end, directory, free_port())
        finally:
            shutil.rmtree(directory)
        self.server.query(f"SELECT pg_drop_replication_slot('{COPY}')")

    def _stream(self, consumer, source, keeps_output=False):
        to_file = consumer.output == "file" or (keeps_output and consumer.output == "null")
        errors = self.output / "stderr"
        with contextlib.ExitStack() as stack:
            output = stack.enter_context(open(source.file if to_file else os.devnull, "wb"))
            error_file = stack.enter_context(open(errors, "wb"))
            watch = Watch(self._walsender_pid)
            busy = machine_cpu()
            start = time.perf_counter()
            process = subprocess.Popen(
                consumer.command(self.tools, source), stdin=subprocess.DEVNULL, stdout=output,
                stderr=error_file, env=environment(), start_new_session=True)
            if consumer.has_subscriber:
                subscriber = stack.enter_context(Subscriber(source.port, until=f'"table":"{FINISH}"'))
            # Fast when all is well, but a slow machine is no error.
            usage = watch.until_end(process, limit=120 + self.rows / 1000)
            if consumer.has_subscriber:
                subscriber.wait()
            seconds = time.perf_counter() - start
            busy = machine_cpu() - busy
        if process.returncode != 0:
            said = errors.read_text(errors="replace")[-2000:]
            raise BenchFailure(f"{process.args[0]} ended with {process.returncode}:\n{said}")
        watch.until_walsender_ends()
        self._check_confirmed(process)
        return Run(
            seconds=seconds, user=usage.ru_utime, system=usage.ru_stime, walsender_user=watch.walsender_user,
            walsender_system=watch.walsender_system, peak_kib=watch.peak_kib,
            other=max(0, busy - usage.ru_utime - usage.ru_stime - watch.walsender_total),
            bytes=sum(file.stat().st_size for file in written(source)) if written(source) else None)

    def _walsender_pid(self):
        pid = self.server.value(f"SELECT active_pid FROM pg_replication_slots WHERE slot_name = '{COPY}'")
        return int(pid) if pid else None

    def _check_confirmed(self, process):
        """A consumer confirms what it has written, so this holds every run to all its rows."""
        confirmed, enough = self.server.value(
            f"SELECT confirmed_flush_lsn, confirmed_flush_lsn >= '{self.rows_end}' FROM pg_replication_slots"
            f" WHERE slot_name = '{COPY}'"
        ).split("|")
        if enough != "t":
            raise BenchFailure(
                f"{process.args[0]} confirmed only {confirmed}, but the rows go on to {self.rows_end}")


def master(plugin):
    return f"bench_{plugin}"


def written(source):
    """The files that hold what was delivered."""
    return [file for file in (source.file, *sorted(source.journal.glob("*.ndjson"))) if file.exists()]


def counted(count, path):
    if path.stat().st_size == 0:
        return Counter()
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as stream:
        return count(stream)


def described(changes):
    return ", ".join(f"{count:,} × {kind} {table}" for (table, kind), count in sorted(changes.items())) or "nothing"
