"""Counts the changes in pgoutput messages of protocol version 1, text or binary."""

import struct
from collections import Counter

from failure import BenchFailure

RELATION_ID = struct.Struct(">I")
COUNT = struct.Struct(">H")
LENGTH = struct.Struct(">I")

KINDS = {b"I": "insert", b"U": "update", b"D": "delete"}


def count_pgoutput(stream):
    """Every message has the line feed behind it that pg_recvlogical writes."""
    changes, relations, offset = Counter(), {}, 0
    while offset < len(stream):
        tag = stream[offset : offset + 1]
        if tag in KINDS:
            (relation,) = RELATION_ID.unpack_from(stream, offset + 1)
            changes[relations[relation], KINDS[tag]] += 1
            offset = behind_tuples(stream, offset + 5)
        elif tag == b"B":
            offset += 21
        elif tag == b"C":
            offset += 26
        elif tag == b"R":
            relation, name, offset = relation_message(stream, offset)
            relations[relation] = name
        elif tag == b"Y":
            offset = behind_string(stream, behind_string(stream, offset + 5))
        else:
            raise BenchFailure(f"cannot count pgoutput message {tag!r} at byte {offset}")
        if stream[offset : offset + 1] != b"\n":
            raise BenchFailure(f"a pgoutput message is cut short before byte {offset}")
        offset += 1
    return changes


def arrivals(stream):
    """Of every insert: where its message ends, the table, and the commit time as the server stamped it, in
    microseconds of PostgreSQL's epoch."""
    relations, offset, committed = {}, 0, None
    while offset < len(stream):
        tag = stream[offset : offset + 1]
        if tag == b"I":
            (relation,) = RELATION_ID.unpack_from(stream, offset + 1)
            offset = behind_tuples(stream, offset + 5)
            yield offset, relations[relation], committed
        elif tag == b"B":
            (committed,) = struct.unpack_from(">q", stream, offset + 9)
            offset += 21
        elif tag == b"C":
            offset += 26
        elif tag == b"R":
            relation, name, offset = relation_message(stream, offset)
            relations[relation] = name
        else:
            raise BenchFailure(f"did not expect pgoutput message {tag!r} at byte {offset}")
        offset += 1


def relation_message(stream, offset):
    (relation,) = RELATION_ID.unpack_from(stream, offset + 1)
    name_start = behind_string(stream, offset + 5)
    end = behind_string(stream, name_start)
    (columns,) = COUNT.unpack_from(stream, end + 1)
    name = stream[name_start : end - 1].decode()
    end += 3
    for _ in range(columns):
        end = behind_string(stream, end + 1) + 8
    return relation, name, end


def behind_string(stream, offset):
    end = stream.find(b"\0", offset)
    if end < 0:
        raise BenchFailure(f"a string of a pgoutput message does not end behind byte {offset}")
    return end + 1


def behind_tuples(stream, offset):
    """Old key (K) or old row (O), new row (N), as they come."""
    while stream[offset : offset + 1] in (b"K", b"O", b"N"):
        (columns,) = COUNT.unpack_from(stream, offset + 1)
        offset += 3
        for _ in range(columns):
            kind = stream[offset]
            offset += 1
            if kind == 0x74 or kind == 0x62:  # t, b: a value with its length in front
                (length,) = LENGTH.unpack_from(stream, offset)
                offset += 4 + length
    return offset
