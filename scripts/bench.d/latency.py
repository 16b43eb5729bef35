"""Measures how long a change takes from its commit to a line.

pgbench commits one small insert a transaction at a given rate, its clients at random moments (a Poisson process).
A commit's time is the one that the server stamps on it, before it is flushed and before the client hears of it:
it comes with the stream, so no row has to carry a clock, and nobody's own work can hide in it. A line's time is
when this program has read the end of it from the consumer's pipe or socket, by the same clock of the same
machine. For pgoutput the line is the row's message. What reading itself costs is the same for all; it is
measured, too, with lines that a program writes at once (`reading-alone`). The first second of a run is left out.
Of several runs the medians of the percentiles are shown, and the worst of all.
"""

import argparse
import contextlib
import itertools
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import report
from consumers import BASELINE, JOURNAL, PGOUTPUT, PORT, pg_recvlogical, walbrook
from failure import BenchFailure
from live import PUBLICATION, following
from postgres import Server
from recording import Recording, event_arrivals, message_arrivals, undisturbed
from setting import add_common_arguments, count, listing, output_directory, progress, tools, walbrook_can
from subscriber import await_answer, subscribe
from watch import cpu_times
from writer import Writer

TABLE = "latency"
SCHEMA = f"""
    CREATE TABLE {TABLE} (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, a integer NOT NULL, b text NOT NULL);
    CREATE PUBLICATION {PUBLICATION} FOR TABLE {TABLE};
    """
TRANSACTION = f"INSERT INTO {TABLE} (a, b) VALUES (:client_id, 'a small row');\n"

PERCENTILES = {"p50": 0.5, "p99": 0.99, "p99.9": 0.999}

@dataclass(frozen=True)
class Listener:
    description: str
    command: Callable
    arrivals: Callable
    is_subscribed: bool = False
    needs: str = ""


LISTENERS = {
    "walbrook": Listener("walbrook stream, JSON into a pipe", walbrook(ends=False), event_arrivals),
    "walbrook-tcp": Listener(
        "walbrook stream --to tcp:, JSON to a subscriber", walbrook(*PORT, ends=False), event_arrivals,
        is_subscribed=True, needs="tcp://"),
    "walbrook-journal-tcp": Listener(
        "walbrook stream --journal --to tcp:, the same, durable before it is sent",
        walbrook(*JOURNAL, *PORT, ends=False), event_arrivals, is_subscribed=True, needs="tcp:// --journal"),
    BASELINE: Listener(
        "pg_recvlogical, pgoutput into a pipe", pg_recvlogical(*PGOUTPUT, ends=False), message_arrivals),
}


@dataclass(frozen=True)
class Round:
    """One consumer at one rate."""

    transactions: int
    # What the writer reached; below the rate that was asked for, the machine was too slow.
    rate: float
    # Milliseconds.
    percentiles: dict
    worst: float
    # Seconds of CPU of the consumer in a second.
    cpu: float | None


def run(words):
    arguments = parse_arguments(words)
    programs = tools(arguments)
    with contextlib.ExitStack() as stack:
        output = Path(stack.enter_context(output_directory(2**30)))
        server = stack.enter_context(Server(programs.postgres))
        server.query(SCHEMA)
        listeners = [name for name in arguments.consumer if is_available(name, programs)]
        rounds = {rate: {name: [] for name in (*listeners, "reading-alone")} for rate in arguments.rate}
        for number, rate in itertools.product(range(1, arguments.runs + 1), arguments.rate):
            for name in rounds[rate]:
                progress(f"{rate}/s, run {number} of {arguments.runs}: {name}", end=" ")
                done = (
                    read_alone(rate, arguments.seconds) if name == "reading-alone"
                    else listen(server, programs, LISTENERS[name], rate, arguments.seconds, output))
                rounds[rate][name].append(done)
                progress(", ".join(f"{key} {value:.2f} ms" for key, value in done.percentiles.items()))
        facts = report.machine(server, programs, output)
    print(markdown(rounds, arguments.seconds))
    print(report.machine_line(facts))
    if arguments.json:
        arguments.json.write_text(json_text(facts, rounds))


def is_available(name, programs):
    needs = LISTENERS[name].needs
    if needs and not walbrook_can(programs, needs):
        progress(f"leaving out {name}: this walbrook does not know {needs}")
        return False
    return True


def listen(server, programs, listener, rate, seconds, output):
    stdout = subprocess.DEVNULL if listener.is_subscribed else subprocess.PIPE
    with contextlib.ExitStack() as stack:
        directory = output / f"run-{time.monotonic_ns()}"
        directory.mkdir()
        process, source = stack.enter_context(
            following(server, programs, listener.command, directory, stdout=stdout))
        if listener.is_subscribed:
            subscriber = stack.enter_context(subscribe(source.port, "SUB from=now"))
            await_answer(subscriber)
            descriptor = subscriber.fileno()
        else:
            descriptor = process.stdout.fileno()
        writer = Writer(server, TRANSACTION, rate, seconds, directory)
        recording = Recording(descriptor)
        before = cpu_times(process.pid)
        with undisturbed():
            writer.start()
            recording.read_until_quiet(lambda: not writer.is_alive(), quiet=1)
        after = cpu_times(process.pid)
        writer.join()
    arrived, delays = recording.latencies(listener.arrivals)
    if arrived != writer.transactions:
        raise BenchFailure(f"{arrived:,} of {writer.transactions:,} transactions arrived")
    cpu = (sum(after) - sum(before)) / writer.seconds if before and after else None
    return summarise(delays, writer.transactions, writer.rate, cpu)


