#!/usr/bin/env python3
"""Lives a campaign of several waves through the real nightly job, with the bands of `sluice uplift` as segments.

    python Tests/Targeting/campaign.py SLUICE FOLDER [WAVES]

The shop of fixtures/targeting scores its customers and cuts them into bands. Each night's table says what customers of a band are
sent (mail, sms, or none, which competes, so that a band of sleeping dogs learns to be left alone); a tenth are control
throughout. Customers answer as the shop's truth has it, what they do is written as a log, and `sluice run` learns the next table
from it. FOLDER gets the pipeline, the logs and the state directory: FOLDER/state/current/allocation.csv has the table by band.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import shutil
import subprocess
import sys
from datetime import date, timedelta

from support import HERE, PIPELINE, np, rows, save

import example

ROOT = os.path.abspath(os.path.join(HERE, "..", ".."))
FIXTURES = os.path.join(ROOT, "fixtures", "targeting")
START = date(2026, 11, 2)
COSTS = {"mail": 0.10, "sms": 0.25, "none": 0.0, "control": 0.0}
ARMS = {"none": 0, "control": 0, "mail": 1, "sms": 2}
CAMPAIGN, SLOT, CONTROL, WORTH = "diwali", "message", 0.1, 30

CONFIGURATION = """// A campaign as an experiment of the nightly job: `none` competes with the messages, bands are segments.
{
    pipeline: "diwali",
    timezone: "Asia/Kolkata",
    events: { paths: ["%s/events/date={date}/*.jsonl"] },
    // Everybody is contacted once in a night, at one hour.
    bots: { userAgents: false },
    // Money, less what the contact cost.
    learning: { reward: "revenue", segments: { minimumVisitors: 1000 } },
    experiments: [
        {
            platform: "diwali",
            slot: "message",
            variants: ["mail", "sms", "none"],
            // The control of `sluice wave --campaign diwali --control 0.1`: the same customers.
            control: { variant: "control", traffic: 0.1 },
            holdout: "diwali",
        },
    ],
}
"""


def call(*words: str, stdin: str = "", accepted: tuple[int, ...] = (0,)) -> str:
    run = subprocess.run(words, input=stdin, capture_output=True, text=True)
    if run.returncode not in accepted:
        sys.exit(f"{' '.join(words)}: exit {run.returncode}\n{run.stderr}")
    return run.stdout


def truth() -> tuple[list[str], np.ndarray]:
    """Customers of the shop and how likely each buys after nothing, a mail, a short message."""
    with gzip.open(os.path.join(FIXTURES, "base.csv.gz"), "rt", newline="") as file:
        base = list(csv.DictReader(file))
    days = np.array([int(row["days_since_purchase"]) for row in base])
    purchases = np.array([int(row["purchases"]) for row in base])
    logit = -2.2 + 0.15 * purchases - 0.004 * days + 0.3 * np.array([int(row["newsletter"]) for row in base])
    return [row["customer"] for row in base], 1 / (1 + np.exp(-(logit[:, None] + example.effects(days, purchases))))


def bands(sluice: str, root: str) -> dict[str, str]:
    """The band of each customer, from the last campaign's outcomes."""
    scores = os.path.join(root, "scores.csv")
    customers = os.path.join(FIXTURES, "customers.csv.gz")
    call(
        sys.executable,
        os.path.join(PIPELINE, "fit.py"),
        "--customers",
        customers,
        "--score",
        os.path.join(FIXTURES, "base.csv.gz"),
        "--out",
        scores,
    )
    call(
        sluice,
        "uplift",
        "--scores",
        scores,
        "--outcomes",
        customers,
        "--shares",
        "control=0.2,mail=0.4,sms=0.4",
        "--bands",
        "--value",
        str(WORTH),
        "--cost",
        "mail=0.10,sms=0.25",
        "--output",
        os.path.join(root, "uplift"),
        "--quiet",
    )
    return {row["customer"]: row["segment"] for row in rows(os.path.join(root, "uplift", "bands.csv"))}


