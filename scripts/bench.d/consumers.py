"""The consumers, one entry each."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from counting import count_json_lines, count_pgoutput

# Ratios are to this one.
BASELINE = "pg_recvlogical-pgoutput"


@dataclass(frozen=True)
class Tools:
    walbrook: Path
    # The directory of the server's programs.
    postgres: Path


@dataclass(frozen=True)
class Source:
    """What to read, and where to stop."""

    conninfo: str
    slot: str
    publication: str
    end: str


@dataclass(frozen=True)
class Consumer:
    description: str
    # Streams to standard output, which goes to /dev/null or to a file.
    command: Callable[[Tools, Source], list]
    # Counts the rows of a table in what it wrote.
    count: Callable[[Path, str], int]
    to_file: bool = False


def walbrook(tools, source):
    return [
        tools.walbrook, "stream", "-d", source.conninfo, "--slot", source.slot,
        "--publication", source.publication, "--no-create",
        "--quiet", "--retry-limit", "0", "--until", source.end,
    ]


def pg_recvlogical(tools, source):
    return [
        tools.postgres / "pg_recvlogical", "--start", "-d", source.conninfo, "--slot", source.slot,
        "-o", "proto_version=1", "-o", f"publication_names={source.publication}",
        "--no-loop", "--endpos", source.end, "-f", "-",
    ]


CONSUMERS = {
    "walbrook": Consumer("walbrook stream, JSON to /dev/null", walbrook, count_json_lines),
    BASELINE: Consumer("pg_recvlogical, raw pgoutput to /dev/null", pg_recvlogical, count_pgoutput),
    "walbrook-file": Consumer("walbrook stream, JSON to a file", walbrook, count_json_lines, to_file=True),
    "pg_recvlogical-file": Consumer(
        "pg_recvlogical, raw pgoutput to a file", pg_recvlogical, count_pgoutput, to_file=True),
}
