"""Connections of the kinds that nobody wants, one after another.

Arguments: the port, how many, and "tls" if the port speaks TLS. Says at the end how many were made.
"""

import os
import random
import socket
import ssl
import sys

# Left open on purpose, the oldest given up when there are more.
HELD = 40


def connect(port):
    connection = socket.create_connection(("127.0.0.1", port), timeout=30)
    connection.settimeout(0.2)
    return connection


def random_bytes(connection):
    connection.sendall(os.urandom(random.randrange(1, 3000)))


def huge_line(connection):
    connection.sendall(b"x" * random.randrange(4096, 200_000))


def huge_token(connection):
    connection.sendall(b"AUTH " + b"t" * 4000 + b"\n")


def nonsense(connection):
    connection.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n" * random.randrange(1, 20))


def flood(connection):
    connection.sendall(b"PING\n" * 2000)


def half_open(connection):
    connection.shutdown(socket.SHUT_WR)


def nothing(connection):
    pass


def reset(connection):
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")


def cut_command(connection):
    connection.sendall(b"SUB from=st")


# One for all: to read the system's certificates takes longer than a handshake.
CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
CONTEXT.check_hostname = False
CONTEXT.verify_mode = ssl.CERT_NONE


def handshake(connection):
    CONTEXT.wrap_socket(connection)


def half_handshake(connection):
    connection.sendall(bytes.fromhex("160301020001000109"))


def subscribe_and_leave(connection):
    connection.sendall(b"SUB from=now heartbeat=1\n")


KINDS = [
    random_bytes, huge_line, huge_token, nonsense, flood, half_open, nothing, reset, cut_command, handshake,
    half_handshake, subscribe_and_leave,
]


def main():
    port, count = int(sys.argv[1]), int(sys.argv[2])
    held = []
    for number in range(count):
        kind = KINDS[number % len(KINDS)]
        connection = connect(port)
        try:
            kind(connection)
            if random.random() < 0.1:
                connection.recv(4096)
        except (OSError, ssl.SSLError):
            # It was thrown out.
            pass
        if random.random() < 0.02:
            held.append(connection)
            if len(held) > HELD:
                held.pop(0).close()
        else:
            connection.close()
    for connection in held:
        connection.close()
    print(count)


main()
