"""Records what comes out of a consumer, and when."""

import bisect
import contextlib
import gc
import itertools
import os
import re
import select
import time
from datetime import datetime, timezone

import pgoutput

WARM_UP = 1_000_000  # µs
POSTGRES_EPOCH = 946_684_800_000_000  # µs of the Unix epoch


class Recording:
    """What came from a descriptor, and when."""

    def __init__(self, descriptor):
        self.descriptor = descriptor
        self.chunks = []
        self.times = []

    def read_until_quiet(self, is_over, quiet):
        """Reads until nothing has come for so many seconds after it was over."""
        poll = select.poll()
        poll.register(self.descriptor, select.POLLIN)
        while True:
            if not poll.poll(quiet * 1000):
                if is_over():
                    return
                continue
            chunk = os.read(self.descriptor, 256 * 1024)
            self.times.append(time.time_ns())
            if not chunk:
                return
            self.chunks.append(chunk)

    def latencies(self, arrivals):
        """Of every commit behind the warm-up, in microseconds."""
        ends = list(itertools.accumulate(map(len, self.chunks)))
        found = [
            (committed, self.times[bisect.bisect_left(ends, end)] / 1000 - committed)
            for end, committed in arrivals(b"".join(self.chunks))
        ]
        first = min((committed for committed, _ in found), default=0)
        return len(found), sorted(delay for committed, delay in found if committed >= first + WARM_UP)


EVENT = re.compile(rb'"op":"insert","xid":\d+,"ts":"([^"]+)"[^\n]*\n')


def event_arrivals(stream):
    """Of every event: where its line ends, and the commit's time in microseconds of the Unix epoch."""
    for found in EVENT.finditer(stream):
        stamped = datetime.fromisoformat(found[1].decode())
        since = stamped - datetime(1970, 1, 1, tzinfo=timezone.utc)
        yield found.end(), (since.days * 86400 + since.seconds) * 1_000_000 + since.microseconds


def message_arrivals(stream):
    for end, _table, committed in pgoutput.arrivals(stream):
        yield end, committed + POSTGRES_EPOCH


@contextlib.contextmanager
def undisturbed():
    """No collection of garbage meanwhile."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
