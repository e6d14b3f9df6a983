#!/usr/bin/env python3
"""Makes of scores what `sluice budget` decides about: what each message would bring and cost of each customer.

    python pipelines/targeting/options.py --scores scores.csv --value 30 --cost mail=0.10,sms=0.25 --out options.csv

scores.csv     fit.py's or tune.py's; with a column cost, or say --cost
reserve.csv    customer: who must not be contacted (--reserve): has no line in the result
options.csv    customer, option, value, cost: a line for each customer and message; value is the uplift times --value

The same files give the same bytes. Files may be .gz or .zst; `-` is standard input.
"""

from __future__ import annotations

import argparse
import sys

from targeting import console
from targeting.console import say, usage, warn

EXITS = """exit codes:
  0 done · 64 the command line is wrong · 65 bad data: the message names file, line and remedy · 66 there is no score · 69 a package
  is missing: the message names the make target · 74 a file could not be read or written
Nothing is written but with exit code 0."""


def arguments(words: list[str]) -> argparse.Namespace:
    from targeting.tables import number, pairs

    parser = console.Parser(
        prog="options.py", description=__doc__, epilog=EXITS, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--scores", required=True, metavar="FILE", help="scores of everybody the budget is for")
    parser.add_argument("--out", required=True, metavar="FILE", help="where the options go")
    parser.add_argument(
        "--cost", type=pairs, metavar="M=MONEY,…", help="what a contact costs, by message; else the column cost of the scores"
    )
    parser.add_argument("--value", default="1", metavar="MONEY", help="what an outcome of 1 is worth (default: 1)")
    parser.add_argument("--reserve", metavar="FILE", help="customers who must not be contacted")
    options = parser.parse_args(words)
    value = number(options.value)
    if value is None or value <= 0:
        raise usage(f"--value {options.value}: write money as a decimal, above 0, up to 1e30")
    options.value = value
    if options.scores == "-" == options.reserve:
        raise usage("only one file can be standard input")
    return options


def main() -> None:
    options = arguments(sys.argv[1:])
    console.needs({"numpy": "numpy", "xxhash": "xxhash", "zstandard": "zstandard"}, "targeting")
    from targeting import writing
    from targeting.scores import read_scores
    from targeting.tables import Table
    from targeting.writing import decimal

    writing.check_writable(options.out, [options.scores, *([options.reserve] if options.reserve else [])])
    scores = read_scores(options.scores)
    scores.take_costs(options.cost)
    reserved: set[str] = set()
    if options.reserve:
        table = Table(options.reserve, ["customer"])
        reserved = {row[table.index("customer")] for row in table.rows()}
        table.finish()
        if reserved and reserved.isdisjoint(scores.customers):
            warn(
                f"{table.name}: 0 customers in reserve of {table.lines} rows: ids are compared byte by byte, so that 7 is not 007; look"
                " at how both files write them"
            )
    left_out = sum(customer in reserved for customer in scores.customers)

    def rows():
        for row, customer in enumerate(scores.customers):
            if customer in reserved:
                continue
            for place, message in enumerate(scores.messages):
                value = decimal(scores.uplift[row, place] * options.value)
                yield [customer, message, value, decimal(scores.cost[row, place])]

    writing.write(options.out, writing.csv_bytes(["customer", "option", "value", "cost"], rows()))
    kept = len(scores.customers) - left_out
    left = f"; {left_out} in reserve left out, of {table.lines} rows" if options.reserve else ""
    say(f"{options.out}: {kept} customers, {len(scores.messages)} options each{left}")


if __name__ == "__main__":
    sys.exit(console.run(main, "options.py"))
