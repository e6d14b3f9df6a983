#!/usr/bin/env python3
"""Does `sluice evaluate` say what was true? Two answers from real data, as the README has them.

    python study.py SLUICE [open-bandit] [headlines]

open-bandit   The Open Bandit Dataset's sample, which the Open Bandit Pipeline (obp) brings along: from the log of uniformly random items
              the value of Thompson sampling, whose action distribution obp computes, beside what Thompson sampling did earn.
headlines     A hundred tests of the Upworthy Research Archive (fixtures/upworthy_sample.csv) as one site for two weeks: real nights, real
              tables, rates as the archive has them. How many of the 95 % intervals of an even split, the best and the worst headline
              alone, and of their differences from what served, hold the truth, by estimator.
"""

from __future__ import annotations

import csv
import glob
import io
import math
import os
import subprocess
import sys
import tempfile
from collections import defaultdict

FIXTURE = os.path.join(os.path.dirname(__file__), "..", "..", "fixtures", "upworthy_sample.csv")
TESTS, DAYS, VISITORS = 100, 14, 1500


def sluice(binary: str, *words: str) -> str:
    run = subprocess.run([binary, *words], capture_output=True, text=True)
    if run.returncode:
        sys.exit(f"{' '.join(words)}: exit {run.returncode}\n{run.stderr}")
    return run.stdout


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(text)))


def open_bandit(binary: str) -> None:
    import peer_obp  # noqa: F401  (obp without torch)
    import obp
    from obp.policy import BernoulliTS

    data = os.path.join(os.path.dirname(obp.__file__), "dataset", "obd")
    print("Open Bandit sample, 10,000 rows a log: random's log for Thompson sampling\n")
    print("campaign  random earned  ips       snips     dr, 95 % interval            Thompson sampling earned")
    with tempfile.TemporaryDirectory(prefix="sluice-study-") as folder:
        for campaign, items in (("all", 80), ("men", 34), ("women", 46)):
            policy = BernoulliTS(
                n_actions=items, len_list=3, is_zozotown_prior=True, campaign=campaign, random_state=12345)
            shares = policy.compute_batch_action_dist(n_rounds=1, n_sim=100_000)[0]
            path = os.path.join(folder, campaign + ".csv")
            with open(path, "w", encoding="utf-8") as file:
                print("position,variant,probability", file=file)
                for position in range(3):
                    total = shares[:, position].sum()
                    for item in range(items):
                        print(position + 1, item, shares[item, position] / total, sep=",", file=file)
            log = os.path.join(data, "random", campaign, campaign + ".csv")
            found = {
                (row["policy"], row["estimator"]): row
                for row in rows(sluice(binary, "evaluate", "--log", log, "--policy", "bts=" + path, "--csv"))}
            with open(os.path.join(data, "bts", campaign, campaign + ".csv"), encoding="utf-8") as file:
                clicks = [int(row["click"]) for row in csv.DictReader(file)]
            value = lambda policy, estimator, column="value": float(found[policy, estimator][column])
            print(
                f"{campaign:8}  {value('served', 'ips'):.4f}         {value('bts', 'ips'):.6f}  {value('bts', 'snips'):.6f}  "
                f"{value('bts', 'dr'):.4f}, {value('bts', 'dr', 'ci_low'):.4f} – {value('bts', 'dr', 'ci_high'):.4f}"
                f"      {sum(clicks) / len(clicks):.4f}   reliable: {found['bts', 'dr']['reliable']}")


def wilson(hits: int, count: int) -> str:
    z = 1.959964
    centre = (hits + z * z / 2) / (count + z * z)
    reach = z / (count + z * z) * math.sqrt(hits * (count - hits) / count + z * z / 4)
    return f"{100 * hits / count:.1f} % ({100 * (centre - reach):.1f} – {100 * (centre + reach):.1f})"


