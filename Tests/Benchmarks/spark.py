#!/usr/bin/env python3
"""Measures nights on Spark and in parts beside Spark SQL and one machine, in processor seconds.

    make bench-spark BENCH="--size 120000000 --rounds 2"

Each run on Spark is a session of its own on `local[2]`; counted is what all its processes take from when the session is there to the
result. Wall times say nothing on a busy machine and are not shown. Programs take turns; the least of the rounds counts, for what the
machine does besides only ever adds.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
DAY = "2026-11-20"
AGENTS = ["Mozilla/5.0 (X11; Linux x86_64) Firefox/128.0", "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/120.0.0.0 Safari/537.36"]


def log(path: str, size: int, busy: float = 0.0) -> None:
    """Writes a log of about so many bytes; a visitor for every eight lines, and one with the share `busy` of all lines."""
    source = random.Random(1)
    visitors = max(1, size // 1600)
    written = 0
    with open(path, "w") as file:
        while written < size:
            lines = []
            for _ in range(5000):
                visitor = "busy" if source.random() < busy else f"visitor-{source.randrange(visitors):08}"
                second = source.randrange(86_400)
                kind = source.choice(("view", "view", "view", "click", "purchase"))
                line = {
                    "ts": f"{DAY}T{second // 3600:02}:{second // 60 % 60:02}:{second % 60:02}Z", "type": kind, "visitor": visitor,
                    "platform": "web", "slot": source.choice(("home-hero", "checkout-banner")),
                    "variant": f"banner-{source.randrange(4)}", "segment": source.choice(("Pune", "Kochi")),
                    "user_agent": source.choice(AGENTS), "page": "/shop/item/17",
                }
                if kind == "purchase":
                    line.update(revenue=19.99, order=f"o{source.randrange(10**9)}")
                lines.append(json.dumps(line, separators=(",", ":")))
            text = "\n".join(lines) + "\n"
            file.write(text)
            written += len(text)


def processor_seconds(root: int) -> float:
    """What a process, its descendants, and those of them that have ended and were waited for have taken."""
    children, own = {}, {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{name}/stat") as file:
                fields = file.read().rpartition(")")[2].split()
        except OSError:
            continue
        children.setdefault(int(fields[1]), []).append(int(name))
        own[int(name)] = sum(map(int, fields[11:15]))
    total, waiting = 0, [root]
    while waiting:
        process = waiting.pop()
        total += own.get(process, 0)
        waiting += children.get(process, [])
    return total / os.sysconf("SC_CLK_TCK")


def in_session(what: str, sluice: str, folder: str) -> None:
    """One run, in a process of its own; prints its processor seconds and the number of visitors."""
    sys.path[:0] = [os.path.join(ROOT, "pipelines", "spark"), os.path.join(HERE, "comparison", "peers")]
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    os.chdir(folder)
    builder = SparkSession.builder.master("local[2]").config("spark.ui.enabled", "false").config("spark.driver.memory", "2g")
    spark = builder.config("spark.sql.shuffle.partitions", "8").config("spark.sql.session.timeZone", "UTC").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    spark.range(10).selectExpr("sum(id)").collect()
    before = processor_seconds(os.getpid())
    if what == "sql":
        visitors = sql(spark)
    else:
        import nightly

        spark.sparkContext.addPyFile(nightly.__file__)
        words = ["--config", "bench.json5", "--date", DAY, "--state", f"state-{what}", "--sluice", sluice, "--no-allocate", "--parts", "2"]
        if what == "no shuffle":
            words += ["--no-shuffle", "--input", "keyed-*.jsonl"]
        if what == "pieces":
            words += ["--whole-file", "0"]
        nightly.night(spark, nightly.parsed(words))
        with open(f"state-{what}/statistics/date={DAY}/quality.json") as file:
            visitors = json.load(file)["units"]
    print(json.dumps([processor_seconds(os.getpid()) - before, visitors]))
    sys.stdout.flush()
    spark.stop()


def sql(spark) -> int:
    """The peer's query of compare.py."""
    import with_spark as peer

    peer.scan(spark, "jsonl", sorted(name for name in os.listdir() if name.startswith("log-"))).createOrReplaceTempView("log")
    for name, query in peer.views():
        frame = spark.sql(query)
        (frame.cache() if name in ("events", "units") else frame).createOrReplaceTempView(name)
    return sum(row["visitors"] for row in spark.table("result").collect())