TICKER = """
import sys, time
from datetime import datetime, timezone
rate, transactions = map(int, sys.argv[1:])
start = time.monotonic()
for number in range(transactions):
    time.sleep(max(0, start + number / rate - time.monotonic()))
    now = datetime.now(timezone.utc).isoformat(timespec="microseconds")
    sys.stdout.buffer.write(f'"op":"insert","xid":0,"ts":"{now}"\\n'.encode())
"""


def read_alone(rate, seconds):
    """Lines that are written as soon as they are stamped."""
    transactions = rate * seconds
    command = [sys.executable, "-u", "-c", TICKER, str(rate), str(transactions)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        recording = Recording(process.stdout.fileno())
        with undisturbed():
            recording.read_until_quiet(lambda: process.poll() is not None, quiet=1)
    arrived, delays = recording.latencies(event_arrivals)
    if arrived != transactions:
        raise BenchFailure(f"{arrived:,} of {transactions:,} lines arrived")
    return summarise(delays, transactions, transactions / seconds, None)


def summarise(delays, transactions, rate, cpu):
    if not delays:
        raise BenchFailure("the run was over within the second that is left out; --seconds makes it longer")
    percentiles = {name: delays[min(len(delays) - 1, int(len(delays) * part))] / 1000
                   for name, part in PERCENTILES.items()}
    return Round(transactions, rate, percentiles, delays[-1] / 1000, cpu)


def medians(rounds):
    return {name: statistics.median(done.percentiles[name] for done in rounds) for name in PERCENTILES}


def markdown(rounds, seconds):
    runs = len(next(iter(next(iter(rounds.values())).values())))
    rows = [
        ["transactions/s", "reached", "consumer", *(f"{name} ms" for name in PERCENTILES), "max ms", "CPU"],
        ["---:", "---:", "---", *["---:"] * (len(PERCENTILES) + 2)],
    ]
    for rate, consumers in rounds.items():
        for name, done in consumers.items():
            cpu = report.median(each.cpu for each in done)
            rows.append([
                f"{rate:,}", f"{statistics.median(each.rate for each in done):,.0f}", name,
                *(f"{value:.2f}" for value in medians(done).values()),
                f"{max(each.worst for each in done):.2f}", report.cell(cpu, ".1%"),
            ])
    return "\n".join([
        f"**latency**: from commit to line, {runs} {'run' if runs == 1 else 'runs'} of {seconds} s",
        "", *report.table(rows), "", *bars(rounds),
    ])


def bars(rounds):
    """What must hold of what was measured."""
    verdicts = []
    usual, slow = rounds.get(1000, {}), rounds.get(100, {})
    if "walbrook" in usual and BASELINE in usual:
        own, other = medians(usual["walbrook"])["p50"], medians(usual[BASELINE])["p50"]
        verdicts.append((f"1,000/s, p50 {own:.2f} ms, {BASELINE}'s {other:.2f} ms", own <= other))
    for name in LISTENERS:
        if name != BASELINE and name in usual:
            p99 = medians(usual[name])["p99"]
            verdicts.append((f"1,000/s, {name}: p99 {p99:.2f} ms, wanted below 5 ms", p99 < 5))
    if "walbrook" in usual and "walbrook" in slow:
        own, other = medians(slow["walbrook"])["p50"], medians(usual["walbrook"])["p50"]
        verdicts.append((f"100/s, p50 {own:.2f} ms, at 1,000/s {other:.2f} ms", own <= other))
    return [f"- {what}: {'holds' if holds else '**missed**'}" for what, holds in verdicts] + [""] * bool(verdicts)


def json_text(facts, rounds):
    document = {
        "machine": facts,
        "rates": {
            rate: {
                name: {"median": medians(done), "rounds": [vars(each) for each in done]}
                for name, done in consumers.items()
            }
            for rate, consumers in rounds.items()
        },
    }
    return json.dumps(document, indent=2) + "\n"


def parse_arguments(words):
    parser = argparse.ArgumentParser(
        prog="bench latency", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="\n".join(
            listing("consumers", {name: listener.description for name, listener in LISTENERS.items()})))
    parser.add_argument(
        "--rate", type=count, nargs="+", default=[100, 1000, 5000], metavar="N",
        help="transactions a second (default: 100 1000 5000)")
    parser.add_argument("--seconds", type=count, default=20, metavar="N", help="of a run (default: 20)")
    parser.add_argument("--runs", type=count, default=3, metavar="N", help="of each (default: 3)")
    parser.add_argument(
        "--consumer", choices=LISTENERS, nargs="+", default=list(LISTENERS), metavar="NAME",
        help="some of those below (default: all)")
    add_common_arguments(parser)
    return parser.parse_args(words)
