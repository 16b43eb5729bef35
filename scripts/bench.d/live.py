"""Consumers that follow the log while it is being written."""

import contextlib
import signal
import subprocess
import time

from consumers import Source
from failure import BenchFailure
from postgres import environment, free_port

PUBLICATION = "bench"
SLOT = "bench"


@contextlib.contextmanager
def following(server, tools, command, directory, transport="tcp", stdout=subprocess.DEVNULL):
    """Runs a consumer on a slot of its own that begins here; yields its process and its source once the server
    streams to it."""
    errors = directory / "stderr"
    server.query(f"SELECT pg_create_logical_replication_slot('{SLOT}', 'pgoutput')")
    source = Source(
        server.conninfo(transport), SLOT, PUBLICATION, end="", directory=directory, port=free_port())
    with open(errors, "wb") as error_file:
        process = subprocess.Popen(
            command(tools, source), stdin=subprocess.DEVNULL, stdout=stdout, stderr=error_file,
            env=environment(), start_new_session=True)
        try:
            await_streaming(server, process, errors)
            yield process, source
        finally:
            stop(process)
    # The server may take a moment to see that its client has gone.
    deadline = time.monotonic() + 30
    while server.value(f"SELECT active FROM pg_replication_slots WHERE slot_name = '{SLOT}'") == "t":
        if time.monotonic() > deadline:
            raise BenchFailure("the walsender did not end within 30 s after its consumer")
        time.sleep(0.01)
    server.query(f"SELECT pg_drop_replication_slot('{SLOT}')")


def await_streaming(server, process, errors):
    deadline = time.monotonic() + 30
    streaming = (
        "SELECT count(*) FROM pg_stat_replication JOIN pg_replication_slots ON pid = active_pid"
        f" WHERE slot_name = '{SLOT}' AND state = 'streaming'")
    while server.value(streaming) != "1":
        if process.poll() is not None or time.monotonic() > deadline:
            said = errors.read_text(errors="replace")[-2000:]
            raise BenchFailure(f"{process.args[0]} does not stream:\n{said}")
        time.sleep(0.01)


def stop(process):
    for number in (signal.SIGINT, signal.SIGKILL):
        if process.poll() is None:
            process.send_signal(number)
        try:
            process.wait(timeout=15)
            return
        except subprocess.TimeoutExpired:
            continue
