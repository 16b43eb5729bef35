"""Counts the rows in what a consumer wrote, so that no rate is of less work than the others did."""

import mmap
import struct

from failure import BenchFailure


def count_json_lines(path, table):
    """Events of a table in Walbrook's JSON lines."""
    marker = f'"table":"{table}"'.encode()
    with open(path, "rb") as file:
        return sum(marker in line for line in file)


def count_pgoutput(path, table):
    """Inserts into a table in pgoutput messages of protocol version 1, each with the line feed that
    pg_recvlogical puts behind it."""
    if path.stat().st_size == 0:
        return 0
    with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as stream:
        return count_inserts(stream, table.encode())


def count_inserts(stream, table):
    inserts, relations, offset = 0, {}, 0
    while offset < len(stream):
        kind = stream[offset : offset + 1]
        if kind == b"B":
            offset += 21
        elif kind == b"C":
            offset += 26
        elif kind == b"R":
            relation, name, offset = relation_message(stream, offset)
            relations[relation] = name
        elif kind == b"I":
            relation, offset = insert_message(stream, offset)
            inserts += relations[relation] == table
        else:
            raise BenchFailure(f"cannot count pgoutput message {kind!r} at byte {offset}")
        if stream[offset : offset + 1] != b"\n":
            raise BenchFailure(f"a pgoutput message is cut short before byte {offset}")
        offset += 1
    return inserts


def relation_message(stream, offset):
    (relation,) = struct.unpack_from(">I", stream, offset + 1)
    schema_end = stream.find(b"\0", offset + 5)
    name_end = stream.find(b"\0", schema_end + 1)
    (columns,) = struct.unpack_from(">H", stream, name_end + 2)
    end = name_end + 4
    for _ in range(columns):
        end = stream.find(b"\0", end + 1) + 9
    return relation, stream[schema_end + 1 : name_end], end


def insert_message(stream, offset):
    relation, columns = struct.unpack_from(">IxH", stream, offset + 1)
    offset += 8
    for _ in range(columns):
        if stream[offset] == ord("t"):
            (length,) = struct.unpack_from(">I", stream, offset + 1)
            offset += 5 + length
        else:
            offset += 1
    return relation, offset
