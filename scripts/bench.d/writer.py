"""Commits transactions at a rate."""

import contextlib
import re
import threading
import time

from failure import BenchFailure

CLIENTS = 8


class Writer(threading.Thread):
    """Lets pgbench run a script so many times a second, at random moments."""

    def __init__(self, server, transaction, rate, seconds, directory):
        super().__init__()
        self.server = server
        self.asked = rate
        self.each = max(1, rate * seconds // CLIENTS)
        self.script = directory / "transaction.sql"
        self.script.write_text(transaction)
        self.transactions = self.each * CLIENTS
        self.said = ""

    def run(self):
        start = time.monotonic()
        with contextlib.suppress(BenchFailure):
            self.said = self.server.pgbench(
                "--no-vacuum", f"--file={self.script}", f"--rate={self.asked}", f"--client={CLIENTS}",
                f"--transactions={self.each}", "--protocol=prepared")
        self.seconds = time.monotonic() - start

    @property
    def rate(self):
        found = re.search(r"tps = ([0-9.]+)", self.said)
        if not found:
            raise BenchFailure(f"pgbench said only:\n{self.said[-2000:]}")
        return float(found[1])
