"""The consumers, one entry each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from counting import count_cloudevents, count_debezium, count_events, count_wal2json
from pgoutput import count_pgoutput

# Ratios are to this one.
BASELINE = "pg_recvlogical-pgoutput"


@dataclass(frozen=True)
class Tools:
    walbrook: Path
    # The directory of the server's programs.
    postgres: Path


@dataclass(frozen=True)
class Source:
    """What to read, where to stop, and a directory for what is written."""

    conninfo: str
    slot: str
    publication: str
    end: str
    directory: Path
    # A TCP port that is free.
    port: int

    @property
    def file(self):
        return self.directory / "output"

    @property
    def journal(self):
        return self.directory / "journal"


@dataclass(frozen=True)
class Consumer:
    description: str
    # Reads the stream to its end.
    command: Callable[[Tools, Source], list]
    # Counts the changes in bytes that it wrote.
    count: Callable
    plugin: str = "pgoutput"
    # Where its output is in a timed run: `null` and `file` are its standard output, in /dev/null and in a file;
    # `own` is what it writes by itself, to the source's file or journal.
    output: str = "null"
    # Whether somebody reads from its port.
    has_subscriber: bool = False
    # Words that the help of `walbrook stream` has if it can do this.
    needs: str = ""


def walbrook(*options, ends=True):
    """`walbrook stream`; an option is a word, or makes one of the source."""
    return lambda tools, source: [
        tools.walbrook, "stream", "-d", source.conninfo, "--slot", source.slot,
        "--publication", source.publication, "--no-create", "--quiet", "--retry-limit", "0",
        *(["--until", source.end] if ends else []), *words(options, source),
    ]


def pg_recvlogical(*options, file=lambda source: "-", ends=True):
    return lambda tools, source: [
        tools.postgres / "pg_recvlogical", "--start", "-d", source.conninfo, "--slot", source.slot, "--no-loop",
        *(["--endpos", source.end] if ends else []), "-f", file(source), *words(options, source),
    ]


def words(options, source):
    return [option(source) if callable(option) else option for option in options]


PGOUTPUT = ("-o", "proto_version=1", "-o", lambda source: f"publication_names={source.publication}")
WAL2JSON = ("-o", "format-version=2")
JOURNAL = ("--journal", lambda source: source.journal)
PORT = ("--to", lambda source: f"tcp://127.0.0.1:{source.port}")

CONSUMERS = {
    "walbrook": Consumer("walbrook stream, JSON to /dev/null", walbrook(), count_events),
    "walbrook-no-streaming": Consumer(
        "the same, large transactions only once they have committed", walbrook("--no-streaming"), count_events,
        needs="--no-streaming"),
    "walbrook-debezium": Consumer(
        "walbrook stream, Debezium's JSON to /dev/null", walbrook("--format", "debezium"), count_debezium),
    "walbrook-wal2json": Consumer(
        "walbrook stream, wal2json's lines to /dev/null", walbrook("--format", "wal2json"), count_wal2json),
    "walbrook-cloudevents": Consumer(
        "walbrook stream, CloudEvents to /dev/null", walbrook("--format", "cloudevents"), count_cloudevents),
    BASELINE: Consumer(
        "pg_recvlogical, pgoutput (text) to /dev/null", pg_recvlogical(*PGOUTPUT), count_pgoutput),
    "pg_recvlogical-binary": Consumer(
        "pg_recvlogical, pgoutput (binary) to /dev/null", pg_recvlogical(*PGOUTPUT, "-o", "binary=true"),
        count_pgoutput),
    "pg_recvlogical-wal2json": Consumer(
        "pg_recvlogical, the plugin wal2json to /dev/null", pg_recvlogical(*WAL2JSON), count_wal2json,
        plugin="wal2json"),
    "walbrook-file": Consumer(
        "walbrook stream --to file:, JSON", walbrook("--to", lambda source: f"file:{source.file}"),
        count_events, output="own"),
    "walbrook-redirect": Consumer(
        "walbrook stream, JSON, its standard output a file", walbrook(), count_events, output="file"),
    "walbrook-journal": Consumer(
        "walbrook stream --journal, JSON", walbrook(*JOURNAL), count_events,
        output="own", needs="--journal"),
    "walbrook-tcp": Consumer(
        "walbrook stream --journal --to tcp:, JSON, to one subscriber",
        walbrook(*JOURNAL, *PORT),
        count_events, output="own", has_subscriber=True, needs="tcp:// --journal"),
    "pg_recvlogical-file": Consumer(
        "pg_recvlogical, pgoutput (text) to a file",
        pg_recvlogical(*PGOUTPUT, file=lambda source: source.file), count_pgoutput, output="own"),
    "pg_recvlogical-wal2json-file": Consumer(
        "pg_recvlogical, the plugin wal2json to a file",
        pg_recvlogical(*WAL2JSON, file=lambda source: source.file), count_wal2json, plugin="wal2json",
        output="own"),
}
