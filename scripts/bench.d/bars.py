"""What must hold, each as a ratio of two medians of one run."""

from dataclasses import dataclass

from consumers import BASELINE
from workloads import WORKLOADS

MEMORY_LIMIT_MIB = 40

# A run that takes longer than so many medians was held up: by the machine, or by a stall that a median hides.
SLOWEST_RUN = 2.0


@dataclass(frozen=True)
class Speed:
    """How much faster a consumer must be than another."""

    consumer: str
    other: str
    bound: float
    # Both None for all.
    workload: str | None = None
    transport: str | None = None


SPEEDS = [
    Speed("walbrook", BASELINE, 2.3, "narrow", "tcp"),
    Speed("walbrook", BASELINE, 2.0, "tpcb", "tcp"),
    Speed("walbrook", BASELINE, 1.9, "full", "tcp"),
    Speed("walbrook", BASELINE, 1.9, "large", "tcp"),
    Speed("walbrook", BASELINE, 1.05, "mixed", "tcp"),
    Speed("walbrook", BASELINE, 1.05, "wide", "tcp"),
    Speed("walbrook", BASELINE, 1.0, None, "unix"),
    Speed("walbrook-file", "pg_recvlogical-file", 1.5, "narrow"),
    Speed("walbrook-file", "pg_recvlogical-wal2json-file", 2.0),
    Speed("walbrook", "pg_recvlogical-wal2json", 1.0, "mixed"),
]


@dataclass(frozen=True)
class Verdict:
    what: str
    measured: float
    bound: str
    holds: bool


def verdicts(workload, rows, transport, medians):
    """Of every bar that this table can tell of whether it holds. A smaller run tells of none: what a program needs
    to start would count for too much."""
    found = []
    if rows < WORKLOADS[workload].rows:
        return found
    for speed in SPEEDS:
        if speed.workload not in (None, workload) or speed.transport not in (None, transport):
            continue
        if speed.consumer in medians and speed.other in medians:
            ratio = medians[speed.consumer]["rows_per_second"] / medians[speed.other]["rows_per_second"]
            what = f"{speed.consumer}: speed against {speed.other}"
            found.append(Verdict(what, ratio, f"≥ {speed.bound:.2f}", ratio >= speed.bound))
    for name in ("walbrook", "walbrook-file"):
        if name in medians:
            found += economy(name, medians)
    found += [steadiness(name, values) for name, values in medians.items() if name.startswith("walbrook")]
    return found


def steadiness(name, own):
    ratio = own["rows_per_second"] / own["rows_per_second_min"]
    return Verdict(f"{name}: slowest run against the median", ratio, f"≤ {SLOWEST_RUN:.2f}", ratio <= SLOWEST_RUN)


def economy(name, medians):
    own = medians[name]
    if own["walsender_cpu"]:
        ratio = own["cpu"] / own["walsender_cpu"]
        yield Verdict(f"{name}: CPU against its walsender's", ratio, "≤ 0.50", ratio <= 0.5)
    if BASELINE in medians and name == "walbrook":
        ratio = own["cpu"] / medians[BASELINE]["cpu"]
        yield Verdict(f"{name}: CPU against {BASELINE}'s", ratio, "< 1.00", ratio < 1)
    if own["peak_kib"]:
        peak = own["peak_kib"] / 1024
        yield Verdict(f"{name}: peak MiB", peak, f"< {MEMORY_LIMIT_MIB}", peak < MEMORY_LIMIT_MIB)
