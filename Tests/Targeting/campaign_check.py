#!/usr/bin/env python3
"""Checks the campaign of campaign.py: bands get tables of their own, who is control stays so, and the tables get better.

    python Tests/Targeting/campaign_check.py SLUICE

The last line is `checks: N`.
"""

from __future__ import annotations

import glob
import json
import os
import sys

from support import Checks, folder, rows

import campaign


def main() -> int:
    if len(sys.argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    sluice = os.path.abspath(sys.argv[1])
    checks = Checks()
    with folder() as root:
        tables = campaign.live(sluice, root, 3)
        band = {row["customer"]: row["segment"] for row in rows("uplift/bands.csv")}
        checks.that(len(band) == 12_000 and len(set(band.values())) > 10, f"customers are in {len(set(band.values()))} bands")
        first, last = campaign.table(root, tables[0]), campaign.table(root, tables[-1])
        checks.that(set(first) == {"*"}, "before the first wave there is one table for all")
        checks.that(len(last) > 10 and set(last) <= {"*", *band.values()}, f"after three waves {len(last) - 1} bands have tables")
        checks.that(
            all(abs(sum(row.values()) - 1) < 1e-9 and abs(row["control"] - 0.1) < 1e-9 for row in last.values()), "shares sum to 1"
        )
        values = [campaign.net_value(campaign.table(root, day), band) for day in (tables[0], tables[-1])]
        checks.that(values[1] > 1.1 * values[0], f"what a table brings: {values[0]:.3f} before, {values[1]:.3f} after three waves")
        controls = []
        for path in sorted(glob.glob("events/*/wave.jsonl")):
            with open(path, encoding="utf-8") as file:
                events = [json.loads(line) for line in file]
            controls.append({event["visitor"] for event in events if event["variant"] == "control" and event["type"] == "view"})
        checks.that(
            len(controls) == 3 and all(one == controls[0] for one in controls), "control is the same customers in every wave"
        )
        campaign.call(
            sluice,
            "wave",
            "--scores",
            "scores.csv",
            "--campaign",
            campaign.CAMPAIGN,
            "--wave",
            "1",
            "--control",
            "0.1",
            "--explore",
            "0.1",
            "--output",
            "wave",
            "--quiet",
        )
        drawn = {row["customer"] for row in rows("wave/decisions.csv") if row["message"] == "control"}
        checks.that(drawn == controls[0], f"sluice wave keeps the same {len(drawn)} customers as control as the nightly job")
    return checks.end()


if __name__ == "__main__":
    sys.exit(main())
