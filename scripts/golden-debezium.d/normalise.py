"""Replaces what no two runs have in common, from standard input to standard output.

LSNs and transaction ids get names in the order of their first appearance, so that it still counts which of them are
equal. Times become zero. A logical message is counted under the address of a Java object, which also decides on its
place among the tables: the address goes, and the counts are sorted. All else stays, to the byte.
"""

import re
import sys

PATTERNS = re.compile(r"""
      (?P<time> "ts_(?:ms|us|ns)":\d+ )
    | (?P<numbers> "lsn":\d+ | "txId":\d+ | "sequence":"\[[^]]*\]" | "id":"\d+:\d+" )
    | (?P<counts> "data_collections":\[[^]]*\] )
    """, re.VERBOSE)


def main():
    names = {}

    def name(number, letter):
        return names.setdefault((letter, number), f"{letter}{len(names) + 1}")

    def replacement(match):
        text = match[0]
        if match["time"]:
            return re.sub(r"\d+", "0", text)
        if match["counts"]:
            return sorted_counts(text)
        if text.startswith('"id"'):
            return re.sub(r"(\d+):(\d+)", lambda id: f"{name(id[1], 'X')}:{name(id[2], 'L')}", text)
        letter = "X" if text.startswith('"txId"') else "L"
        return re.sub(r"\d+", lambda number: name(number[0], letter), text)

    for line in sys.stdin:
        sys.stdout.write(PATTERNS.sub(replacement, line))


def sorted_counts(text):
    entries = re.findall(r"\{.*?\}", re.sub(r"(MessageId)@[0-9a-f]+", r"\1", text))
    return f'"data_collections":[{",".join(sorted(entries))}]'


sys.stdin.reconfigure(encoding="utf-8", newline="\n")
sys.stdout.reconfigure(encoding="utf-8", newline="\n")
main()
