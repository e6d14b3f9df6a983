"""Reads a state directory with the tools that analysts use, by the lines that the README shows.

    globs.py SLUICE

The state is made by the real program on the fixtures, with a day without events, and statistics of days before there was
a column `table`, whose amounts are all whole numbers: what a reader guesses from the first file is wrong for the others.
Whatever is read is compared with the csv module's reading of each file.
"""

import csv
import decimal
import glob
import os
import re
import subprocess
import sys
import tempfile

import duckdb

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
SUMS = {
    "statistics": ["visitors", "views", "clickers", "revenue", "revenue_squared"],
    "allocations": ["traffic", "visitors", "mean", "probability_best", "value_remaining"],
}
FILES = {"statistics": "state/statistics/*/statistics.csv", "allocations": "state/allocations/*/allocation.csv"}


def blocks():
    """The README's Python under "If you analyse", by the tool that it imports last."""
    with open(f"{ROOT}/README.md", encoding="utf-8") as file:
        section = re.search(r"^## If you analyse$(.*?)^## ", file.read(), re.M | re.S).group(1)
    found = {}
    for text in re.findall(r"^```python\n(.*?)^```", section, re.M | re.S):
        found[re.findall(r"^import (\w+)", text, re.M)[-1]] = text
    return found


def make_state(sluice, folder):
    os.symlink(f"{ROOT}/fixtures", f"{folder}/fixtures")
    os.symlink(f"{ROOT}/pipelines", f"{folder}/pipelines")

    def run(date, status):
        command = [sluice, "run", "--config", "pipelines/banners.json5", "--date", date, "--quiet"]
        done = subprocess.run(command, cwd=folder, env=os.environ | {"SLUICE_NOW": "2026-11-22T20:00:00Z"}, check=False)
        assert done.returncode == status, (date, done.returncode)

    run("2026-11-18..2026-11-20", 0)
    run("2026-11-21", 66)
    columns = "date,platform,slot,segment,variant,visitors,views,clicks,purchases,clickers,purchasers,revenue,revenue_squared"
    for day in range(1, 13):
        directory = f"{folder}/state/statistics/date=2026-10-{day:02}"
        os.mkdir(directory)
        with open(f"{directory}/statistics.csv", "w", encoding="utf-8") as file:
            file.write(f"{columns}\n")
            for variant in ("autumn", "winter"):
                file.write(f"2026-10-{day:02},web,home-hero,*,{variant},10,20,3,0,2,0,0,0\n")
    tables = f"{folder}/state/allocations"
    assert sorted(os.listdir(f"{folder}/state/statistics/date=2026-11-21")) == ["quality.json"]
    assert os.path.exists(f"{tables}/served.csv") and not os.path.lexists(f"{tables}/current")


def expected(subject):
    """Rows of each date, and the exact sum of each column."""
    dates, sums = {}, dict.fromkeys(SUMS[subject], decimal.Decimal(0))
    for path in glob.glob(FILES[subject]):
        with open(path, encoding="utf-8", newline="") as file:
            for row in csv.DictReader(file):
                dates[row["date"]] = dates.get(row["date"], 0) + 1
                for name in sums:
                    sums[name] += decimal.Decimal(row[name] or 0)
    return dates, sums


def records(result):
    """The rows of a tool's answer as dictionaries."""
    if isinstance(result, duckdb.DuckDBPyRelation):
        return [dict(zip(result.columns, row)) for row in result.fetchall()]
    if hasattr(result, "collect"):
        return result.collect().to_dicts()
    return result.to_dict("records")


def check(tool, subject, result):
    rows = records(result)
    dates, sums = expected(subject)
    found = {}
    for row in rows:
        date = str(row["date"])[:10]
        found[date] = found.get(date, 0) + 1
    assert found == dates, f"{tool}, {subject}: rows by date are {found}, expected {dates}"
    for name, exact in sums.items():
        total = sum(float(row[name]) for row in rows if row[name] is not None and row[name] == row[name])
        assert abs(total - float(exact)) < 1e-6 * max(1, float(exact)), f"{tool}, {subject}: {name} is {total}, not {exact}"
    if subject == "statistics":
        assert all("table" in row for row in rows), f"{tool}: no column table"
    print(f"{tool}: {subject}: {len(rows)} rows of {len(found)} days, sums as in the files")


def main():
    sluice = os.path.abspath(sys.argv[1])
    checks = 0
    with tempfile.TemporaryDirectory() as folder:
        make_state(sluice, folder)
        os.chdir(folder)
        found = blocks()
        assert sorted(found) == ["duckdb", "pandas", "polars"], sorted(found)
        for tool, text in sorted(found.items()):
            names = {}
            exec(text, names)  # pylint: disable=exec-used
            for subject in FILES:
                check(tool, subject, names[subject])
                checks += 1
        for subject, pattern in FILES.items():
            # The folder's key beside the column of that name; and no option at all, which reads each row once too.
            hive = f"FROM read_csv('{pattern}', union_by_name = true, hive_partitioning = true)"
            check("duckdb with the folders' keys", subject, duckdb.sql(hive))
            count = duckdb.sql(f"SELECT count(*) FROM read_csv('{pattern}')").fetchall()[0][0]
            assert count == sum(expected(subject)[0].values()), (subject, count)
            checks += 2
    print(f"checks: {checks}")


if __name__ == "__main__":
    main()