def headlines(binary: str) -> None:
    rates: dict[str, dict[str, float]] = defaultdict(dict)
    with open(FIXTURE, encoding="utf-8") as file:
        for row in csv.DictReader(file):
            rates[row["test"]][row["arm"]] = int(row["clicks"]) / int(row["impressions"])
    tests = list(rates)[:TESTS]
    with tempfile.TemporaryDirectory(prefix="sluice-study-") as folder:
        experiments = ",\n".join(
            f'{{ platform: "web", slot: "{test}", visitorsPerDay: {VISITORS}, '
            f'arms: {{ file: "{os.path.abspath(FIXTURE)}", test: "{test}" }} }}' for test in tests)
        world = os.path.join(folder, "world.json5")
        with open(world, "w", encoding="utf-8") as file:
            file.write(f'{{ world: "headlines", seed: 11, start: "2026-01-05", days: {DAYS}, experiments: [{experiments}] }}')
        sluice(binary, "simulate", "--world", world, "--output", folder + "/out", "--quiet")
        state = folder + "/out/state"
        served = served_truth(state, rates)
        hits, count, refused = defaultdict(int), defaultdict(int), 0
        for test in tests:
            arms = sorted(rates[test], key=rates[test].get)
            # The truth of a policy is on the visitors that it was judged by, who are the same every day here.
            truth = {"even": sum(rates[test].values()) / len(arms), "worst": rates[test][arms[0]], "best": rates[test][arms[-1]]}
            found = rows(sluice(
                binary, "evaluate", "--state", state, "--platform", "web", "--slot", test, "--policy", "even=even", "--policy",
                "worst=always:" + arms[0], "--policy", "best=always:" + arms[-1], "--csv"))
            for row in found:
                if row["policy"] == "served":
                    continue
                if row["reliable"] == "no":
                    refused += row["estimator"] == "dr"
                    continue
                key = row["estimator"]
                count[key] += 1
                hits[key, "value"] += float(row["ci_low"]) <= truth[row["policy"]] <= float(row["ci_high"])
                difference = truth[row["policy"]] - served[test]
                hits[key, "difference"] += float(row["difference_low"]) <= difference <= float(row["difference_high"])
    print(f"\n{TESTS} headline tests as bandits, {DAYS} nights of {VISITORS:,} visitors each; three policies a test, {refused} of them refused")
    print("as not reliable. 95 % intervals that hold the truth (with the interval of that share):\n")
    print("estimator  of the value               of the difference from what served")
    for estimator in ("dr", "ips", "snips", "dm"):
        n = count[estimator]
        print(f"{estimator:9}  {wilson(hits[estimator, 'value'], n):25}  {wilson(hits[estimator, 'difference'], n)}")


def served_truth(state: str, rates: dict[str, dict[str, float]]) -> dict[str, float]:
    """What the tables gave by the true rates, on the visitors that statistics count under each table."""
    tables: dict[tuple[str, str], list[tuple[str, float]]] = defaultdict(list)
    for path in glob.glob(state + "/allocations/*/allocation.csv"):
        for row in csv.DictReader(open(path, encoding="utf-8")):
            tables[row["date"], row["slot"]].append((row["variant"], float(row["traffic"])))
    visitors, earned = defaultdict(int), defaultdict(float)
    for path in glob.glob(state + "/statistics/*/statistics.csv"):
        for row in csv.DictReader(open(path, encoding="utf-8")):
            table = tables.get((row["table"], row["slot"]))
            if not table:
                continue
            count = int(row["visitors"])
            visitors[row["slot"]] += count
            earned[row["slot"]] += count * sum(share * rates[row["slot"]][arm] for arm, share in table)
    return {slot: earned[slot] / visitors[slot] for slot in visitors}


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    parts = sys.argv[2:] or ["open-bandit", "headlines"]
    binary = os.path.abspath(sys.argv[1])
    if "open-bandit" in parts:
        open_bandit(binary)
    if "headlines" in parts:
        headlines(binary)


if __name__ == "__main__":
    main()
