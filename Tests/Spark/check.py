#!/usr/bin/env python3
"""Compares nights on Spark with nights on one machine, byte by byte, and breaks them.

    SPARK/bin/python Tests/Spark/check.py SLUICE [PART…]

On `local-cluster[2,1,1024]`: two executors, processes of their own. The last line is `checks: N`.
"""

from __future__ import annotations

import contextlib
import gzip
import io
import json
import os
import random
import re
import subprocess
import sys
import tempfile
import time
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[:0] = [os.path.join(ROOT, "pipelines", "spark")]

import nightly

DAY = "2026-11-20"
# What does not name files.
RESULTS = ("statistics.csv", "bots.csv", "allocation.csv")
NOW = {"SLUICE_NOW": "2026-11-21T01:30:00Z"}
CONFIG = """
{ pipeline: "shop", timezone: "Europe/Berlin",
  events: { paths: ["%s"], maxRejected: 1 },
  bots: { eventsPerDay: 500, denyList: "deny.txt" },
  %s
  learning: { segments: { minimumVisitors: 100 } },
  experiments: [
    { platform: "web", slot: "hero", variants: ["a", "b", "\\u00e9"], control: { variant: "plain", traffic: 0.1 } },
    { platform: "web", slot: "cart", variants: ["x", "y"], learning: { reward: "revenue" } },
  ] }
"""


class Checks:
    def __init__(self, sluice: str, spark):
        self.sluice, self.spark = sluice, spark
        self.count, self.failures = 0, []

    def check(self, holds: bool, text: str) -> None:
        self.count += 1
        if not holds:
            self.failures.append(text)
            print(f"FAILED: {text}", flush=True)

    def one(self, *words: str) -> int:
        return subprocess.run([self.sluice, *words], stderr=subprocess.DEVNULL).returncode

    def night(self, *words: str, sluice: str | None = None) -> tuple:
        """The exit code of a night on Spark, and what it said."""
        arguments = nightly.parsed(["--sluice", sluice or self.sluice, *words])
        try:
            return nightly.night(self.spark, arguments), ""
        except nightly.Refused as refused:
            return refused.code, str(refused)

    def equal(self, what: str, day: str, config: str, *words: str, codes=(0,), files=("",)) -> None:
        """Runs a night on one machine and on Spark, and compares what lies in the state directories."""
        one = self.one("run", "--config", config, "--date", day, "--state", "one", "--audit", "--accept")
        code, text = self.night("--config", config, "--date", day, "--state", "many", "--audit", "--accept", *words)
        self.check(one in codes, f"{what}: one machine exits {one}")
        self.check(code == one, f"{what}: exits {code}, not {one}: {text}")
        self.same(what, files)

    def same(self, what: str, files=("",)) -> None:
        left, right = tree("one", files), tree("many", files)
        different = sorted(name for name in {*left, *right} if left.get(name) != right.get(name))
        self.check(bool(left) and not different, f"{what}: {different or 'nothing to compare'}")
        if different and os.environ.get("SLUICE_SHOW"):
            subprocess.run(["diff", "-r", "one", "many"])


def tree(state: str, files) -> dict:
    """The results of a state directory: no records of runs, nor when which table served."""
    found = {}
    for folder, _, names in os.walk(state):
        for name in names:
            path = os.path.join(folder, name)
            key = os.path.relpath(path, state)
            if key.startswith("runs/") or key in (".lock", "allocations/served.csv") or os.path.islink(path):
                continue
            if any(key.endswith(ending) for ending in files):
                with open(path, "rb") as file:
                    found[key] = file.read()
    return found