def live(sluice: str, root: str, waves: int) -> list[str]:
    """Lives the campaign in `root`. Returns the dates of its tables."""
    os.makedirs(root, exist_ok=True)
    configuration, state = os.path.join(root, "pipeline.json5"), os.path.join(root, "state")
    save(configuration, CONFIGURATION % root)
    band = bands(sluice, root)
    customers, rates = truth()
    place = {customer: number for number, customer in enumerate(customers)}
    members: dict[str, list[str]] = {}
    for customer in customers:
        members.setdefault(band.get(customer, "*"), []).append(customer)
    random = np.random.default_rng(11)

    def night(day: date) -> None:
        # 66: the night before the first wave has no log; its table shares evenly.
        call(
            sluice,
            "run",
            "--config",
            configuration,
            "--state",
            state,
            "--date",
            day.isoformat(),
            "--now",
            f"{(day + timedelta(days=1)).isoformat()}T01:30:00+05:30",
            accepted=(0, 66) if day < START else (0,),
        )

    night(START - timedelta(days=1))
    tables = [START.isoformat()]
    for wave in range(waves):
        day = START + timedelta(days=wave)
        lines = []
        for segment, visitors in sorted(members.items()):
            answer = call(
                sluice,
                "assign",
                "--table",
                state,
                "--platform",
                CAMPAIGN,
                "--slot",
                SLOT,
                "--segment",
                segment,
                "-",
                stdin="\n".join(visitors) + "\n",
            )
            for row in csv.DictReader(io.StringIO(answer)):
                event = {
                    "ts": f"{day.isoformat()}T10:00:00+05:30",
                    "type": "view",
                    "visitor": row["visitor"],
                    "platform": CAMPAIGN,
                    "slot": SLOT,
                    "segment": segment,
                    "variant": row["variant"],
                    "propensity": float(row["traffic"]),
                }
                lines.append(json.dumps(event))
                if random.random() < rates[place[row["visitor"]], ARMS[row["variant"]]]:
                    money = {
                        "ts": f"{day.isoformat()}T18:00:00+05:30",
                        "type": "purchase",
                        "visitor": row["visitor"],
                        "platform": CAMPAIGN,
                        "slot": SLOT,
                        "variant": row["variant"],
                        "revenue": round(WORTH - COSTS[row["variant"]], 2),
                    }
                    lines.append(json.dumps(money))
        log = os.path.join(root, "events", f"date={day.isoformat()}")
        os.makedirs(log, exist_ok=True)
        save(os.path.join(log, "wave.jsonl"), "\n".join(lines) + "\n")
        night(day)
        tables.append((day + timedelta(days=1)).isoformat())
    return tables


def table(root: str, day: str) -> dict[str, dict[str, float]]:
    """Shares of a night's table: band to variant to traffic."""
    shares: dict[str, dict[str, float]] = {}
    for row in rows(os.path.join(root, "state", "allocations", f"date={day}", "allocation.csv")):
        shares.setdefault(row["segment"], {})[row["variant"]] = float(row["traffic"])
    return shares


def net_value(shares: dict[str, dict[str, float]], band: dict[str, str]) -> float:
    """What a table brings a customer more than nothing, by the truth, in money."""
    customers, rates = truth()
    net = WORTH * (rates - rates[:, :1]) - np.array([0, COSTS["mail"], COSTS["sms"]])
    total = 0.0
    for number, customer in enumerate(customers):
        for variant, traffic in shares.get(band.get(customer, "*"), shares["*"]).items():
            total += traffic * net[number, ARMS[variant]]
    return total / len(customers)


def main() -> None:
    if len(sys.argv) not in (3, 4):
        sys.exit(__doc__)
    sluice, root = os.path.abspath(sys.argv[1]), os.path.abspath(sys.argv[2])
    if os.path.exists(root):
        # Only what an earlier run has written is taken away.
        for name in ("events", "state", "uplift"):
            shutil.rmtree(os.path.join(root, name), ignore_errors=True)
    tables = live(sluice, root, int(sys.argv[3]) if len(sys.argv) == 4 else 5)
    band = {row["customer"]: row["segment"] for row in rows(os.path.join(root, "uplift", "bands.csv"))}
    for wave, day in enumerate(tables):
        shares = table(root, day)
        print(
            f"after wave {wave}: {len(shares) - 1} bands with a table of their own,"
            f" a night brings {net_value(shares, band):.3f} a customer"
        )
    print(f"\n{'band':<12} {'mail':>8} {'sms':>8} {'none':>8}")
    for segment, row in sorted(table(root, tables[-1]).items()):
        print(f"{segment:<12} " + " ".join(f"{100 * row.get(variant, 0):>6.1f} %" for variant in ("mail", "sms", "none")))
    print(f"\nThe tables are in {os.path.join(root, 'state')}")


if __name__ == "__main__":
    main()
