"""Validates lines of JSON by a JSON Schema, with PyPI's jsonschema.

    validate.py SCHEMA LINES

Prints a JSON object for each line that is not valid, and one at the end with the numbers of lines and of those looked
at. Of a large file these are the first ones and then those whose shape is new, because a line takes milliseconds; for
the same reason, why a line is not valid is found out for some.
"""

import json
import re
import sys

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match

ALL_OF_THEM = 2000
EXPLAINED = 5


def shape(value):
    """What lines that a schema judges alike have in common: keys, types, and how texts begin."""
    if isinstance(value, dict):
        return tuple(sorted((key, shape(member)) for key, member in value.items()))
    if isinstance(value, list):
        return tuple(sorted({repr(shape(element)) for element in value}))
    if isinstance(value, str):
        return re.sub("[a-z]+", "a", re.sub("[0-9]+", "0", value[:24]))
    return type(value).__name__


def main(schema_path, lines_path):
    # A json column can hold any number.
    sys.set_int_max_str_digits(0)
    with open(schema_path, encoding="utf-8") as file:
        schema = json.load(file)
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    seen = set()
    lines = validated = wrong = 0
    with open(lines_path, encoding="utf-8", newline="\n") as file:
        for line in file:
            lines += 1
            value = json.loads(line)
            if lines > ALL_OF_THEM:
                if (form := shape(value)) in seen:
                    continue
                seen.add(form)
            validated += 1
            if validator.is_valid(value):
                continue
            wrong += 1
            message = "not valid"
            if wrong <= EXPLAINED:
                error = best_match(validator.iter_errors(value))
                message = f"{error.json_path}: {error.message}"[:500] + f"; the line is {line[:500]}"
            print(json.dumps({"line": lines, "error": message}))
    print(json.dumps({"lines": lines, "validated": validated}))


main(*sys.argv[1:])
