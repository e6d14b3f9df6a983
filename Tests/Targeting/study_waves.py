#!/usr/bin/env python3
"""Campaigns of several waves where every response is known: wave, outcomes, fit, uplift, wave again.

    python Tests/Targeting/study_waves.py SLUICE [--campaigns 8] [--customers 20000] [--waves 4] [--size 0.5]
        [--from decisions|scores] [--jobs 2]

The first wave is drawn among all messages and none; each later one follows what `sluice uplift --decide` (or the scores alone)
say of all waves before, with a tenth of it explored, and a tenth of all customers are control throughout. Gains are true ones:
the expected outcome of what a customer of the wave was sent less that of nothing, less its cost. Beside them, for the same
customers: one action for each by chance; the message for everybody that is best by the truth; and the oracle, the best action for
each. Intervals are over campaigns, each of other customers.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor

from support import PIPELINE, folder, np, rows, save, text

from scipy.stats import t as student

from worlds import FEATURES, MESSAGES, people, respond

ACTIONS = {"none": 0, "control": 0, MESSAGES[0]: 1, MESSAGES[1]: 2}


def call(*words: str) -> str:
    run = subprocess.run([str(word) for word in words], capture_output=True, text=True)
    if run.returncode != 0:
        sys.exit(f"{' '.join(map(str, words))}: exit {run.returncode}\n{run.stderr}")
    return run.stdout


def campaign(sluice: str, seed: int, customers: int, waves: int, size: float, source: str) -> tuple[np.ndarray, list[str]]:
    """Lives a campaign. Returns the gains of each wave (ours, chance, everyone, oracle), and what the stop rule said after each."""
    random = np.random.default_rng([seed, 17])
    crowd = people("campaign", customers, random)
    names = [f"c{number}" for number in range(customers)]
    place = {name: number for number, name in enumerate(names)}
    costs = np.column_stack([np.zeros(customers), crowd.costs])
    net = crowd.rates - crowd.rates[:, :1] - costs
    money = ",".join(f"{name}={cost:g}" for name, cost in zip(MESSAGES, crowd.costs[0]))
    features = [{f"x{number}": f"{value:.5f}" for number, value in enumerate(row)} for row in crowd.features]
    save(
        "scores.csv",
        text(
            [
                {"customer": name, "message": message, "uplift": "0", "baseline": "0", "cost": f"{crowd.costs[0, column]:g}"}
                for name in names
                for column, message in enumerate(MESSAGES)
            ]
        ),
    )
    log, gains, verdicts, outcomes = [], [], [], []
    drawn = ["--scores", "scores.csv"]
    for wave in range(1, waves + 1):
        call(
            sluice,
            "wave",
            *drawn,
            "--campaign",
            f"campaign-{seed}",
            "--wave",
            wave,
            "--control",
            "0.1",
            "--explore",
            "1" if wave == 1 else "0.1",
            "--size",
            f"{size:g}",
            "--customers",
            "scores.csv",
            "--output",
            f"wave-{wave}",
            "--quiet",
        )
        decided = rows(f"wave-{wave}/decisions.csv")
        who = np.array([place[row["customer"]] for row in decided])
        action = np.array([ACTIONS[row["message"]] for row in decided])
        outcome = respond(people_part(crowd, who), action, random)
        sent = np.array([row["reason"] != "control" for row in decided])
        mine = net[who[sent]]
        gains.append(
            [
                mine[np.arange(len(mine)), action[sent]].sum(),
                mine.mean(axis=1).sum(),
                mine.mean(axis=0).max() * len(mine),
                mine.max(axis=1).sum(),
            ]
        )
        lines = [{**row, "outcome": f"{value:g}"} for row, value in zip(decided, outcome)]
        save(f"outcomes-{wave}.csv", text(lines))
        outcomes += ["--outcomes", f"outcomes-{wave}.csv"]
        log += [
            {
                "customer": row["customer"],
                "message": row["message"],
                "outcome": row["outcome"],
                "propensity": row["propensity"],
                "ts": f"2026-11-{wave:02d}",
                **features[number],
            }
            for row, number in zip(lines, who)
        ]
        if wave >= 3:
            said = call(sluice, "wave", "--status", *outcomes, "--quiet")
            verdicts.append(said.split()[-1])
        if wave < waves:
            save("customers.csv", text(log))
            save("base.csv", text([{"customer": name, **row} for name, row in zip(names, features)]))
            call(
                sys.executable,
                os.path.join(PIPELINE, "fit.py"),
                "--customers",
                "customers.csv",
                "--score",
                "base.csv",
                "--out",
                "fitted.csv",
            )
            if source == "scores":
                scored = rows("fitted.csv")
                price = dict(zip(MESSAGES, crowd.costs[0]))
                save("scores.csv", text([{**row, "cost": f"{price[row['message']]:g}"} for row in scored]))
            else:
                call(
                    sluice,
                    "uplift",
                    "--scores",
                    "fitted.csv",
                    *outcomes,
                    "--output",
                    "uplift",
                    "--decide",
                    "--cost",
                    money,
                    "--quiet",
                )
                drawn = ["--decisions", "uplift/decisions.csv", "--message", MESSAGES[0], "--message", MESSAGES[1]]
    return np.array(gains), verdicts


def lived(task: tuple) -> tuple[np.ndarray, list[str]]:
    with folder():
        return campaign(*task)


def people_part(crowd, who: np.ndarray):
    return type(crowd)(crowd.features[who], crowd.rates[who], crowd.costs[who], crowd.worth[who])


def interval(values: np.ndarray) -> str:
    if len(values) < 2:
        return f"{values.mean():.1f}"
    width = student.ppf(0.975, len(values) - 1) * values.std(ddof=1) / np.sqrt(len(values))
    return f"{values.mean():.1f} ({values.mean() - width:.1f}, {values.mean() + width:.1f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sluice")
    parser.add_argument("--campaigns", type=int, default=8)
    parser.add_argument("--customers", type=int, default=20_000)
    parser.add_argument("--waves", type=int, default=4)
    parser.add_argument("--size", type=float, default=0.5)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--from", dest="source", choices=["decisions", "scores"], default="decisions")
    options = parser.parse_args()
    sluice, start = os.path.abspath(options.sluice), time.monotonic()
    gains, verdicts = [], []
    tasks = [
        (sluice, seed, options.customers, options.waves, options.size, options.source) for seed in range(1, options.campaigns + 1)
    ]
    with ProcessPoolExecutor(options.jobs) as pool:
        for done, (gained, said) in enumerate(pool.map(lived, tasks), 1):
            gains.append(gained)
            verdicts.append(said)
            print(f"{done} of {options.campaigns} campaigns, {time.monotonic() - start:.0f} s", file=sys.stderr, flush=True)
    block = np.array(gains)
    total = block.sum(axis=1)
    print(
        f"{options.campaigns} campaigns of {options.customers:,} customers ({FEATURES} features), {options.waves} waves of"
        f" {options.size:.0%} each, by {options.source}\n"
    )
    print("| wave | gain, % of the oracle's (95 %) | chance | everybody the best message |")
    print("|---|---|---|---|")
    for name, part in [*[(str(wave + 1), block[:, wave]) for wave in range(options.waves)], ("all", total)]:
        print(f"| {name} | " + " | ".join(interval(100 * part[:, column] / part[:, 3]) for column in (0, 1, 2)) + " |")
    print()
    for name, column in (("chance", 1), ("everybody the best message", 2), ("the oracle", 3)):
        print(f"total gain less that of {name}, in outcomes: {interval(total[:, 0] - total[:, column])}")
    print(f"the stop rule said stable after waves 3 and on: {[' '.join(said) for said in verdicts]}")


if __name__ == "__main__":
    os.environ.setdefault("OMP_NUM_THREADS", "2")
    main()
