"""Runs a night on Parquet through DuckDB's pipe, by the line that the page on nights shows.

    parquet.py SLUICE

The same events as lines of JSON must give the same bytes, times to the microsecond, quotes and line feeds within names, and what is null.
"""

import json
import os
import random
import re
import subprocess
import sys
import tempfile

import duckdb

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
DAY = "2026-11-20"
EXPERIMENTS = [
    {"platform": "web", "slot": "hero", "variants": ["a", "b", 'c "quoted", d'], "learning": {"reward": "revenue"}},
    {"platform": "web", "slot": "cart", "variants": ["a", "b"]},
]


def recipe():
    """The page's line, with this test's folders."""
    with open(f"{ROOT}/pipelines/README.md", encoding="utf-8") as file:
        section = re.search(r"^## From Parquet.*?^```sh\n(.*?)^```", file.read(), re.M | re.S).group(1)
    assert "COPY (SELECT" in section and "| sluice run" in section
    return section


def events(count):
    source = random.Random(2)
    for number in range(count):
        kind = source.choice(["view", "view", "view", "click", "purchase", "refund", "scroll"])
        second, micro = source.randrange(-3_600, 90_000), source.randrange(1_000_000)
        ts = f"timestamp '{DAY}' + interval ({second * 1_000_000 + micro}) microsecond"
        yield {
            "at": ts, "type": kind, "visitor": source.choice([f"v{number % 200}", "é\n,", "NULL-ish", '"q"']), "platform": "web",
            "slot": source.choice(["hero", "cart", None if kind == "purchase" else "hero"]),
            "variant": source.choice(["a", "b", 'c "quoted", d', "z"]), "segment": source.choice(["Pune", "", None, "=1"]),
            "revenue": round(source.random() * 90, 6) if kind in ("purchase", "refund") else None,
            "order": f"o{number % 300}" if kind in ("purchase", "refund") else None,
        }


def main():
    sluice = os.path.abspath(sys.argv[1])
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        rows = list(events(4000))
        with open("rows.json", "w", encoding="utf-8") as file:
            for number, row in enumerate(rows):
                file.write(json.dumps({key: value for key, value in row.items() if key != "at"} | {"number": number}) + "\n")
        base = duckdb.connect()
        base.execute("CREATE TABLE times (number BIGINT, ts TIMESTAMP)")
        for number, row in enumerate(rows):
            base.execute(f"INSERT INTO times SELECT {number}, {row['at']}")
        base.execute("""
            CREATE TABLE log AS SELECT ts, r.* EXCLUDE (number) FROM read_json('rows.json', columns = {number: 'BIGINT', type: 'VARCHAR',
                visitor: 'VARCHAR', platform: 'VARCHAR', slot: 'VARCHAR', variant: 'VARCHAR', segment: 'VARCHAR', revenue: 'DECIMAL(18, 6)',
                "order": 'VARCHAR'}) r JOIN times USING (number)""")
        os.makedirs(f"events/date={DAY}")
        for half in (0, 1):
            base.execute(f"COPY (SELECT * FROM log WHERE hash(visitor) % 2 = {half}) TO 'events/date={DAY}/{half}.parquet'")
        with open("lines.jsonl", "w", encoding="utf-8") as file:
            names = [column[0] for column in base.execute("DESCRIBE log").fetchall()]
            for values in base.execute("SELECT * FROM log").fetchall():
                event = {name: value for name, value in zip(names, values) if value is not None}
                event["ts"] = event["ts"].isoformat(timespec="microseconds") + "Z"
                if "revenue" in event:
                    event["revenue"] = str(event["revenue"])
                file.write(json.dumps(event) + "\n")
        for name, paths in (("parquet", ["-"]), ("lines", ["lines.jsonl"])):
            with open(f"{name}.json5", "w", encoding="utf-8") as file:
                json.dump({"pipeline": "test", "timezone": "UTC", "events": {"paths": paths}, "experiments": EXPERIMENTS}, file)
        script = recipe().replace("python3 -c", f"{sys.executable} -c").replace("sluice run", f"{sluice} run --state parquet --audit --accept --quiet")
        subprocess.run(["bash", "-euo", "pipefail", "-c", script], check=True)
        words = ["run", "--config", "lines.json5", "--date", DAY, "--state", "lines", "--audit", "--accept", "--quiet"]
        subprocess.run([sluice, *words], check=True)
        checks = 0
        for name in (f"statistics/date={DAY}/statistics.csv", f"statistics/date={DAY}/bots.csv", "allocations/date=2026-11-21/allocation.csv"):
            with open(f"parquet/{name}", "rb") as left, open(f"lines/{name}", "rb") as right:
                assert left.read() == right.read(), name
            checks += 1
        counts = []
        for state in ("parquet", "lines"):
            with open(f"{state}/statistics/date={DAY}/quality.json", encoding="utf-8") as file:
                quality = json.load(file)
            counts.append([quality[key] for key in ("lines", "events", "visitors", "units", "mixed_units", "bots", "orders", "counts_nowhere")])
        assert counts[0] == counts[1], counts
        assert counts[0][0] == 4000 and counts[0][3] > 150, counts[0]
        print(f"checks: {checks + 2}")


main()
