"""Turns the runs into tables and JSON."""

import json
import os
import platform
import statistics
import subprocess
from dataclasses import asdict, dataclass

import bars
from consumers import BASELINE

TRANSPORTS = {"tcp": "TCP on loopback", "unix": "unix socket"}


@dataclass(frozen=True)
class Result:
    """What consumers did with one workload over one transport."""

    workload: str
    description: str
    rows: int
    transport: str
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
        "files": "tmpfs" if str(output).startswith("/dev/shm/") else "the temporary directory",
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
    return {
        name: summarise(runs, rates[name], baseline, result.counted[name].bytes)
        for name, runs in result.runs.items()
    }


def summarise(runs, rates, baseline, delivered):
    rate = statistics.median(rates)
    seconds = median(run.seconds for run in runs)
    return {
        "rows_per_second": rate,
        "rows_per_second_min": min(rates),
        "rows_per_second_max": max(rates),
        "ratio": rate / baseline if baseline else None,
        "seconds": seconds,
        "bytes_per_second": delivered / seconds,
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
    medians = summary(result)
    rows = [
        [
            "consumer", "rows/s", "min–max", "ratio", "s", "MB/s", "CPU s (user + sys)", "walsender CPU s",
            "other CPU s", "peak MiB", "MB written",
        ],
        ["---"] + ["---:"] * 10,
    ]
    for name, values in medians.items():
        rows.append([
            name,
            f"{values['rows_per_second']:,.0f}",
            f"{values['rows_per_second_min']:,.0f}–{values['rows_per_second_max']:,.0f}",
            cell(values["ratio"], ".2f"),
            cell(values["seconds"], ".2f"),
            cell(values["bytes_per_second"], ".1f", 1e6),
            f"{values['cpu']:.2f} ({values['user']:.2f} + {values['system']:.2f})",
            cell(values["walsender_cpu"], ".2f"),
            cell(values["other"], ".2f"),
            cell(values["peak_kib"], ".1f", 1024),
            cell(values["bytes"], ".1f", 1e6),
        ])
    return "\n".join([
        f"**{result.workload}**: {result.rows:,} changes ({result.description}),"
        f" {TRANSPORTS[result.transport]}, medians of {runs} {'run' if runs == 1 else 'runs'}",
        "",
        *table(rows),
        *verdicts(result, medians),
        "",
    ])


def verdicts(result, medians):
    found = bars.verdicts(result.workload, result.rows, result.transport, medians)
    rows = [["bar", "measured", "wanted", ""], ["---", "---:", "---:", "---"]]
    for verdict in found:
        rows.append([
            verdict.what, f"{verdict.measured:.2f}", verdict.bound, "holds" if verdict.holds else "**missed**"])
    return ["", *table(rows)] if found else []


def table(rows):
    return ("| " + " | ".join(row) + " |" for row in rows)


def cell(value, form, unit=1):
    return "–" if value is None else format(value / unit, form)


def machine_line(facts):
    return (
        f"{facts['cpu']}, {facts['cores']} cores; {facts['kernel']}; PostgreSQL {facts['postgresql']};"
        f" walbrook {facts['walbrook']}; files in {facts['files']}")


def json_text(facts, results):
    document = {
        "machine": facts,
        "baseline": BASELINE,
        "results": [
            {
                "workload": result.workload,
                "description": result.description,
                "rows": result.rows,
                "transport": result.transport,
                "consumers": {
                    name: {
                        "counted": asdict(result.counted[name]),
                        "median": medians,
                        "runs": [asdict(run) for run in result.runs[name]],
                    }
                    for name, medians in summary(result).items()
                },
                "bars": [
                    asdict(verdict)
                    for verdict in bars.verdicts(
                        result.workload, result.rows, result.transport, summary(result))
                ],
            }
            for result in results
        ],
    }
    return json.dumps(document, indent=2) + "\n"
