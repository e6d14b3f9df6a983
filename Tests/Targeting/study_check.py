#!/usr/bin/env python3
"""Checks the studies on a small part of them: they run, and gates do not open where there is nothing to gain.

    python Tests/Targeting/study_check.py

The last line is `checks: N`.
"""

from __future__ import annotations

import sys

from support import Checks, np

import sequential
import study_tune
import worlds
from sequential import EVIDENCE
from targeting.gate import Tuned


def main() -> int:
    checks = Checks()
    study_tune.FRESH = 4000
    flat = [study_tune.round_of("flat", 3000, [0.15], seed)[0] for seed in range(1, 5)]
    opened = sum(line[10] > study_tune.OPENING for line in flat)
    # Each opens with 2 %: three or more of four do in 0.003 % of draws.
    checks.that(opened <= 2, f"flat world: the cross-fitted gate opens in {opened} of 4")
    checks.that(all(abs(line[6] / line[4]) < 1e-6 for line in flat), "flat world: whoever is chosen, nothing is gained")
    made = study_tune.round_of("whales", 4000, [0.15], 1)[0]
    checks.that(made[7] > 0, "the oracle gains more than two stages")
    random = np.random.default_rng(1)
    for world in ("linear", "campaign", "quadratic", "whales", "flat"):
        crowd = worlds.people(world, 5000, random)
        checks.that((crowd.rates > 0).all() and (crowd.costs > 0).all(), f"{world}: rates and costs")
        arm = random.integers(0, 3, 5000)
        outcome = worlds.respond(crowd, arm, random)
        expected = crowd.rates[np.arange(5000), arm]
        z = (outcome - expected).mean() / ((outcome - expected).std() / 5000**0.5)
        checks.that(abs(z) < 4, f"{world}: outcomes are as likely as the truth says, z = {z:.1f}")
    check_sequential(checks)
    return checks.end()


def check_sequential(checks: Checks) -> None:
    """Gates that may be read at any row: on rows of expectation 0, few and skewed, they open in at most one of twenty."""
    random = np.random.default_rng(2)

    def reached(mean: float, count: int) -> list[tuple[bool, bool]]:
        found = []
        for _ in range(count):
            # A third of the rows differ; their losses are rarer and larger than their gains.
            rows = np.where(random.random((4, 500)) < 1 / 3, 1 - random.exponential(1, (4, 500)) + mean, 0.0)
            parts = [Tuned(np.arange(500), "", np.zeros((1, 1)), part) for part in rows]
            found.append((sequential.betting(parts, [4.0] * 4) >= EVIDENCE, sequential.mixture(parts, 2000) >= EVIDENCE))
        return found

    for place, name in enumerate(("betting", "mixture")):
        opened = sum(pair[place] for pair in reached(0.0, 600))
        # 48 or more of 600 at 5 % each: 0.1 %.
        checks.that(opened < 48, f"{name}: opens in {opened} of 600 without a gain")
        opened = sum(pair[place] for pair in reached(0.3, 20))
        checks.that(opened == 20, f"{name}: opens in {opened} of 20 with a gain of seven standard errors")


if __name__ == "__main__":
    sys.exit(main())
