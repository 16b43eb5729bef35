"""Counts the changes in what a consumer wrote, so that no rate is of less work than the others did.

Every function takes the bytes of a file and returns a Counter of (table, kind), where kind is insert, update or
delete.
"""

import re
from collections import Counter

# The keys in front of `table` are the format's own, so that no value of a row can be taken for one.
EVENT = re.compile(rb'"op":"(insert|update|delete)".*?"table":"((?:[^"\\]|\\.)*)"')
CLOUDEVENT = re.compile(rb'"type":"walbrook\.(insert|update|delete)","subject":"[^".]*\.([^".]*)"')
WAL2JSON = re.compile(rb'\{"action":"([IUD])",(?:"timestamp":"[^"]*",)?"schema":"[^"]*","table":"([^"]*)"')
DEBEZIUM_TABLE = re.compile(rb'"table":"([^"]*)"')
DEBEZIUM_OPERATION = re.compile(rb'"op":"([cud])"')

KINDS = {b"I": "insert", b"U": "update", b"D": "delete", b"c": "insert", b"u": "update", b"d": "delete"}


def count_events(stream):
    """Walbrook's own JSON lines."""
    return counted(stream, event)


def count_cloudevents(stream):
    return counted(stream, cloudevent)


def count_wal2json(stream):
    """The plugin's format-version 2, whoever wrote it."""
    return counted(stream, wal2json)


def count_debezium(stream):
    return counted(stream, debezium)


def counted(stream, change):
    changes = Counter()
    start = 0
    while (end := stream.find(b"\n", start)) >= 0:
        if found := change(stream[start:end]):
            changes[found] += 1
        start = end + 1
    return changes


def event(line):
    found = EVENT.search(line, 0, 1024)
    return found and (found[2].decode(), found[1].decode())


def cloudevent(line):
    found = CLOUDEVENT.search(line, 0, 1024)
    return found and (found[2].decode(), found[1].decode())


def wal2json(line):
    found = WAL2JSON.match(line)
    return found and (found[2].decode(), KINDS[found[1]])


def debezium(line):
    # The rows come first; their quotes are escaped, so this is found only where it begins the source.
    source = line.rfind(b'"source":{"version":')
    table = DEBEZIUM_TABLE.search(line, source)
    operation = DEBEZIUM_OPERATION.search(line, source)
    return table and operation and (table[1].decode(), KINDS[operation[1]])