def lines(seed: int, day: str = DAY, count: int = 3000) -> list:
    """A log with what Spark's JSON functions and this decoder see differently, broken lines, and events around midnight."""
    source = random.Random(seed)
    long = "x" * 400
    visitors = [json.dumps(f"v{number}") for number in range(150)]
    visitors += ["7", '"7"', '"007"', "-0", "0", '"\\u0076\\u0031"', '"é"', '"e\\u0301"', '" v1"', '"v1 "', f'"{long}"', '"a\\"b"', '"\\ud83d\\ude00"']
    result = []
    for number in range(count):
        visitor = '"busy"' if number % 5 == 0 and seed % 2 else source.choice(visitors)
        hour, minute = source.randrange(24), source.randrange(60)
        time = f"{day}T{hour:02}:{minute:02}:{number % 60:02}.{source.randrange(10**6):06}+01:00"
        if source.random() < 0.05:
            time = source.choice([f"{day}T00:00:00+01:00", f"{day}T23:59:59.999999+01:00", f"{day}T23:00:00Z", f"{day}T22:59:59.999999Z"])
        kind = source.choice(["view", "view", "view", "click", "purchase", "scroll"])
        slot, variants = source.choice([("hero", ["a", "b", "é", "plain", "unknown", "C2"]), ("cart", ["x", "y"]), ("else", ["z"])])
        event = f'"ts":"{time}","type":"{kind}","platform":"web","slot":"{slot}","variant":"{source.choice(variants)}"'
        event += f',"segment":"{source.choice(["Pune", "Köln", "=1", ""])}"'
        if kind == "purchase":
            event += f',"revenue":{source.choice(["12.5", "1e2", "0.0000005", "99999999999.99", "-3"])},"order":"o{source.randrange(400)}"'
        if source.random() < 0.2:
            event += f',"propensity":{source.choice(["0.5", "0.25", "2"])}'
        shape = source.random()
        if shape < 0.05:
            line = f'{{"visitor":"other",{event},"visitor":{visitor}}}'
        elif shape < 0.08:
            line = f'{{{event},"n":{"9" * 1200},"visitor":{visitor}}}'
        elif shape < 0.1:
            line = f'{{"{"k" * 300}":1,{event},"visitor":{visitor}, "deep":{{"visitor":"inner"}}}}'
        elif shape < 0.12:
            line = f' \t{{ {event} , "visitor" : {visitor} }}\r'
        elif shape < 0.14:
            line = source.choice(["", " ", "\r", "nonsense", "{", '{"ts":1}', "[1]", f'{{{event}}}', f'{{{event},"visitor":true}}', '{"ts":"2026-11-20"}'])
        else:
            line = f'{{{event},"visitor":{visitor}}}'
        data = line.encode()
        if 0.14 < shape < 0.15:
            data = data.replace(b"web", b"w\xffb")
        result.append(data)
    return result


def write(path: str, content: bytes) -> None:
    os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
    with open(path, "wb") as file:
        file.write(content)


@contextlib.contextmanager
def place(paths: str = "log/{date}/*", extra: str = ""):
    """A directory of its own with a configuration, as the working directory."""
    before = os.getcwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            write("shop.json5", (CONFIG % (paths, extra)).encode())
            write("deny.txt", b"v3\nv4\n")
            yield
        finally:
            os.chdir(before)


def comma_separated(events: list) -> bytes:
    """The events that are whole objects as CSV, a note of several lines in each record."""
    rows = ['ts,type,visitor,platform,slot,variant,segment,revenue,order,"no ""te"""']
    for line in events:
        try:
            event = json.loads(line)
            fields = [str(event.get(name, "")) for name in ("ts", "type", "visitor", "platform", "slot", "variant", "segment", "revenue", "order")]
        except (ValueError, AttributeError):
            rows.append("broken,line")
            continue
        rows.append(",".join('"' + field.replace('"', '""') + '"' for field in [*fields, "one\ntwo"]))
    return "\r\n".join(rows).encode()


# --- Nights that are the same -----------------------------------------------------------------------------------------------


