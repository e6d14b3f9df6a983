"""Extreme counts and many arms: no trap, shares that sum to one, floors that hold.

    python3 Tests/Faults/extremes.py SLUICE

Statistics of a day are written by hand, from 0 to 2^53 visitors, all or none successful, revenue to ±10^15, 1 to 1,000 arms; then
`allocate` learns from them, exactly and by sampling. Every published table is checked by its own manifest and by its floors.
"""

import itertools
import json
import os
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


def main():
    sluice, tried, wrong = os.path.abspath(sys.argv[1]), 0, 0
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
    print(f"numbers: {tried} tried, {wrong} wrong")
    print(f"checks: {tried}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
