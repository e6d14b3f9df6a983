#!/usr/bin/env python3
"""Scores customers for each message: what contact would add to the expected outcome, by independent models.

    python pipelines/targeting/fit.py --customers customers.csv [--score base.csv] --out scores.csv

customers.csv  last campaign: customer, message ("control": not contacted), outcome (0/1, or money), [propensity], [cost], [ts], and
               features, as every other column is one. A column known only after the contact is no feature: --ignore it
base.csv       customer and the same features: everybody who may be written to next, also those without an outcome
scores.csv     customer, message, uplift, baseline, [se], [cost], [fold]: what `sluice uplift`, `sluice wave` and tune.py read

For each message and for the control there is one model of the outcome. Customers are dealt into folds by a hash of their id, and
each is scored by models that did not see its fold; customers without an outcome by the mean over the folds. The same files give the
same bytes. Files may be .gz or .zst; `-` is standard input.
"""

from __future__ import annotations

import argparse
import os
import sys

from targeting import console
from targeting.console import say, usage, warn

EXITS = """exit codes:
  0 done · 64 the command line is wrong · 65 bad data: the message names file, line and remedy · 66 no treated or no control
  customer · 69 a package is missing: the message names the make target · 74 a file could not be read or written
Nothing is written but with exit code 0."""


def arguments(words: list[str]) -> argparse.Namespace:
    parser = console.Parser(prog="fit.py", description=__doc__, epilog=EXITS, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--customers", required=True, metavar="FILE", help="last campaign's customers, messages, outcomes and features"
    )
    parser.add_argument("--score", metavar="FILE", help="customers to score beside them")
    parser.add_argument("--out", required=True, metavar="FILE", help="where the scores go")
    parser.add_argument(
        "--engine", choices=["sklearn", "spark"], default="sklearn", help="sklearn (default), or spark (make targeting-spark)"
    )
    parser.add_argument(
        "--spark-master", default="local[2]", metavar="URL", help="where Spark runs (default: local[2], two cores here)"
    )
    parser.add_argument("--model", choices=["logistic", "forest", "boosting"], default="logistic", help="default: logistic")
    parser.add_argument("--control", default="control", metavar="NAME", help="the message that is none (default: control)")
    parser.add_argument("--folds", type=int, default=5, metavar="N", help="2 to 100 (default: 5)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="of folds and models, 0 or more (default: 1)")
    parser.add_argument(
        "--bootstrap", type=int, default=0, metavar="B", help="standard errors from B refits; 2 to 10000, 50 will do"
    )
    parser.add_argument("--ignore", type=console.names, default=set(), metavar="A,B", help="columns that are no features")
    parser.add_argument(
        "--numbers", type=console.names, default=set(), metavar="A,B", help="features that are numbers, whatever their fields are"
    )
    parser.add_argument(
        "--categories", type=console.names, default=set(), metavar="A,B", help="features that are categories, though numbers"
    )
    parser.add_argument(
        "--current-features",
        action="store_true",
        help="score customers of both files by base.csv; such scores may know the outcome: never evaluate them on these outcomes",
    )
    options = parser.parse_args(words)
    if not 2 <= options.folds <= 100:
        raise usage(f"--folds {options.folds}: from 2 to 100")
    if not 0 <= options.seed < 2**32:
        raise usage(f"--seed {options.seed}: from 0 to 4294967295")
    if options.bootstrap and not 2 <= options.bootstrap <= 10_000:
        raise usage(f"--bootstrap {options.bootstrap}: from 2 to 10000")
    if options.control in ("none", "rest", "out", ""):
        raise usage(f"--control {options.control!r}: waves use the name themselves; choose another")
    if both := options.numbers & options.categories:
        raise usage(f"{min(both)!r} cannot be among --numbers and --categories")
    if options.current_features and not options.score:
        raise usage("--current-features needs --score: the file with current features")
    if options.customers == "-" == options.score:
        raise usage("--customers and --score cannot both be standard input: give one a file")
    if options.engine == "spark":
        if options.model == "boosting":
            raise usage("--engine spark has no boosting: choose --model logistic or forest")
        if options.bootstrap:
            raise usage("--engine spark has no --bootstrap: use --engine sklearn")
    return options


def main() -> None:
    options = arguments(sys.argv[1:])
    target = "targeting" if options.engine == "sklearn" else "targeting-spark"
    packages = {"numpy": "numpy", "xxhash": "xxhash", "zstandard": "zstandard"}
    packages |= (
        {"sklearn": "scikit-learn"}
        if options.engine == "sklearn"
        else {"pandas": "pandas", "pyarrow": "pyarrow", "pyspark": "pyspark"}
    )
    console.needs(packages, target)
    from targeting import crossfit, customers, writing

    writing.check_writable(options.out, [options.customers, *([options.score] if options.score else [])])
    campaign = customers.read_campaign(options.customers, options.control, options.ignore, options.categories, options.numbers)
    counts = ", ".join(
        f"{name} {int((campaign.arm == arm).sum())}" for arm, name in enumerate([options.control, *campaign.messages])
    )
    say(f"{options.customers}: {counts}; {'rates' if campaign.binary else 'amounts'}; {campaign.encoder.said()}")
    base = None
    if options.score:
        base = customers.read_base(options.score, campaign.encoder)
        logged = set(campaign.customers)
        both = sum(customer in logged for customer in base.customers)
        if both and options.current_features:
            warn(f"{both} customers with an outcome are scored by current features: do not evaluate these scores on these outcomes")
        elif both:
            say(
                f"{both} customers of {options.score} have an outcome: scored by their features of"
                f" {options.customers}, from before it"
            )
    plan = crossfit.Plan.make(campaign, base, options.folds, options.model, options.seed, options.current_features)
    if options.engine == "sklearn":
        from threadpoolctl import threadpool_limits

        with threadpool_limits(limits=2):
            scores = crossfit.score(plan, options.bootstrap)
    else:
        from targeting import spark

        scores = spark.score(plan, options.spark_master)
    write(options.out, scores, campaign)
    say(f"{options.out}: {len(scores.customers)} customers, {len(campaign.messages)} messages")


def write(path: str, scores, campaign) -> None:
    from targeting import writing
    from targeting.writing import decimal

    header = ["customer", "message", "uplift", "baseline"]
    header += ["se"] * (scores.se is not None) + ["cost"] * (campaign.costs is not None) + ["fold"]
    costs = None if campaign.costs is None else [decimal(cost) for cost in campaign.costs]

    def rows():
        uplift = scores.uplift
        for row, customer in enumerate(scores.customers):
            baseline = decimal(scores.rates[row, 0])
            fold = str(scores.fold[row]) if scores.fold[row] >= 0 else ""
            for place, message in enumerate(campaign.messages):
                fields = [customer, message, decimal(uplift[row, place]), baseline]
                if scores.se is not None:
                    fields.append(decimal(scores.se[row, place]))
                if costs is not None:
                    fields.append(costs[place])
                yield fields + [fold]

    writing.write(path, writing.csv_bytes(header, rows()))


if __name__ == "__main__":
    # Before numpy is loaded: libraries that count the cores themselves.
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    sys.exit(console.run(main, "fit.py"))