def fixtures(checks: Checks) -> None:
    before = os.getcwd()
    os.chdir(ROOT)
    with tempfile.TemporaryDirectory() as folder:
        try:
            one, many = os.path.join(folder, "one"), os.path.join(folder, "many")
            for day in ("2026-11-18", "2026-11-19", "2026-11-20"):
                code = checks.one("run", "--config", "pipelines/banners.json5", "--date", day, "--state", one, "--audit", "--accept")
                spark, text = checks.night("--config", "pipelines/banners.json5", "--date", day, "--state", many, "--audit", "--accept", "--parts", "3")
                checks.check(code == spark == 0, f"fixtures of {day}: {code}, {spark} {text}")
            os.chdir(folder)
            checks.same("fixtures")
        finally:
            os.chdir(before)


def malformed(checks: Checks) -> None:
    """All folders in one night of one configuration, and those in which nothing but a whole file tells what is wrong."""
    with place(f"{ROOT}/fixtures/malformed/*/*.jsonl"):
        checks.equal("malformed fixtures", DAY, "shop.json5", "--parts", "3", codes=(0, 66))
        checks.equal("malformed fixtures by Spark", DAY, "shop.json5", "--parts", "3", "--whole-file", "0", "--read-with", "spark", codes=(0, 66))


def formats(checks: Checks) -> None:
    import zstandard

    with place():
        write(f"log/{DAY}/a b.jsonl", b"\xef\xbb\xbf" + b"\n".join(lines(1)))
        write(f"log/{DAY}/b.jsonl", b"\n".join(lines(2, count=9000)) + b"\n\n")
        write(f"log/{DAY}/c.jsonl.gz", gzip.compress(b"\n".join(lines(3)) + b"\n"))
        write(f"log/{DAY}/d.ndjson.zst", zstandard.compress(b"\n".join(lines(4))))
        write(f"log/{DAY}/e.csv", comma_separated(lines(5)))
        write(f"log/{DAY}/f.csv.gz", gzip.compress(comma_separated(lines(6, count=500))))
        write(f"log/{DAY}/g[1].jsonl", b"\n".join(lines(7, count=200)))
        write(f"log/{DAY}/h", b"\n".join(lines(8, count=200)))
        write(f"log/{DAY}/i.jsonl", b"")
        # In pieces of 100 kB, so that files are read from their middles too.
        checks.spark.conf.set("spark.sql.files.maxPartitionBytes", "100000")
        for parts in (1, 3, 8):
            checks.equal(f"all formats by Spark in {parts} parts", DAY, "shop.json5", "--parts", str(parts), "--whole-file", "0", "--read-with", "spark")
        checks.spark.conf.set("spark.sql.files.maxPartitionBytes", str(128 << 20))
        checks.equal("all formats by Spark, whole files", DAY, "shop.json5", "--parts", "3", "--read-with", "spark")
        checks.equal("all formats, opened", DAY, "shop.json5", "--parts", "64")
        whole, nightly.MEBIBYTE = nightly.MEBIBYTE, 100_000
        write(f"log/{DAY}/z.jsonl.gz", gzip.compress(b"\n".join(lines(2, count=9000)) + b"\n\n"))
        checks.equal("all formats, opened in pieces", DAY, "shop.json5", "--parts", "3", "--whole-file", "1")
        checks.equal("a copy of a log, given as --input", DAY, "shop.json5", "--parts", "3", "--input", "log/{date}/*", "--memory", "64M")
        code, text = checks.night("--config", "shop.json5", "--date", DAY, "--state", "fresh", "--memory", "1K")
        checks.check(code == 64 and "--memory is '1K'" in text and not os.path.exists("fresh/statistics"), f"too little memory: {code} {text}")
        events = [json.loads(line) for line in lines(2, count=900) if line.startswith(b'{"ts') and b"visitor" in line and b"\xff" not in line]
        write(f"log/{DAY}/b.jsonl", "\n".join(json.dumps(event, indent=1) for event in events).encode())
        write(f"log/{DAY}/a b.jsonl", json.dumps(events[:400], indent=1).encode())
        write(f"log/{DAY}/i.jsonl", gzip.compress(b"\n".join(random.Random(1).sample(lines(9, count=6000), 6000)), 0))
        checks.equal("what is not of one object a line, under such a name", DAY, "shop.json5", "--parts", "3", "--whole-file", "1")
        nightly.MEBIBYTE = whole
        checks.equal("a day without a log", "2026-11-17", "shop.json5", codes=(66,))


