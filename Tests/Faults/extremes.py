"""Extreme counts and many arms: no trap, shares that sum to one, floors that hold.

    python3 Tests/Faults/extremes.py SLUICE [--random N] [--seed S]

Statistics of a day are written by hand, from 0 to 2^53 visitors, all or none successful, revenue to ±10^15, 1 to 1,000 arms; then
`allocate` learns from them, exactly and by sampling. Every published table is checked by its own manifest and by its floors. Then N
histories at random by the seed: several days, tables, cities and experiments, a control, guardrails, all rewards, any of these extremes
beside ordinary counts: every number of the table and of rewards.csv is finite and where it must be, or a message names file and line.
"""

import argparse
import itertools
import json
import math
import os
import random
import shutil
import subprocess
import sys
import tempfile
from decimal import Decimal

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from tables import check_table  # noqa: E402

DATE = "2026-11-01"
HEADER = "date,platform,slot,segment,variant,visitors,views,clicks,purchases,clickers,purchasers,revenue,revenue_squared\n"
MOST = 2 ** 53
COUNTS = {
    "nobody": [(0, 0)] * 3, "one each": [(1, 0), (1, 1), (1, 0)], "none successful": [(1000, 0)] * 3, "all successful": [(1000, 1000)] * 3,
    "all and none": [(1000, 0), (1000, 1000), (1000, 500)], "2^53": [(MOST, MOST // 20), (MOST, MOST // 20 + 10 ** 6), (MOST, 0)],
    "2^53 none": [(MOST, 0)] * 3, "2^53 all": [(MOST, MOST)] * 3, "2^53 beside few": [(MOST, 0), (10, 1), (0, 0)],
    "close": [(10 ** 9, 5 * 10 ** 7), (10 ** 9, 5 * 10 ** 7 + 3000), (10 ** 9, 5 * 10 ** 7 - 3000)],
}
MONEY = {
    "none": [(0, 0)] * 3, "1e15": [(10 ** 15, 10 ** 30)] * 3, "negative": [(-1000, 100000), (1000, 100000), (-1, 1)],
    "both ends": [(10 ** 15, 10 ** 30), (1, 1), (-10 ** 15, 10 ** 30)],
}


def cases():
    for (name, pairs), method in itertools.product(COUNTS.items(), ("exact", "sampling")):
        yield name, method, "click", [(n, c, 0, 0) for n, c in pairs]
    for (name, pairs), method in itertools.product(MONEY.items(), ("exact", "sampling")):
        yield f"revenue {name}", method, "revenue", [(1000, 500, money, square) for money, square in pairs]
    for arms, method in itertools.product((1, 2, 10, 100, 1000), ("exact", "sampling")):
        yield f"{arms} arms", method, "click", [(10 ** 5, 4000 + arm, 0, 0) for arm in range(arms)]


def random_counts(generator):
    """Possible counts of an arm's day: visitors, views, clicks, purchases, clickers, purchasers, revenue and the sum of its squares."""
    visitors = generator.choice((0, 1, 2, 10, generator.randrange(1, 10 ** 4), generator.randrange(1, 10 ** 9), 2 ** 31, 2 ** 32, MOST - 1, MOST))
    clickers, purchasers = (generator.choice((0, min(1, visitors), visitors, visitors // 2, visitors // 20, max(0, visitors - 1))) for _ in range(2))
    more = generator.choice((0, 0, 1, 2 ** 40))
    revenue = squares = 0
    if visitors and generator.random() < 0.7:
        # What each of some visitors brought, in millionths; nobody's may be more than what squares hold.
        amount = generator.choice((1, 10 ** 6, 39_990_000, 10 ** 12, 10 ** 15)) * generator.choice((1, 1, 1, -1))
        buyers = min(purchasers or 1, 10 ** 6)
        revenue, squares = amount * buyers, amount * amount * buyers
    return visitors, visitors + more, clickers + more, purchasers + more, clickers, purchasers, decimal(revenue, 6), decimal(squares, 12)


def decimal(value, places):
    return format(Decimal(value).scaleb(-places), "f")


def random_history(generator, root):
    """Writes a configuration and statistics; the last day's date."""
    experiments, slots = [], generator.randrange(1, 4)
    for slot in range(slots):
        arms = [f"v{number:02}" for number in range(generator.choice((1, 2, 3, 8)))]
        experiment = dict(platform="p", slot=f"s{slot}", variants=arms)
        experiment["learning"] = dict(
            reward=generator.choice(("click", "purchase", "revenue")), seasonality=generator.choice(("stratified", "adjusted", "none")),
            halfLife=generator.choice((None, 0.5, 28)), window=generator.choice((None, 1, 3)),
            segments=dict(minimumVisitors=generator.choice((1, 1000)), pooling=generator.choice(("auto", 0, 200))),
            guardrails=generator.choice(([], [dict(metric="purchase", tolerance=0.05)], [dict(metric="click", tolerance=0)])))
        if generator.random() < 0.5:
            experiment["control"] = dict(variant="plain", traffic=0.1)
        experiments.append(experiment)
    config = dict(pipeline="n", timezone="UTC", events=dict(paths=["none"]), experiments=experiments,
                  allocation=dict(method=generator.choice(("exact", "exact", "sampling")), draws=1000))
    with open(os.path.join(root, "c.json5"), "w") as file:
        json.dump(config, file)
    shutil.rmtree(os.path.join(root, "state"), ignore_errors=True)
    last = 0
    for day in range(1, generator.randrange(2, 6)):
        last = date = f"2026-11-{day:02}"
        rows = []
        for experiment in experiments:
            names = experiment["variants"] + (["plain"] if "control" in experiment else []) + generator.choice(([], ["gone"]))
            for city, table, name in itertools.product(generator.choice((["*"], ["x", "y"])), generator.choice(([""], ["", date])), names):
                if generator.random() < 0.8:
                    key = [date, "p", experiment["slot"], city, table, name]
                    rows.append(",".join([*key, *map(str, random_counts(generator))]))
        folder = os.path.join(root, "state/statistics/date=" + date)
        os.makedirs(folder)
        with open(os.path.join(folder, "statistics.csv"), "w") as file:
            file.write(HEADER.replace("segment,", "segment,table,") + "".join(row + "\n" for row in rows))
    return last


def check_numbers(path, bounded):
    """Every number is finite and in plain notation; those of the columns `bounded` lie in their interval."""
    faults = []
    with open(path) as file:
        header, *lines = file.read().splitlines()
    names = header.split(",")
    for line in lines:
        fields = dict(zip(names, line.split(",")))
        for name in names[names.index("variant") + 1:]:
            if name in ("status", "reward", "decides", "verdict") or not fields[name]:
                continue
            value = float(fields[name])
            low, high = bounded.get(name, (-math.inf, math.inf))
            if not math.isfinite(value) or not low <= value <= high or "e" in fields[name].lower():
                faults.append(f"{os.path.basename(path)}: {name} is {fields[name]}")
        for low, high in (("mean_low", "mean_high"), ("lift_low", "lift_high")):
            if fields.get(low) and fields.get(high) and float(fields[low]) > float(fields[high]):
                faults.append(f"{os.path.basename(path)}: {low} {fields[low]} above {high} {fields[high]}")
    return faults


def try_random(sluice, generator, root):
    last = random_history(generator, root)
    result = subprocess.run(
        [sluice, "allocate", "--config", "c.json5", "--state", "state", "--date", last, "--accept", "--quiet"], cwd=root,
        env=dict(os.environ, SWIFT_BACKTRACE="enable=no"), capture_output=True, timeout=120)
    said = result.stderr.decode(errors="replace")
    if result.returncode not in (0, 65, 66, 70, 74):
        return [f"exit {result.returncode}: {said[-400:]}"]
    if result.returncode == 74 and "statistics.csv:" not in said and "sum" not in said:
        return [f"neither file nor line: {said[-400:]}"]
    current = os.path.join(root, "state/current")
    if result.returncode == 74 or not os.path.exists(current):
        return []
    with open(os.path.join(current, "allocation.csv")) as file:
        isEmpty = len(file.read().splitlines()) < 2
    shares = dict(traffic=(0, 1), probability_best=(0, 1), value_remaining=(0, math.inf), evidence=(0, 1e6), lift_low=(-1, 1e6),
                  lift_high=(-1, 1e6), visitors=(0, math.inf))
    faults = [] if isEmpty else check_table(current)
    return faults + check_numbers(os.path.join(current, "allocation.csv"), shares) + check_numbers(os.path.join(current, "rewards.csv"), {})


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("sluice")
    parser.add_argument("--random", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    sluice, tried, wrong = os.path.abspath(options.sluice), 0, 0
    with tempfile.TemporaryDirectory(prefix="sluice-numbers-") as root:
        for name, method, reward, arms in cases():
            names = [f"v{number:04}" for number in range(len(arms))]
            allocation = {"method": method, **({"draws": 1000} if method == "sampling" else {})}
            config = dict(pipeline="n", timezone="UTC", events=dict(paths=["none"]), learning=dict(reward=reward), allocation=allocation,
                          experiments=[dict(platform="p", slot="s", variants=names)])
            shutil.rmtree(os.path.join(root, "state"), ignore_errors=True)
            folder = os.path.join(root, "state/statistics/date=" + DATE)
            os.makedirs(folder)
            with open(os.path.join(root, "c.json5"), "w") as file:
                json.dump(config, file)
            with open(os.path.join(folder, "statistics.csv"), "w") as file:
                file.write(HEADER)
                for arm, (visitors, successes, money, square) in zip(names, arms):
                    file.write(f"{DATE},p,s,*,{arm},{visitors},{visitors},{successes},{successes},{successes},{successes},{money},{square}\n")
            result = subprocess.run([sluice, "allocate", "--config", "c.json5", "--state", "state", "--date", DATE, "--quiet"], cwd=root,
                                    env=dict(os.environ, SWIFT_BACKTRACE="enable=no"), capture_output=True, timeout=120)
            faults = [] if result.returncode in (0, 65, 66, 74) else [f"exit {result.returncode}: {result.stderr.decode(errors='replace')[-300:]}"]
            current = os.path.join(root, "state/current")
            if result.returncode == 0:
                faults += check_table(current)
                floor = min(Decimal("0.02"), Decimal("0.5") / len(arms)) - Decimal("0.0000015")
                with open(os.path.join(current, "allocation.csv")) as file:
                    if any(Decimal(line.split(",")[5]) < floor for line in file.read().splitlines()[1:]):
                        faults.append("a share below its floor")
            tried += 1
            if faults:
                wrong += 1
                print(f"WRONG {name}, {method}: {'; '.join(faults)}", flush=True)
        for number in range(options.random):
            faults = try_random(sluice, random.Random(options.seed * 1_000_003 + number), root)
            tried += 1
            if faults:
                wrong += 1
                print(f"WRONG history {number} of seed {options.seed}: {'; '.join(faults[:5])}", flush=True)
    print(f"numbers: {tried} tried, {wrong} wrong")
    print(f"checks: {tried}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
