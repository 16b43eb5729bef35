"""Turns the runs into a table and JSON."""

import json
import os
import platform
import statistics
import subprocess
from dataclasses import asdict, dataclass

from consumers import BASELINE

TRANSPORTS = {"tcp": "TCP on loopback", "unix": "unix socket"}


@dataclass(frozen=True)
class Result:
    workload: str
    description: str
    rows: int
    transport: str
    machine: dict
    counted: dict
    runs: dict


def machine(server, tools, output):
    version = subprocess.run([tools.walbrook, "--version"], stdout=subprocess.PIPE, text=True, check=True)
    return {
        "cpu": cpu_model(),
        "cores": len(os.sched_getaffinity(0)),
        "kernel": f"{platform.system()} {platform.release()}",
        "postgresql": server.value("SHOW server_version"),
        "walbrook": version.stdout.strip().removeprefix("walbrook "),
        "files": "tmpfs" if output.startswith("/dev/shm/") else "the temporary directory",
    }


def cpu_model():
    with open("/proc/cpuinfo") as lines:
        for line in lines:
            name, _, value = line.partition(":")
            if name.strip() == "model name":
                return value.strip()
    return platform.machine()


def summary(result):
    """Medians over the runs, by consumer."""
    rates = {name: [result.rows / run.seconds for run in runs] for name, runs in result.runs.items()}
    baseline = statistics.median(rates[BASELINE]) if BASELINE in rates else None
    return {name: summarise(runs, rates[name], baseline) for name, runs in result.runs.items()}


def summarise(runs, rates, baseline):
    rate = statistics.median(rates)
    return {
        "rows_per_second": rate,
        "rows_per_second_min": min(rates),
        "rows_per_second_max": max(rates),
        "ratio": rate / baseline if baseline else None,
        "seconds": median(run.seconds for run in runs),
        "user": median(run.user for run in runs),
        "system": median(run.system for run in runs),
        "cpu": median(run.user + run.system for run in runs),
        "walsender_cpu": median(
            run.walsender_user + run.walsender_system for run in runs if run.walsender_user is not None),
        "peak_kib": median(run.peak_kib for run in runs),
        "other": median(run.other for run in runs),
        "bytes": median(run.bytes for run in runs),
    }


def median(values):
    known = [value for value in values if value is not None]
    return statistics.median(known) if known else None


def markdown(result):
    runs = len(next(iter(result.runs.values())))
    facts = result.machine
    rows = [
        [
            "consumer", "rows/s", "min–max", "ratio", "s", "CPU s (user + sys)", "walsender CPU s",
            "other CPU s", "peak MiB", "MB out",
        ],
        ["---"] + ["---:"] * 9,
    ]
    for name, medians in summary(result).items():
        rows.append([
            name,
            f"{medians['rows_per_second']:,.0f}",
            f"{medians['rows_per_second_min']:,.0f}–{medians['rows_per_second_max']:,.0f}",
            cell(medians["ratio"], ".2f"),
            cell(medians["seconds"], ".2f"),
            f"{medians['cpu']:.2f} ({medians['user']:.2f} + {medians['system']:.2f})",
            cell(medians["walsender_cpu"], ".2f"),
            cell(medians["other"], ".2f"),
            cell(medians["peak_kib"], ".1f", 1024),
            cell(medians["bytes"], ".1f", 1e6),
        ])
    return "\n".join([
        f"**{result.workload}**: {result.rows:,} rows ({result.description}), {TRANSPORTS[result.transport]},"
        f" medians of {runs} {'run' if runs == 1 else 'runs'}",
        "",
        *("| " + " | ".join(row) + " |" for row in rows),
        "",
        f"{facts['cpu']}, {facts['cores']} cores; {facts['kernel']}; PostgreSQL {facts['postgresql']};"
        f" walbrook {facts['walbrook']}; files in {facts['files']}",
    ])


def cell(value, form, unit=1):
    return "–" if value is None else format(value / unit, form)


def json_text(result):
    document = {
        "workload": result.workload,
        "description": result.description,
        "rows": result.rows,
        "transport": result.transport,
        "baseline": BASELINE,
        "machine": result.machine,
        "consumers": {
            name: {
                "counted": asdict(result.counted[name]),
                "median": medians,
                "runs": [asdict(run) for run in result.runs[name]],
            }
            for name, medians in summary(result).items()
        },
    }
    return json.dumps(document, indent=2) + "\n"
