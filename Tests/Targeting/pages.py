#!/usr/bin/env python3
"""Runs the commands of pipelines/targeting/README.md as they stand there, in a scratch directory.

    python Tests/Targeting/pages.py SLUICE

`make` lines are left out: they have been run. The last line is `checks: N`.
"""

from __future__ import annotations

import gzip
import json
import os
import shlex
import subprocess
import sys
from decimal import Decimal

from support import HERE, Checks, folder, rows

import example

ROOT = os.path.abspath(os.path.join(HERE, "..", ".."))
PAGE = os.path.join(ROOT, "pipelines", "targeting", "README.md")


def commands() -> list[list[str]]:
    """The indented lines of the page, in their order."""
    with open(PAGE, encoding="utf-8") as file:
        return [shlex.split(line) for line in file if line.startswith("    ")]


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    sluice = os.path.abspath(sys.argv[1])
    checks = Checks()
    stand_in = {".build/targeting-venv/bin/python": sys.executable, ".build/release/sluice": sluice}
    checks.that(len(commands()) == 9, "five commands, the demo and the three of the budget stand in the page")
    with folder():
        for name in ("fixtures", "pipelines"):
            os.symlink(os.path.join(ROOT, name), name)
        for words in commands():
            if words[0] == "make":
                with open(os.path.join(ROOT, "Makefile"), encoding="utf-8") as file:
                    checks.that(any(line.startswith(f"{words[1]}:") for line in file), f"make {words[1]} is a target")
                continue
            run = subprocess.run([stand_in.get(words[0], words[0]), *words[1:]], capture_output=True, text=True)
            checks.that(run.returncode == 0, f"{shlex.join(words[:3])} …: exit {run.returncode}: {run.stderr}")
            if run.returncode != 0:
                return checks.end()
        with gzip.open("fixtures/targeting/opt-outs.csv.gz", "rt") as file:
            out = {line.strip() for line in file}
        decided = {row["customer"]: row["message"] for row in rows("uplift/decisions.csv")}
        tonight = rows("tonight/decisions.csv")
        sent = {row["customer"]: row["message"] for row in tonight if row["message"] in ("mail", "sms")}
        checks.that(len(sent) > 1000 and not out & set(sent), "tonight's list has people to write to, and none who opted out")
        target = [row for row in tonight if row["reason"] == "target"]
        checks.that(all(decided[row["customer"]] == row["message"] for row in target), "targets get what was decided")
        checks.that(0.085 < sum(row["message"] == "control" for row in tonight) / len(tonight) < 0.115, "a tenth is control")
        checks.that(os.path.getsize("uplift/uplift.html") > 10_000, "the page of the uplift is there")

        # The shop's truth: those who are sent something are moved more than those who could have been.
        with gzip.open("fixtures/targeting/base.csv.gz", "rt") as file:
            import pandas as pd

            base = pd.read_csv(file).set_index("customer")
        import numpy as np

        days, purchases = base.days_since_purchase.to_numpy(), base.purchases.to_numpy()
        logit = -2.2 + 0.15 * purchases - 0.004 * days + 0.3 * base.newsletter.to_numpy()
        rates = 1 / (1 + np.exp(-(logit[:, None] + example.effects(days, purchases))))
        net = pd.DataFrame(30 * (rates[:, 1:] - rates[:, :1]) - [0.10, 0.25], index=base.index, columns=["mail", "sms"])
        brought = np.mean([net.loc[customer, message] for customer, message in sent.items()])
        checks.that(
            brought > 1.1 * net.to_numpy().mean(), f"a contact brings {brought:.2f}, one by chance {net.to_numpy().mean():.2f}"
        )
        bought = rows("budget/decisions.csv")
        with open("budget/budget.json", encoding="utf-8") as file:
            answer = json.load(file)
        scored = {row["customer"] for row in rows("scores.csv")}
        checks.that({row["customer"] for row in bought} == scored - out, "everybody with scores and not in reserve is decided about")
        spent = sum(Decimal(row["cost"]) for row in bought)
        value = sum(Decimal(row["value"]) for row in bought)
        checks.that(Decimal(299) < spent <= 300, f"the budget of 300 is spent: {spent}")
        uplift = {(row["customer"], row["message"]): float(row["uplift"]) for row in rows("scores.csv")}
        foretold = sum(30 * uplift[row["customer"], row["message"]] for row in bought if row["message"] != "none")
        checks.that(abs(float(value) - foretold) < 1e-3, "values are uplifts times what an outcome is worth")
        checks.that(float(value) <= float(answer["bound"]) and float(value) > 0.999 * float(answer["bound"]), "value is next to its bound")
        checks.that("tuned.csv" in os.listdir(".") and "tune.json" in os.listdir("."), "the budget's command has written its files")
    for name, text in example.files().items():
        with gzip.open(os.path.join(ROOT, "fixtures", "targeting", name + ".gz"), "rb") as file:
            checks.that(file.read() == text.encode(), f"fixtures/targeting/{name}.gz is what Tests/Targeting/example.py writes")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