def tables(checks: Checks) -> None:
    """Rows of Parquet: the same statistics as of their lines. Names of files are others."""
    import pandas

    with place("log/{date}/*"):
        rows = []
        source = random.Random(9)
        for number in range(4000):
            kind = source.choice(["view", "view", "click", "purchase"])
            rows.append({
                "ts": pandas.Timestamp(f"{DAY}T00:00:00+01:00") + pandas.Timedelta(microseconds=source.randrange(86_400_000_000)),
                "type": kind, "visitor": source.choice([f"v{number % 300}", "busy", "é"]), "platform": "web", "slot": "hero",
                "variant": source.choice(["a", "b", "plain"]), "segment": source.choice(["Pune", None]),
                "revenue": round(source.random() * 100, 2) if kind == "purchase" else None, "order": f"o{number}",
            })
        table = pandas.DataFrame(rows)
        table["ts"] = table["ts"].dt.tz_convert("UTC").astype("datetime64[us, UTC]")
        os.makedirs("table")
        table[:2500].to_parquet("table/one.parquet")
        table[2500:].to_parquet("table/two.parquet")
        text = "\n".join(
            json.dumps({k: v.isoformat() if k == "ts" else v for k, v in row.items() if v is not None and v == v}) for row in rows
        )
        write(f"log/{DAY}/a.jsonl", text.encode())
        checks.equal("Parquet", DAY, "shop.json5", "--format", "parquet", "--input", "table", "--parts", "3", files=RESULTS)
        # Rows of other days, and of other shops, that a condition leaves out.
        others = table[:500].assign(day="2026-11-19", variant="b")
        os.makedirs("days")
        pandas.concat([table.assign(day=DAY), others]).to_parquet("days/all.parquet")
        condition = ["--where", "day = '{date}' AND platform <> 'app'"]
        checks.equal("Parquet by a condition", DAY, "shop.json5", "--format", "parquet", "--input", "days", *condition, "--parts", "3", files=RESULTS)
        code, text = checks.night("--config", "shop.json5", "--date", DAY, "--state", "fresh", "--format", "parquet", "--input", "days", "--where", "no such")
        checks.check(code == 74 and not os.path.exists("fresh/statistics"), f"a condition that is none: {code} {text[:200]}")
        lake_tables(checks, table)


def by_uris(checks: Checks) -> None:
    """Logs of a file system that Spark lists and reads: the same statistics, and the guards look at the same lines."""
    with place("log/{date}/*", 'guards: { outsideDay: "hold", unknownVariants: "off" },'):
        uri = f"file://{os.getcwd()}/elsewhere/{{date}}"
        for number, day in enumerate((DAY, "2026-11-19")):
            data = b"\n".join(lines(60 + number, day if number else "2026-11-19", 800) + lines(70 + number, day, 800))
            for folder in ("log", "elsewhere"):
                write(f"{folder}/{day}/a.jsonl", data)
                write(f"{folder}/{day}/b.csv.gz", gzip.compress(comma_separated(lines(80 + number, day, 300))))
                write(f"{folder}/{day}/c.jsonl", b"")
        inputs = (
            ("URIs", ["--input", f"{uri}/*.jsonl", f"{uri}/*.gz"]),
            ("URIs, in pieces", ["--input", f"{uri}/*", "--whole-file", "0", "--read-with", "spark"]),
            ("URIs, opened", ["--input", f"{uri}/*", "--whole-file", "0"]),
            ("other paths", ["--input", "elsewhere/{date}/*"]),
        )
        for what, words in inputs:
            checks.equal(what, DAY, "shop.json5", "--parts", "3", *words, files=RESULTS)
            own = [json.loads(tree(state, ("quality.json",))[f"statistics/date={DAY}/quality.json"]).get("own_files") for state in ("one", "many")]
            checks.check(own[0] is not None and own[0] == own[1], f"{what}: lines of the day's own files {own}")
            code, text = checks.night("--config", "shop.json5", "--date", DAY, "--state", "held", "--parts", "2", *words)
            checks.check(code == 76 == checks.one("run", "--config", "shop.json5", "--date", DAY, "--state", "alone"), f"{what}: a guard holds: {code} {text}")
        code, text = checks.night("--config", "shop.json5", "--date", DAY, "--state", "fresh", "--input", "file:///nowhere/{date}/*")
        checks.check(code == 66, f"URIs of nothing: {code} {text}")


