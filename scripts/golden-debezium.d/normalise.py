"""Replaces what no two runs have in common, from standard input to standard output.

LSNs and transaction ids get names in the order of their first appearance, so that it still counts which of them are
equal. Starts of records (L), their ends, which a logical message has (M), and ends of commits (E) have names of their
own: whether something else gets in between an end and the next start is up to the server. Times become zero. A logical
message is counted under the address of a Java object, which also decides on its place among the tables: the address
goes, and the counts are sorted. All else stays, to the byte.
"""

import re
import sys

PATTERNS = re.compile(r"""
      (?P<time> "ts_(?:ms|us|ns)":\d+ )
    | (?P<sequence> "sequence":"\[[^]]*\]" )
    | (?P<lsn> "lsn":\d+ )
    | (?P<xid> "txId":\d+ )
    | (?P<id> "id":"\d+:\d+" )
    | (?P<counts> "data_collections":\[[^]]*\] )
    """, re.VERBOSE)


def main():
    names = {}

    def named(text, letters):
        """The numbers of a text replaced, each by a name of its own kind."""
        kinds = iter(letters)

        def name(number):
            letter = next(kinds)
            return names.setdefault((letter, number[0]), f"{letter}{len(names) + 1}")

        return re.sub(r"\d+", name, text)

    for line in sys.stdin:
        place = "M" if '"op":"m"' in line else "E" if '"status":"END"' in line else "L"

        def replacement(match):
            text = match[0]
            match match.lastgroup:
                case "time":
                    return re.sub(r"\d+", "0", text)
                case "sequence":
                    return named(text, place if "null" in text else f"E{place}")
                case "lsn":
                    return named(text, place)
                case "xid":
                    return named(text, "X")
                case "id":
                    return named(text, f"X{place}")
                case "counts":
                    return sorted_counts(text)

        sys.stdout.write(PATTERNS.sub(replacement, line))


def sorted_counts(text):
    entries = re.findall(r"\{.*?\}", re.sub(r"(MessageId)@[0-9a-f]+", r"\1", text))
    return f'"data_collections":[{",".join(sorted(entries))}]'


sys.stdin.reconfigure(encoding="utf-8", newline="\n")
sys.stdout.reconfigure(encoding="utf-8", newline="\n")
main()
