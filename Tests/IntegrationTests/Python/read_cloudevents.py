"""Reads lines of CloudEvents with the project's own SDK (PyPI's cloudevents).

    read_cloudevents.py EVENTS NATIVE

NATIVE has the same events as Walbrook's own lines. Prints a JSON object for each line that is not as it should be, and
one at the end: the number of events and their sources and types.
"""

import itertools
import json
import sys

from cloudevents.core.formats.json import JSONFormat


def mistakes(event, native, identities):
    data = json.loads(native)
    if event.get_data() != data:
        yield "its data is not the native event"
    identity = (event.get_source(), event.get_id())
    if identity in identities:
        yield f"{identity} is the identity of another event"
    identities.add(identity)
    suffix = "-schema" if data["op"] == "schema" else ""
    if event.get_id() != data["pos"] + suffix:
        yield f"its id is {event.get_id()}"
    if event.get_type() != "walbrook." + data["op"]:
        yield f"its type is {event.get_type()}"
    subject = f"{data['schema']}.{data['table']}" if "table" in data else None
    if event.get_subject() != subject:
        yield f"its subject is {event.get_subject()}"
    if event.get_specversion() != "1.0" or event.get_datacontenttype() != "application/json":
        yield "it is of another version or type of content"


def main(events_path, native_path):
    reader = JSONFormat()
    identities, sources, types = set(), set(), set()
    count = 0
    with open(events_path, "rb") as events, open(native_path, "rb") as natives:
        for line, native in itertools.zip_longest(events, natives):
            count += 1
            try:
                # The SDK gives an event without a time the present one.
                has_time = "time" in json.loads(line)
                event = reader.read(None, line)
                errors = list(mistakes(event, native, identities))
                if has_time != ("ts" in json.loads(native)):
                    errors.append("it has a time and the event has none, or the reverse")
                if has_time and event.get_time().isoformat(timespec="microseconds") != json.loads(native)[
                    "ts"
                ].replace("Z", "+00:00"):
                    errors.append(f"its time is {event.get_time()}")
                sources.add(event.get_source())
                types.add(event.get_type())
            except Exception as error:
                errors = [f"{type(error).__name__}: {error}"]
            for error in errors:
                print(json.dumps({"line": count, "error": error}))
    print(json.dumps({"lines": count, "sources": sorted(sources), "types": sorted(types)}))


main(*sys.argv[1:])