def lake_tables(checks: Checks, table) -> None:
    """Tables whose files are not all of their present ones, by Spark without readers of theirs; and those that need one."""
    import pyarrow
    from deltalake import DeltaTable, write_deltalake
    from pyiceberg.catalog.sql import SqlCatalog

    rows = pyarrow.Table.from_pandas(table, preserve_index=False)
    stale = rows.slice(0, 700).append_column("gone", pyarrow.array([True] * 700))
    rows = rows.append_column("gone", pyarrow.array([False] * rows.num_rows))
    rows = rows.append_column("shop", pyarrow.array([["7", "a b", "x/y=z", "50%"][number % 4] for number in range(rows.num_rows)]))
    stale = stale.append_column("shop", pyarrow.array(["7"] * 700))
    write_deltalake("delta", pyarrow.concat_tables([rows.slice(0, 1500), stale]), partition_by=["shop"])
    write_deltalake("delta", rows.slice(1500), mode="append")
    DeltaTable("delta").delete("gone")
    catalog = SqlCatalog("shop", uri=f"sqlite:///{os.getcwd()}/catalog", warehouse=f"file://{os.getcwd()}/warehouse")
    catalog.create_namespace("web")
    events = catalog.create_table("web.events", schema=rows.schema)
    events.append(pyarrow.concat_tables([rows.slice(0, 1500), stale]))
    events.append(rows.slice(1500))
    events.delete("gone == true")
    for kind, place in (("delta", "delta"), ("iceberg", events.metadata_location)):
        checks.equal(f"a table of {kind}", DAY, "shop.json5", "--format", kind, "--input", place, "--parts", "3", files=RESULTS)
    # What plain files cannot say.
    with events.update_schema() as change:
        change.rename_column("segment", "city")
    write_deltalake("names", rows.append_column("town", pyarrow.array(["Köln"] * rows.num_rows)), partition_by=["town"])
    log = "delta/_delta_log/00000000000000000003.json"
    protocol = {"minReaderVersion": 3, "minWriterVersion": 7, "readerFeatures": ["deletionVectors"], "writerFeatures": ["deletionVectors"]}
    write(log, json.dumps({"protocol": protocol}).encode())
    for what, kind, place, words in (
        ("rows deleted beside their files", "delta", "delta", "deletionVectors"), ("no table", "delta", "table", "table"),
        ("names beyond ASCII", "delta", "names", "ASCII"), ("a renamed column", "iceberg", events.metadata_location, "'segment' is now 'city'"),
        ("no metadata", "iceberg", "./table", "metadata.json"),
    ):
        code, text = checks.night("--config", "shop.json5", "--date", DAY, "--state", "fresh", "--format", kind, "--input", place)
        checks.check(code == 74 and words in text, f"{kind}, {what}: {code} {text[:300]}")
    checks.check(not os.path.exists("fresh/statistics"), "and nothing was published")


def windows(checks: Checks) -> None:
    days = ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]
    with place("log/{date}/*", 'statistics: { conversionWindow: "36h" },'):
        for number, day in enumerate(days):
            if day != "2026-11-19":
                write(f"log/{day}/a.jsonl", b"\n".join(lines(20 + number, day, 1500)))
        # The 20th is made up for later: by what the state says, days are counted further.
        for day in ("2026-11-18", "2026-11-21", "2026-11-20"):
            checks.equal(f"a window's night of {day}", day, "shop.json5", "--parts", "3")


def without_a_shuffle(checks: Checks) -> None:
    with place():
        events = lines(30, count=2000)
        parts = {}
        for line in events:
            try:
                visitor = json.loads(line)["visitor"]
            except (ValueError, KeyError, TypeError):
                continue
            # Those of whom every decoder says the same.
            if line.count(b'"visitor"') == 1 and isinstance(visitor, str) and re.fullmatch(r"v\d+|busy", visitor):
                parts.setdefault(zlib.crc32(visitor.encode()) % 3, []).append(line)
        for number, own in parts.items():
            write(f"log/{DAY}/partition={number}-0.jsonl", b"\n".join(own[:300]))
            write(f"log/{DAY}/partition={number}-1.jsonl.gz", gzip.compress(b"\n".join(own[300:])))
        words = ["--no-shuffle", "--group", r"partition=(\d+)"]
        checks.equal("a log that is keyed by visitor", DAY, "shop.json5", *words, files=RESULTS)
        checks.equal("the same by Spark", DAY, "shop.json5", *words, "--whole-file", "0", "--read-with", "spark", files=RESULTS)
        before = tree("many", ("",))
        own = json.loads(before[f"statistics/date={DAY}/quality.json"])["own_files"]
        checks.check(own["lines"] > 0 and own["lines"] == json.loads(tree("one", ("",))[f"statistics/date={DAY}/quality.json"])["own_files"]["lines"], f"lines of the day's own files: {own}")
        code, text = checks.night("--config", "shop.json5", "--date", DAY, "--state", "many", "--no-shuffle")
        checks.check(code == 65, f"a log that is not: {code} {text}")
        checks.check(tree("many", ("",)) == before, "and the state is as it was")


# --- Nights that break ------------------------------------------------------------------------------------------------------


def wrapped(fault: str) -> str:
    """A program in place of sluice that does something else first."""
    path = os.path.abspath("faulty-sluice")
    write(path, f"#!/bin/sh\nS={os.path.abspath(SLUICE)}\nPLACE={os.getcwd()}\n{fault}\nexec \"$S\" \"$@\"\n".encode())
    os.chmod(path, 0o755)
    return path


KILL = """
case " $* " in *" --%s "*)
  if mkdir "$PLACE/killed" 2>/dev/null; then
    process=$PPID
    while [ "$process" -gt 1 ]; do
      if grep -qz CoarseGrainedExecutorBackend "/proc/$process/cmdline"; then kill -9 "$process"; break; fi
      process=$(awk '{print $4}' "/proc/$process/stat")
    done
    exit 137
  fi;;
esac
"""


