"""Samples what processes use, from /proc."""

import contextlib
import os
import select
import signal
import time

from failure import BenchFailure

SAMPLE_INTERVAL = 0.02
TICKS = os.sysconf("SC_CLK_TCK")


class Watch:
    """Samples a consumer and its walsender.

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
                self.sample(process.pid)
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

    def sample(self, pid):
        self.peak_kib = peak_kib(pid) or self.peak_kib
        if self.walsender_pid is None:
            self.walsender_pid = self.find_walsender()
        self._sample_walsender()

    def _sample_walsender(self):
        """Whether it is there."""
        times = self.walsender_pid and cpu_times(self.walsender_pid)
        if not times:
            return False
        self.walsender_user, self.walsender_system = times
        return True


def cpu_times(pid):
    """Seconds in user mode and in the kernel; None if there is no such process."""
    try:
        with open(f"/proc/{pid}/stat") as stat:
            # The name in parentheses can hold spaces; behind it, utime and stime are fields 12 and 13.
            fields = stat.read().rpartition(")")[2].split()
    except OSError:
        return None
    return int(fields[11]) / TICKS, int(fields[12]) / TICKS


def peak_kib(pid):
    """The most memory that was resident at once; None if there is no such process."""
    with contextlib.suppress(OSError):
        with open(f"/proc/{pid}/status") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return int(line.split()[1])
    return None


def machine_cpu():
    """Seconds of CPU all cores have been busy or taken away by the hypervisor."""
    with open("/proc/stat") as stat:
        user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, stat.readline().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICKS
