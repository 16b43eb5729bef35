"""Measures decoding and encoding alone, without a server: nanoseconds and instructions per row.

Rows as the workloads `narrow`, `mixed` and `full` of this benchmark make them go through the release build's decoder,
session and transformer. Instructions are counted by valgrind and are the same on a busy machine; what the program
needs besides the rows is left out by counting twice, with so many rows and with twice as many.
"""

import argparse
import json
import platform
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from failure import BenchFailure
from setting import ROOT, build, count, program, progress, writable

KINDS = ("narrow", "mixed", "full")
RECORD = ROOT / "Tests" / "DecodeBenchmark" / "instructions.json"
TOLERANCE = 0.10
COUNTED_ROWS = 4000


def run(words):
    arguments = parse_arguments(words)
    if arguments.check and not can_count():
        return
    binary = arguments.binary or build("DecodeBenchmark")
    counted = count_instructions(binary) if can_count() else {}
    if arguments.check:
        return check(counted)
    measured = {kind: times(binary, kind, arguments) for kind in KINDS}
    print(markdown(measured, counted))
    if arguments.json:
        arguments.json.write_text(json.dumps({"times": measured, "instructions": counted}, indent=2) + "\n")
    if arguments.record:
        recorded = json.loads(RECORD.read_text()) | {platform.machine(): counted}
        RECORD.write_text(json.dumps(recorded, indent=2, sort_keys=True) + "\n")


def can_count():
    for tool in ("valgrind", "strip"):
        if not shutil.which(tool):
            progress(f"not counting instructions: there is no {tool} here")
            return False
    return True


def count_instructions(binary):
    """How many a row of each kind takes."""
    with tempfile.TemporaryDirectory(prefix="walbrook-bench-") as directory:
        # Without what debuggers read: not every valgrind understands it.
        stripped = Path(directory) / binary.name
        subprocess.run(["strip", "--strip-debug", "-o", stripped, binary], check=True)
        return {kind: instructions(stripped, kind) for kind in KINDS}


def instructions(binary, kind):
    progress(f"counting instructions: {kind}")
    few, many = (collected(binary, kind, rows) for rows in (COUNTED_ROWS, 2 * COUNTED_ROWS))
    return round((many - few) / COUNTED_ROWS)


def collected(binary, kind, rows):
    command = [
        "valgrind", "--tool=callgrind", "--dump-instr=no", "--callgrind-out-file=/dev/null",
        binary, kind, str(rows),
    ]
    said = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    found = re.search(r"Collected : (\d+)", said.stdout)
    if said.returncode != 0 or not found:
        raise BenchFailure(f"valgrind ended with {said.returncode}:\n{said.stdout[-2000:]}")
    return int(found[1])


def times(binary, kind, arguments):
    """Of so many runs what each said."""
    progress(f"measuring: {kind}")
    runs = []
    for _ in range(arguments.runs):
        said = subprocess.run([binary, kind, str(arguments.rows)], stdout=subprocess.PIPE, check=True)
        runs.append(json.loads(said.stdout))
    return runs


def check(counted):
    """Ends with 1 if a row takes more instructions than were recorded; fewer are worth recording."""
    recorded = json.loads(RECORD.read_text()).get(platform.machine())
    if not recorded:
        return progress(f"not comparing instructions: none are recorded for {platform.machine()}")
    grown = False
    for kind, number in counted.items():
        ratio = number / recorded[kind]
        print(f"{kind}: {number} instructions a row, recorded are {recorded[kind]} ({ratio - 1:+.1%})")
        grown |= ratio > 1 + TOLERANCE
        if ratio < 1 - TOLERANCE:
            progress("fewer than recorded: scripts/bench micro --record keeps that")
    if grown:
        sys.exit(f"bench: more than {TOLERANCE:.0%} above what {RECORD.relative_to(ROOT)} says")


def markdown(measured, counted):
    lines = ["| row | ns (median) | min–max | instructions | bytes of JSON |", "| --- | ---: | ---: | ---: | ---: |"]
    for kind, runs in measured.items():
        spent = [run["nanoseconds_per_row"] for run in runs]
        lines.append(
            f"| {kind} | {statistics.median(spent):.0f} | {min(spent):.0f}–{max(spent):.0f}"
            f" | {counted.get(kind, '–')} | {runs[0]['bytes'] / runs[0]['rows']:.0f} |")
    return "\n".join(lines)


def parse_arguments(words):
    parser = argparse.ArgumentParser(
        prog="bench micro", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=count, default=1_000_000, metavar="N", help="default: 1000000")
    parser.add_argument("--runs", type=count, default=5, metavar="N", help="timed runs (default: 5)")
    parser.add_argument("--json", type=writable, metavar="FILE", help="write everything there, too, as JSON")
    parser.add_argument(
        "--binary", type=program, metavar="PATH",
        help="this DecodeBenchmark (default: a release build of this tree)")
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--check", action="store_true", help=f"only compare with {RECORD.relative_to(ROOT)}")
    mode.add_argument("--record", action="store_true", help="write the instructions there")
    return parser.parse_args(words)
