"""Reads Walbrook's TCP port as a program of its own would: subscribes, and throws away what comes."""

import socket
import subprocess
import sys
import time

from failure import BenchFailure

CHUNK = 256 * 1024


class Subscriber:
    """A process that reads everything from the start of the journal up to a line that holds a text."""

    def __init__(self, port, until):
        self.process = subprocess.Popen(
            [sys.executable, __file__, str(port), until], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()

    def wait(self):
        try:
            said, _ = self.process.communicate(timeout=60)
        except subprocess.TimeoutExpired:
            raise BenchFailure("the subscriber still waits, though its server has ended") from None
        if self.process.returncode != 0:
            raise BenchFailure(f"the subscriber failed:\n{said[-2000:]}")


def subscribe(port, command, limit=30):
    """A connection behind its greeting, on which a subscription was asked for."""
    deadline = time.monotonic() + limit
    while True:
        try:
            connection = socket.create_connection(("127.0.0.1", port))
            break
        except ConnectionRefusedError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.001)
    greeting = b""
    while not greeting.endswith(b"\n"):
        # A byte at a time, so that nothing behind the line is taken.
        byte = connection.recv(1)
        if not byte:
            raise ConnectionError(f"the server said only {greeting!r}")
        greeting += byte
    connection.sendall(command.encode() + b"\n")
    return connection


def await_answer(connection):
    """Returns once every command before has been carried out."""
    connection.sendall(b"PING\n")
    said = b""
    while b'"op":"pong"' not in said:
        chunk = connection.recv(4096)
        if not chunk:
            raise ConnectionError(f"the server said only {said!r}")
        said += chunk


def read_until(connection, mark):
    """Whether the text came before the end."""
    chunk = bytearray(len(mark) + CHUNK)
    # The end of the last chunk stands in front of the next, so that a mark cut in two is found.
    overlap = memoryview(chunk)[: len(mark)]
    room = memoryview(chunk)[len(mark) :]
    while count := connection.recv_into(room):
        if chunk.find(mark, 0, len(mark) + count) >= 0:
            return True
        overlap[:] = chunk[count : count + len(mark)]
    return False


def main():
    port, until = sys.argv[1:]
    with subscribe(int(port), "SUB from=start") as connection:
        if not read_until(connection, until.encode()):
            sys.exit("the connection ended early")


if __name__ == "__main__":
    main()
