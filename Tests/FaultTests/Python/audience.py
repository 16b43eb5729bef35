"""Two hundred subscribers of one port, of all kinds, each of which must get its events once and in order.

Arguments: the port, and a file that comes to be with all events when the last of them, of the table finish, is out.
Says "ready" when all are connected, and at the end what it has seen; exit code 1 if any has seen something else.
"""

import asyncio
import hashlib
import os
import random
import sys

LAST = b'"table":"finish"'
FILTERS = {
    "tables=public.pgbench_tellers,public.finish": lambda line: b'"table":"pgbench_tellers"' in line or LAST in line,
    "ops=insert": lambda line: b'"op":"insert"' in line[:60],
}


class Seen:
    """What a subscriber got: events only, as a digest of their lines."""

    def __init__(self):
        self.digest = hashlib.sha256()
        self.count = 0
        self.position = None
        self.is_complete = False

    def take(self, line):
        if line.startswith(b'{"op":'):
            if line.startswith(b'{"op":"error"'):
                raise RuntimeError(line.decode())
            return
        self.digest.update(line)
        self.count += 1
        self.position = line[8:34].decode()
        self.is_complete = LAST in line[:200]


async def connect(port, words, limit=1 << 20):
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=limit)
    if not (await reader.readline()).startswith(b'{"op":"hello"'):
        raise RuntimeError("no greeting")
    writer.write(f"SUB {words}\nPING\n".encode())
    return reader, writer


async def read_all(port, words, ready):
    seen = Seen()
    reader, _ = await connect(port, words)
    while not seen.is_complete:
        line = await reader.readline()
        if not line:
            raise RuntimeError(f"cut off after {seen.position}")
        if line.startswith(b'{"op":"pong"'):
            ready.set()
        seen.take(line)
    return seen


async def come_and_go(port, ready):
    """Leaves at random, in the middle of lines, too, and comes back behind the last whole one."""
    seen = Seen()
    while not seen.is_complete:
        reader, writer = await connect(port, f"from={seen.position}" if seen.position else "from=start")
        ready.set()
        for _ in range(random.randrange(1, 3000)):
            line = await reader.readline()
            if not line.endswith(b"\n"):
                raise RuntimeError(f"cut off after {seen.position}")
            seen.take(line)
            if seen.is_complete:
                break
        if random.random() < 0.5:
            writer.transport.abort()
        else:
            writer.close()
        await asyncio.sleep(random.random() / 5)
    return seen


async def read_slowly(port, ready):
    """1 KiB a second; returns what it got until it is told that the others have everything."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1024)
    await reader.readline()
    writer.write(b"SUB from=start\n")
    ready.set()
    got = b""
    try:
        while True:
            got += await reader.read(1024)
            await asyncio.sleep(1)
    except asyncio.CancelledError:
        return got


async def never_read(port, ready):
    reader, writer = await connect(port, "from=start")
    writer.transport.pause_reading()
    ready.set()
    try:
        await asyncio.Event().wait()
    except asyncio.CancelledError:
        return b""


async def main():
    port, path = int(sys.argv[1]), sys.argv[2]
    expected = [("all", None)] * 168 + [(words, words) for words in FILTERS for _ in range(10)]
    readies, tasks = [], []

    def begin(coroutine, *arguments):
        readies.append(asyncio.Event())
        tasks.append(asyncio.create_task(coroutine(port, *arguments, readies[-1])))
        return tasks[-1]

    complete = [(begin(read_all, f"from=start {words or ''}"), words) for _, words in expected]
    complete += [(begin(come_and_go), None) for _ in range(10)]
    slow, silent = begin(read_slowly), begin(never_read)
    await asyncio.gather(*(ready.wait() for ready in readies))
    print("ready", len(tasks), flush=True)
    results = await asyncio.gather(*(task for task, _ in complete))
    print("complete", flush=True)
    while not os.path.exists(path):
        await asyncio.sleep(0.05)
    slow.cancel()
    silent.cancel()
    with open(path, "rb") as file:
        lines = file.readlines()
    wrong = 0
    for words in (None, *FILTERS):
        wanted = [line for line in lines if words is None or FILTERS[words](line)]
        digest = hashlib.sha256(b"".join(wanted)).hexdigest()
        for (_, has), seen in zip(complete, results):
            if has == words and (seen.count != len(wanted) or seen.digest.hexdigest() != digest):
                print(f"{words}: {seen.count} events of {len(wanted)}, up to {seen.position}", flush=True)
                wrong += 1
    events = b"".join(line + b"\n" for line in (await slow).split(b"\n")[:-1] if not line.startswith(b'{"op":'))
    if not events or not b"".join(lines).startswith(events):
        print(f"the slow one got something else in {len(events)} bytes", flush=True)
        wrong += 1
    print("events", len(lines), "wrong", wrong, flush=True)
    sys.exit(1 if wrong else 0)


asyncio.run(main())
