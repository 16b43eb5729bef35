"""Measures how fast consumers drain a backlog, side by side.

For every workload it starts a throw-away server, makes the changes once, and lets every consumer read the same
WAL through a copy of one slot, in turn. The first round counts the changes each one delivers and warms the
caches; the others are timed. Prints Markdown tables to standard output and progress to standard error.
"""

import argparse
import contextlib
from pathlib import Path

import report
from consumers import BASELINE, CONSUMERS
from failure import BenchFailure
from measure import Measurement
from postgres import Server
from setting import (
    add_common_arguments, count, listing, output_directory, progress, tools, walbrook_can)
from workloads import WORKLOADS


def run(words):
    arguments = parse_arguments(words)
    programs = tools(arguments)
    results = []
    for name in arguments.workload:
        facts, found = drain(programs, arguments, name)
        for result in found:
            print(report.markdown(result), flush=True)
        results += found
    print(report.machine_line(facts))
    if arguments.json:
        arguments.json.write_text(report.json_text(facts, results))


def drain(programs, arguments, name):
    workload = WORKLOADS[name]
    rows = max(1, (arguments.rows or workload.rows) // workload.unit) * workload.unit
    with contextlib.ExitStack() as stack:
        # The widest events have five kilobytes, and Debezium's are longest.
        output = Path(stack.enter_context(output_directory(rows * 6000)))
        progress("starting a server")
        server = stack.enter_context(Server(programs.postgres))
        consumers = [name for name in arguments.consumer if is_available(name, server, programs)]
        if not consumers:
            raise BenchFailure("no consumer is left")
        progress(f"making {rows:,} changes of workload {name}")
        measurement = Measurement(server, programs, workload, rows, consumers, output)
        facts = report.machine(server, programs, output)
        return facts, [
            measure(measurement, name, consumers, arguments.runs, transport)
            for transport in arguments.transport
        ]


def is_available(name, server, programs):
    consumer = CONSUMERS[name]
    if not server.has_plugin(consumer.plugin):
        progress(f"leaving out {name}: the server has no plugin {consumer.plugin}")
        return False
    if consumer.needs and not walbrook_can(programs, consumer.needs):
        progress(f"leaving out {name}: this walbrook does not know {consumer.needs}")
        return False
    return True


def measure(measurement, workload, consumers, rounds, transport):
    counted, runs = {}, {}
    for name in consumers:
        progress(f"{workload}, {transport}, warm-up: {name}", end=" ")
        counted[name] = measurement.count(name, transport)
        progress(f"delivers {counted[name].rows:,} changes, {counted[name].bytes:,} bytes")
    for number in range(1, rounds + 1):
        for name in consumers:
            progress(f"{workload}, {transport}, run {number} of {rounds}: {name}", end=" ")
            run = measurement.run(name, transport, counted[name])
            runs.setdefault(name, []).append(run)
            progress(f"{run.seconds:.2f} s, {measurement.rows / run.seconds:,.0f} rows/s")
    return report.Result(
        workload=workload, description=measurement.workload.description, rows=measurement.rows,
        transport=transport, counted=counted, runs=runs)


def parse_arguments(words):
    parser = argparse.ArgumentParser(
        prog="bench", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join([
            *listing("consumers", {name: consumer.description for name, consumer in CONSUMERS.items()}),
            *listing("workloads", {
                name: f"{workload.description} ({workload.rows:,})" for name, workload in WORKLOADS.items()
            }),
            *listing("other measurements, each with a --help of its own", {
                "bench latency": "from commit to line",
                "bench fanout": "a hundred subscribers against one",
                "bench transaction": "one large transaction while it is being made",
                "bench micro": "decoding and encoding alone",
            }),
            "The server's programs come from $PGBIN, pg_config or /usr/lib/postgresql.",
            "Its data is in $TMPDIR.",
            f"Ratios are to {BASELINE}. A run in which other processes used much CPU was disturbed.",
        ]))
    parser.add_argument(
        "--workload", choices=WORKLOADS, nargs="+", action="extend", metavar="NAME",
        help="some of those below (default: narrow)")
    parser.add_argument(
        "--all", action="store_true", help="every workload, over TCP and over a unix socket")
    parser.add_argument(
        "--consumer", choices=CONSUMERS, nargs="+", action="extend", metavar="NAME",
        help="some of those below, in this order (default: all)")
    parser.add_argument(
        "--transport", choices=report.TRANSPORTS, nargs="+", action="extend", metavar="NAME",
        help="tcp or unix or both, on this machine (default: tcp)")
    parser.add_argument(
        "--rows", type=count, metavar="N", help="changes of each workload (default: its own number)")
    parser.add_argument(
        "--runs", type=count, default=3, metavar="N", help="timed runs of each consumer (default: 3)")
    add_common_arguments(parser)
    arguments = parser.parse_args(words)
    arguments.workload = unique(arguments.workload or (WORKLOADS if arguments.all else ["narrow"]))
    arguments.transport = unique(arguments.transport or (report.TRANSPORTS if arguments.all else ["tcp"]))
    arguments.consumer = unique(arguments.consumer or CONSUMERS)
    return arguments


def unique(names):
    return list(dict.fromkeys(names))