def broken(checks: Checks) -> None:
    with place():
        for number in range(4):
            write(f"log/{DAY}/{number}.jsonl", b"\n".join(lines(40 + number, count=1000)))
        words = ["--config", "shop.json5", "--date", DAY, "--state", "many", "--audit", "--accept", "--parts", "3"]
        # Too many views are of variants that are not declared.
        held = checks.one("run", "--config", "shop.json5", "--date", DAY, "--state", "held")
        code, text = checks.night(*[word.replace("many", "held-too") for word in words if word != "--accept"])
        checks.check(held == code == 76, f"a guard holds the table: {held}, {code} {text}")
        checks.check(not os.path.exists("held-too/current"), "and nothing is published")
        # A part that fails for good.
        code, text = checks.night(*words, sluice=wrapped('case " $* " in *" --part "*) echo "sluice: error: the disk is full" >&2; exit 74;; esac'))
        checks.check(code == 74 and "the disk is full" in text and "part of partition" in text, f"a failing part: {code} {text}")
        checks.check(not os.path.exists("many/statistics") and not os.path.exists("many/current"), "a failing part publishes nothing")
        # Executors that die while lines are split, and while parts are counted.
        for stage, option in (("splitting", "name"), ("counting", "part")):
            with contextlib.suppress(FileNotFoundError):
                os.rmdir("killed")
            checks.one("run", "--config", "shop.json5", "--date", DAY, "--state", "one", "--audit", "--accept")
            code, text = checks.night(*words, sluice=wrapped(KILL % option))
            checks.check(code == 0 and os.path.isdir("killed"), f"an executor that dies in {stage}: {code} {text}")
            checks.same(f"an executor that dies in {stage}")
        # A part that comes twice, and one that does not come.
        real = nightly.results_of
        before = tree("many", ("",))

        def doubled(*arguments):
            rows = list(real(*arguments))
            return [*rows, next(row for row in rows if row[0] == "part")]

        def missing(*arguments):
            rows = list(real(*arguments))
            rows.remove(next(row for row in rows if row[0] == "part"))
            return rows

        for name, results in (("twice", doubled), ("missing", missing)):
            nightly.results_of = results
            code, text = checks.night(*words)
            checks.check(code == 65, f"a part {name}: {code} {text}")
            checks.check(tree("many", ("",)) == before, f"a part {name} changes nothing")
        nightly.results_of = real
        # Too many bad lines.
        write("shop.json5", (CONFIG % ("log/{date}/*", "")).replace("maxRejected: 1", "maxRejected: 0.001").encode())
        code, text = checks.night(*words)
        checks.check(code == 65 and checks.one("run", "--config", "shop.json5", "--date", DAY, "--state", "one") == 65, f"bad lines: {code} {text}")
        checks.check(tree("many", ("",)) == before, "bad lines change nothing")


def submitted(checks: Checks) -> None:
    """The command line as the page has it."""
    with place():
        write(f"log/{DAY}/a.jsonl", b"\n".join(lines(50)))
        checks.one("run", "--config", "shop.json5", "--date", DAY, "--state", "one", "--accept")
        words = ["--config", "shop.json5", "--date", DAY, "--state", "many", "--accept", "--sluice", os.path.abspath(SLUICE)]
        script = os.path.join(ROOT, "pipelines", "spark", "nightly.py")
        result = subprocess.run(
            [os.path.join(os.path.dirname(sys.executable), "spark-submit"), "--master", "local[2]", script, *words],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        checks.check(result.returncode == 0, f"spark-submit: {result.returncode} {result.stderr[-500:]}")
        checks.same("spark-submit")


PARTS = (fixtures, formats, malformed, tables, by_uris, windows, without_a_shuffle, broken, submitted)


def main() -> int:
    global SLUICE
    names = [part.__name__ for part in PARTS]
    if len(sys.argv) < 2 or not set(sys.argv[2:]) <= set(names):
        print(__doc__, f"\nParts: {', '.join(names)}", file=sys.stderr)
        return 2
    SLUICE = os.path.abspath(sys.argv[1])
    os.environ.update(NOW)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    from pyspark.sql import SparkSession

    spark = (
        SparkSession.builder.master("local-cluster[2,1,1024]").appName("sluice check")
        .config("spark.ui.enabled", "false").config("spark.driver.memory", "1g").config("spark.sql.shuffle.partitions", "4")
        .config("spark.driver.bindAddress", "127.0.0.1").config("spark.driver.host", "127.0.0.1")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    # As a script it would be shipped with the job by itself.
    spark.sparkContext.addPyFile(os.path.join(ROOT, "pipelines", "spark", "nightly.py"))
    checks = Checks(SLUICE, spark)
    wanted = sys.argv[2:]
    for part in (part for part in PARTS if not wanted or part.__name__ in wanted):
        start, cpu = time.time(), os.times()
        part(checks)
        print(f"{part.__name__}: {time.time() - start:.0f} s", flush=True)
    spark.stop()
    print(f"checks: {checks.count}")
    return 1 if checks.failures else 0


if __name__ == "__main__":
    sys.exit(main())
