#!/usr/bin/env python3
"""Tunes scores for what a budget buys, and lets them through only where they are shown to bring more.

    python pipelines/targeting/tune.py --log outcomes.csv --features customers.csv --scores scores.csv --budget 25000 \
        --out tuned.csv

outcomes.csv   the last campaign: customer, message, outcome, [propensity], [wave]; without propensities say --shares
customers.csv  customer and features; give several files (--features customers.csv base.csv) when scores are of more customers
scores.csv     fit.py's; with a column cost, or say --cost
tuned.csv      scores.csv's form: tuned scores where the gate has opened, else those that were given
tune.json      beside it and written last: what tuning brings and its standard error, by fold, the gate's decision, and the XXH64 of
               tuned.csv (output.xxh64): where it is not that of the file, a run was cut between the two; run it again

Scores that predict best need not be those that spend a budget best: where the models cannot say what matters and the budget is
small, tuning them for the value of what is bought brings more; where the models are right it brings less than nothing. So nothing
is taken on trust: each fifth of the customers judges what was tuned on the others, and the gate opens where the gain is over
2.33 standard errors. Tuned scores order customers by what they bring within this budget; they are no probabilities. Another
budget needs another run.
"""

from __future__ import annotations

import argparse
import os
import sys

from targeting import console
from targeting.console import say, usage, warn

EXITS = """exit codes:
  0 done, whether the gate opened or not · 64 the command line is wrong · 65 bad data: the message names file, line and remedy ·
  66 too few outcomes · 69 a package is missing: the message names the make target · 74 a file could not be read or written
Nothing is written but with exit code 0."""


def arguments(words: list[str]) -> argparse.Namespace:
    from targeting.tables import number, pairs

    parser = console.Parser(prog="tune.py", description=__doc__, epilog=EXITS, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--log", required=True, nargs="+", metavar="FILE", help="outcomes of the last campaign, or of several waves"
    )
    parser.add_argument("--features", required=True, nargs="+", metavar="FILE", help="customers and their features")
    parser.add_argument("--scores", required=True, metavar="FILE", help="scores of everybody the budget is for")
    parser.add_argument("--budget", required=True, metavar="MONEY", help="for all customers of the scores together")
    parser.add_argument("--out", required=True, metavar="FILE", help="where the scores go; tune.json goes beside it")
    parser.add_argument(
        "--cost", type=pairs, metavar="M=MONEY,…", help="what a contact costs, by message; else the column cost of the scores"
    )
    parser.add_argument("--value", default="1", metavar="MONEY", help="what an outcome of 1 is worth (default: 1)")
    parser.add_argument(
        "--shares", type=pairs, metavar="M=SHARE,…", help="probabilities of control and messages, where the log has none"
    )
    parser.add_argument("--control", default="control", metavar="NAME", help="the message that is none (default: control)")
    parser.add_argument("--folds", type=int, default=5, metavar="N", help="of the gate, 2 to 20 (default: 5)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of folds, 0 or more (default: 1)")
    parser.add_argument("--ignore", type=console.names, default=set(), metavar="A,B", help="columns that are no features")
    options = parser.parse_args(words)
    for name, zero in (("budget", True), ("value", False)):
        value = number(getattr(options, name))
        if value is None or value < 0 or (value == 0 and not zero):
            least = "0 or more" if zero else "above 0"
            raise usage(f"--{name} {getattr(options, name)}: write money as a decimal, {least}, up to 1e30")
        setattr(options, name, value)
    if not 2 <= options.folds <= 20:
        raise usage(f"--folds {options.folds}: from 2 to 20")
    if not 0 <= options.seed < 2**32:
        raise usage(f"--seed {options.seed}: from 0 to 4294967295")
    for name, share in (options.shares or {}).items():
        if not 0 < share <= 1:
            raise usage(f"--shares {name}={share:g}: above 0 and at most 1")
    if options.shares and abs((total := sum(options.shares.values())) - 1) > 1.000001e-6:
        raise usage(f"--shares adds up to {total:g}; probabilities add up to 1")
    if sum(path == "-" for path in [*options.log, *options.features, options.scores]) > 1:
        raise usage("only one file can be standard input")
    return options


def main() -> None:
    options = arguments(sys.argv[1:])
    console.needs({"numpy": "numpy", "sklearn": "scikit-learn", "xxhash": "xxhash", "zstandard": "zstandard"}, "targeting")
    from targeting import scores as scores_of
    from targeting import tuning, writing
    from targeting.outcomes import read_outcomes

    report = os.path.join(os.path.dirname(os.path.abspath(options.out)), "tune.json")
    if os.path.abspath(options.out) == report:
        raise usage("--out cannot be tune.json, which is written beside it")
    inputs = [*options.log, *options.features, options.scores]
    writing.check_writable(options.out, inputs)
    writing.check_writable(report, inputs)
    scores = scores_of.read_scores(options.scores)
    if scores.fold is None:
        warn(f"{options.scores}: has no column fold: these scores may have seen their outcomes, and then look better than they are")
    scores.take_costs(options.cost)
    log = read_outcomes(options.log, scores, options.control, options.shares)
    features = tuning.read_features(options.features, scores, options.ignore)
    result = tuning.run(scores, log, features, options.budget, options.value, options.folds, options.seed)
    content = writing.packed(options.out, writing.csv_bytes(*tuning.rows(result, scores, options.value)))
    said = writing.json_bytes(tuning.report(result, scores, log, options, content))
    # The report last: it names the digest of the scores it belongs to.
    writing.write_files([(options.out, content), (report, said)])
    gate = result.judgement
    gain = f"{gate.difference * len(scores.customers):+.6g} ± {1.96 * gate.se * len(scores.customers):.3g} in all"
    decision = ("opens", "tuned scores") if gate.open else ("stays closed", "scores that were given")
    say(f"tuning brings {gain}: the gate {decision[0]}, {options.out} has the {decision[1]}")


if __name__ == "__main__":
    # Before numpy is loaded: libraries that count the cores themselves.
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    sys.exit(console.run(main, "tune.py"))
