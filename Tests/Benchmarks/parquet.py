#!/usr/bin/env python3
"""Measures a night on Parquet through DuckDB's pipe beside DuckDB's own query over the same rows, in processor seconds.

    PYTHON parquet.py SLUICE [--size BYTES] [--rounds N]

PYTHON has duckdb. The least of the rounds counts: what the machine does besides only ever adds.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile

import duckdb
import spark

COLUMNS = "type, visitor, platform, slot, variant, segment, user_agent, revenue, \"order\""
QUERY = """
    WITH units AS (
        SELECT slot, visitor, min((ts, variant, coalesce(segment, '*'))) FILTER (WHERE type = 'view') AS exposure,
            count(*) FILTER (WHERE type = 'view') AS views, count(*) FILTER (WHERE type = 'click') AS clicks,
            max(ts) FILTER (WHERE type = 'click') AS last_click, sum(revenue) AS revenue
        FROM 'log.parquet' WHERE platform = 'web' GROUP BY slot, visitor)
    SELECT slot, exposure[3], exposure[2], count(*), sum(views), sum(clicks), sum(revenue) FROM units
    WHERE exposure IS NOT NULL GROUP BY ALL
"""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sluice")
    parser.add_argument("--size", type=int, default=240_000_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    sluice = os.path.abspath(options.sluice)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        spark.log("all.jsonl", options.size)
        duckdb.sql("COPY (SELECT * FROM read_json('all.jsonl', columns = {ts: 'TIMESTAMP', type: 'VARCHAR', visitor: 'VARCHAR', "
                   "platform: 'VARCHAR', slot: 'VARCHAR', variant: 'VARCHAR', segment: 'VARCHAR', user_agent: 'VARCHAR', "
                   "page: 'VARCHAR', revenue: 'DECIMAL(18, 6)', \"order\": 'VARCHAR'})) TO 'log.parquet'")
        experiments = [
            {"platform": "web", "slot": slot, "variants": [f"banner-{number}" for number in range(4)]}
            for slot in ("home-hero", "checkout-banner")
        ]
        for name, path in (("pipe", "-"), ("lines", "all.jsonl")):
            with open(f"{name}.json5", "w") as file:
                json.dump({"pipeline": "bench", "timezone": "UTC", "events": {"paths": [path]}, "experiments": experiments}, file)
        copy = f"COPY (SELECT strftime(ts, '%Y-%m-%dT%H:%M:%S.%fZ') AS ts, {COLUMNS} FROM 'log.parquet') TO '/dev/stdout' (FORMAT csv)"
        for name, text in (("copy.py", copy), ("query.py", QUERY)):
            with open(name, "w") as file:
                file.write(f"import duckdb\nfound = duckdb.sql({text!r})\n" + ("print(len(found.fetchall()))\n" if name == "query.py" else ""))
        words = f"--date {spark.DAY} --quiet"
        scripts = {
            "Parquet | DuckDB | sluice statistics": f"rm -rf pipe; {sys.executable} copy.py | {sluice} statistics --config pipe.json5 --state pipe {words}",
            "DuckDB's query on the Parquet, without bots and orders": f"{sys.executable} query.py",
            "sluice statistics on the JSON Lines": f"rm -rf lines; {sluice} statistics --config lines.json5 --state lines {words}",
        }
        least = {}
        for _ in range(options.rounds):
            for name, script in scripts.items():
                seconds = spark.children(script)[0]
                least[name] = min(least.get(name, seconds), seconds)
        path = f"statistics/date={spark.DAY}/statistics.csv"
        with open(f"pipe/{path}", "rb") as left, open(f"lines/{path}", "rb") as right:
            if left.read() != right.read():
                print("the results differ", file=sys.stderr)
                return 1
    print(f"\n{options.size / 1e6:.0f} MB of JSON Lines as Parquet, processor seconds, the least of {options.rounds} rounds")
    for name, seconds in least.items():
        print(f"{name:60} {seconds:8.2f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