def children(script: str) -> tuple:
    """The processor seconds of a shell's children, and the greatest resident size among them in MB."""
    probe = (
        "import resource, subprocess, sys\n"
        "subprocess.run(['sh', '-euc', sys.argv[1]], check=True)\n"
        "use = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(use.ru_utime + use.ru_stime, use.ru_maxrss / 1024)\n"
    )
    result = subprocess.run([sys.executable, "-c", probe, script], stdout=subprocess.PIPE, check=True, text=True)
    seconds, peak = map(float, result.stdout.split())
    return seconds, peak


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("sluice")
    parser.add_argument("--size", type=int, default=120_000_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--session", help=argparse.SUPPRESS)
    parser.add_argument("--folder", help=argparse.SUPPRESS)
    options = parser.parse_args()
    sluice = os.path.abspath(options.sluice)
    if options.session:
        in_session(options.session, sluice, options.folder)
        return 0
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        log("all.jsonl", options.size)
        # Four files of all visitors, and four of a quarter of them each.
        logs, keyed = ([open(f"{name}-{number}.jsonl", "w") for number in range(4)] for name in ("log", "keyed"))
        with open("all.jsonl") as file:
            for number, line in enumerate(file):
                logs[number % 4].write(line)
                keyed[int(json.loads(line)["visitor"][-1]) % 4].write(line)
        for file in (*logs, *keyed):
            file.close()
        variants = [f"banner-{number}" for number in range(4)]
        with open("bench.json5", "w") as file:
            slots = ("home-hero", "checkout-banner")
            experiments = [{"platform": "web", "slot": slot, "variants": variants} for slot in slots]
            json.dump({"pipeline": "bench", "timezone": "UTC", "events": {"paths": ["log-*.jsonl"]}, "experiments": experiments}, file)
        words = f"--config bench.json5 --date {DAY}"
        plain = f"rm -rf state; {sluice} statistics {words} --workers 1 --quiet"
        parted = (
            f"rm -rf parted parts blocks; {sluice} split {words} --parts 8 --tally tally --output 'blocks/{{part}}' --workers 1 --quiet; "
            f"for part in 0 1 2 3 4 5 6 7; do {sluice} statistics {words} --part parts/$part --workers 1 --quiet blocks/$part; done; "
            f"{sluice} merge {words} --state parted --tally tally --quiet parts/*; cmp state/statistics/date={DAY}/statistics.csv parted/statistics/date={DAY}/statistics.csv"
        )
        found: dict = {}

        def note(name: str, seconds: float) -> None:
            found[name] = min(found.get(name, seconds), seconds)

        for _ in range(options.rounds):
            note("one machine", children(plain)[0])
            note("in 8 parts", children(parted)[0])
            visitors = set()
            for what in ("sql", "shuffled", "pieces", "no shuffle"):
                run = subprocess.run(
                    [sys.executable, os.path.join(HERE, "spark.py"), sluice, "--session", what, "--folder", folder],
                    stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True,
                )
                seconds, units = json.loads(run.stdout.strip().splitlines()[-1])
                note(what, seconds)
                visitors.add(units)
            if len(visitors) != 1:
                print(f"the results differ: {visitors}", file=sys.stderr)
                return 1
        part = children(f"{sluice} statistics {words} --part parts/0 --workers 1 --quiet blocks/0")[1]
        log("busy.jsonl", options.size, busy=0.1)
        for name, file in (("evenly", ""), ("busy", "busy.jsonl")):
            subprocess.run(["sh", "-euc", f"rm -rf blocks; {sluice} split {words} --parts 8 --tally tally --output 'blocks/{{part}}' --quiet {file}"], check=True)
            for number in range(8):
                seconds = children(f"{sluice} statistics {words} --part parts/{number} --workers 1 --quiet blocks/{number}")[0]
                found[f"longest part, {name}"] = max(found.get(f"longest part, {name}", 0), seconds)
    megabytes = options.size / 1e6
    print(f"{megabytes:.0f} MB of JSON Lines, processor seconds, the least of {options.rounds} rounds")
    for name, label in (
        ("one machine", "sluice statistics"), ("in 8 parts", "split, 8 parts, merge"), ("sql", "Spark SQL, the same query (fewer rules)"),
        ("shuffled", "nightly.py"), ("pieces", "nightly.py --whole-file 0 (by lines)"), ("no shuffle", "nightly.py --no-shuffle"),
        ("longest part, evenly", "the longest of 8 parts"), ("longest part, busy", "the same where a visitor has a tenth of the lines"),
    ):
        print(f"{label:50} {found[name]:8.2f}")
    print(f"in 8 parts / one machine {found['in 8 parts'] / found['one machine']:.2f}")
    print(f"Spark SQL / nightly.py {found['sql'] / found['shuffled']:.1f}, / --no-shuffle {found['sql'] / found['no shuffle']:.1f}")
    print(f"a part of {megabytes / 8:.0f} MB: {part:.0f} MB resident at most")
    return 0


if __name__ == "__main__":
    sys.exit(main())
