"""Runs consumers against one server and measures each with its walsender."""

import contextlib
import os
import select
import signal
import subprocess
import time
from dataclasses import dataclass

from consumers import CONSUMERS, Source
from failure import BenchFailure
from postgres import environment

PUBLICATION = "bench"
MASTER = "bench_master"
COPY = "bench_copy"

SAMPLE_INTERVAL = 0.02
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Count:
    """What a consumer delivers."""

    rows: int
    bytes: int


@dataclass(frozen=True)
class Run:
    # From the start of the process to its end.
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
    def __init__(self, server, tools, workload, rows, transport, output):
        self.server = server
        self.tools = tools
        self.workload = workload
        self.rows = rows
        self.conninfo = server.conninfo(transport)
        self.output = output
        self._load()

    def _load(self):
        """Leaves the rows, and behind them two transactions: once the first is confirmed, so are all rows,
        and the second lies past the end, for pg_recvlogical stops only at something past it."""
        self.server.query(self.workload.schema)
        self.server.query("CREATE TABLE finish (id integer PRIMARY KEY)")
        self.server.query(f"CREATE PUBLICATION {PUBLICATION} FOR ALL TABLES")
        self.server.query(f"SELECT pg_create_logical_replication_slot('{MASTER}', 'pgoutput')")
        self.server.query("SET synchronous_commit = off")
        self.server.query(f"CALL load({self.rows})")
        # A walsender sends only what is flushed, and a synchronous commit flushes all before it.
        self.server.query("RESET synchronous_commit")
        self.rows_end = self.server.value("SELECT pg_current_wal_insert_lsn()")
        self.server.query("INSERT INTO finish VALUES (1)")
        self.end = self.server.value("SELECT pg_current_wal_insert_lsn()")
        self.server.query("INSERT INTO finish VALUES (2)")
        self.server.query("CHECKPOINT")

    def count(self, name):
        """A run into a file, not timed, to see that all rows arrive."""
        consumer = CONSUMERS[name]
        with self._slot(), self._output_file() as path:
            self._stream(consumer, path)
            rows = consumer.count(path, self.workload.table)
            if rows != self.rows:
                raise BenchFailure(f"{name} delivered {rows:,} rows of {self.rows:,}")
            return Count(rows, path.stat().st_size)

    def run(self, name, counted):
        """A timed run, which must deliver what was counted."""
        consumer = CONSUMERS[name]
        with self._slot():
            if not consumer.to_file:
                return self._stream(consumer, None)
            with self._output_file() as path:
                run = self._stream(consumer, path)
                if run.bytes != counted.bytes:
                    raise BenchFailure(f"{name} wrote {run.bytes:,} bytes, counted were {counted.bytes:,}")
                return run

    @contextlib.contextmanager
    def _slot(self):
        """A copy of the master slot, so that everyone reads the same WAL from the same place."""
        self.server.query(f"SELECT pg_copy_logical_replication_slot('{MASTER}', '{COPY}')")
        yield
        self.server.query(f"SELECT pg_drop_replication_slot('{COPY}')")

    @contextlib.contextmanager
    def _output_file(self):
        path = self.output / "output"
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    def _stream(self, consumer, path):
        source = Source(self.conninfo, COPY, PUBLICATION, self.end)
        errors = self.output / "stderr"
        with open(path or os.devnull, "wb") as output, open(errors, "wb") as error_file:
            watch = Watch(self._walsender_pid)
            busy = machine_cpu()
            start = time.perf_counter()
            process = subprocess.Popen(
                consumer.command(self.tools, source), stdin=subprocess.DEVNULL, stdout=output,
                stderr=error_file, env=environment(), start_new_session=True)
            # Fast when all is well, but a slow machine is no error.
            usage = watch.until_end(process, limit=120 + self.rows / 1000)
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
            bytes=path.stat().st_size if path else None)

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


class Watch:
    """Samples a consumer and its walsender from /proc.

    The walsender's times are lost when it ends, so its last sample counts. The consumer's peak memory is
    sampled, too: the ru_maxrss of wait4 starts with the size of the process that forked it, this Python.
    """

    def __init__(self, find_walsender):
        self.find_walsender = find_walsender
        self.walsender_pid = None
        self.walsender_user = None
        self.walsender_system = None
        self.peak_kib = None

    @property
    def walsender_total(self):
        return (self.walsender_user or 0) + (self.walsender_system or 0)

    def until_end(self, process, limit):
        """Waits for the process; what it used."""
        deadline = time.monotonic() + limit
        descriptor = os.pidfd_open(process.pid)
        try:
            poll = select.poll()
            poll.register(descriptor, select.POLLIN)
            while not poll.poll(SAMPLE_INTERVAL * 1000):
                self._sample(process.pid)
                if time.monotonic() > deadline:
                    raise BenchFailure(f"{process.args[0]} did not end within {limit:.0f} s")
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            return usage
        finally:
            os.close(descriptor)
            if process.returncode is None:
                process.send_signal(signal.SIGKILL)
                process.wait()

    def until_walsender_ends(self):
        deadline = time.monotonic() + 30
        while self._sample_walsender() or self.find_walsender():
            if time.monotonic() > deadline:
                raise BenchFailure("the walsender did not end within 30 s after its consumer")
            time.sleep(0.001)

    def _sample(self, pid):
        with contextlib.suppress(OSError):
            with open(f"/proc/{pid}/status") as status:
                for line in status:
                    if line.startswith("VmHWM:"):
                        self.peak_kib = int(line.split()[1])
        if self.walsender_pid is None:
            self.walsender_pid = self.find_walsender()
        self._sample_walsender()

    def _sample_walsender(self):
        """Whether it is there."""
        if self.walsender_pid is None:
            return False
        try:
            with open(f"/proc/{self.walsender_pid}/stat") as stat:
                # The name in parentheses can hold spaces; behind it, utime and stime are fields 12 and 13.
                fields = stat.read().rpartition(")")[2].split()
        except OSError:
            return False
        self.walsender_user = int(fields[11]) / TICKS
        self.walsender_system = int(fields[12]) / TICKS
        return True


def machine_cpu():
    """Seconds of CPU all cores have been busy or taken away by the hypervisor."""
    with open("/proc/stat") as stat:
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS
