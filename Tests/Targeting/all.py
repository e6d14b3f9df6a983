#!/usr/bin/env python3
"""Runs the checks of pipelines/targeting in one process after another and adds up how many they were.

python Tests/Targeting/all.py SLUICE
"""

from __future__ import annotations

import os
import re
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
PARTS = [
    ("fit_check.py", False),
    ("tune_check.py", False),
    ("study_check.py", False),
    ("pages.py", True),
    ("campaign_check.py", True),
]


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    total, failed = 0, False
    environment = {**os.environ, "OMP_NUM_THREADS": "2", "OPENBLAS_NUM_THREADS": "1"}
    for name, with_program in PARTS:
        print(f"-- {name}", flush=True)
        words = [sys.executable, os.path.join(HERE, name), *([sys.argv[1]] if with_program else [])]
        run = subprocess.run(words, stdout=subprocess.PIPE, text=True, env=environment)
        for line in run.stdout.splitlines():
            if found := re.fullmatch(r"checks: (\d+)", line):
                total += int(found[1])
            else:
                print(line)
        if run.returncode != 0:
            print(f"FAILED: {name} has ended with {run.returncode}")
            failed = True
    print(f"checks: {total}")
    return 1 if failed or total == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
