"""Logs that are written to be slow to read or to take memory, at two sizes each, against the regular log of those sizes."""

from __future__ import annotations

import gzip
import os
import shutil
import sys
from dataclasses import dataclass, field

from comparison import logs, sluice
from comparison.processes import Measurement

SIZES = (30_000_000, 120_000_000)
HEADINGS = ["log", "MB/s", "× regular", "CPU s", "× regular", "growth", "peak MB", "peak MB at ¼", "remarks"]
# What is worth a remark: processor time per byte of so many regular logs, and processor time per byte that grows with the log.
SLOW = 5
STEEP = 1.5

NO_RULES = {"bots": {name: False for name in ("userAgents", "eventsPerDay", "eventsPerMinute", "clicksWithoutView")}}
WINDOW = {"statistics": {"conversionWindow": "1h"}}


@dataclass
class Case:
    """A generator's log and how it is read."""

    kind: str
    is_packed: bool = False
    settings: dict = field(default_factory=dict)
    options: tuple[str, ...] = ()
    note: str = ""

    @property
    def name(self) -> str:
        return " ".join(filter(None, [self.kind, "gz" if self.is_packed else "", self.note]))


CASES = [
    *map(Case, ["collide-xxh64", "collide-fnv1a", "collide-polynomial"]),
    *map(Case, ["visitor-views", "visitor-purchases", "visitor-mixed"]),
    *(Case(f"visitor-{name}", settings=NO_RULES, note="no rules") for name in ["views", "purchases", "mixed"]),
    Case("visitor-mixed", settings={**NO_RULES, **WINDOW}, note="no rules, window"),
    *map(Case, ["agents", "variants", "segments", "orders", "long-agents", "long-segments", "long-ids"]),
    *(Case(kind, options=("--memory", "64M"), note="64M") for kind in ["orders", "long-ids"]),
    *map(Case, ["longest-lines", "one-line", "four-lines", "no-line-feed"]),
    *(Case(kind, is_packed=True) for kind in ["one-line", "four-lines", "no-line-feed"]),
    *map(Case, ["shapes", "nesting", "too-deep", "escapes", "rejected"]),
]


def rows(rounds: int, kinds: list[str]) -> list[list[str]]:
    """A row for each case whose kind is one of `kinds`; none: for all."""
    regular = [_measure(Case("regular"), size, rounds) for size in SIZES]
    found = [_row(Case("regular"), regular, regular)]
    for case in CASES:
        if not kinds or case.kind in kinds:
            found.append(_row(case, [_measure(case, size, rounds) for size in SIZES], regular))
            print("  ".join(found[-1]), file=sys.stderr, flush=True)
    return found


def _measure(case: Case, size: int, rounds: int) -> tuple[int, Measurement]:
    """Bytes of the log before compression, and the quickest run. The log is gone afterwards."""
    os.makedirs(logs.FOLDER, exist_ok=True)
    path = f"{logs.FOLDER}/hostile.jsonl"
    kind = case.kind if case.kind == "regular" else f"hostile-{case.kind}"
    logs.generate(kind, size, path)
    bytes = os.path.getsize(path)
    if case.is_packed:
        with open(path, "rb") as plain, gzip.open(f"{path}.gz", "wb", compresslevel=1) as packed:
            shutil.copyfileobj(plain, packed, 1 << 20)
        os.remove(path)
        path = f"{path}.gz"
    log = logs.Log("hostile", "jsonl", [path])
    log.warm()
    sluice.forget(log)
    run = sluice.least(log, rounds, *case.options, **case.settings, events={"maxRejected": 1})
    os.remove(path)
    sluice.forget(log)
    return bytes, run


def _row(case: Case, runs: list[tuple[int, Measurement]], regular: list[tuple[int, Measurement]]) -> list[str]:
    (small_bytes, small), (large_bytes, large) = runs
    # 66 is said of a log without a countable event.
    for run in (small, large):
        if run.exit_code not in (0, 66):
            return [case.name, *[""] * 7, f"exit {run.exit_code}: {run.complaint}"]
    bytes = large_bytes / regular[1][0]
    ratio = large.processor_seconds / regular[1][1].processor_seconds / bytes
    growth = large.processor_seconds / small.processor_seconds / (large_bytes / small_bytes)
    remarks = [word for word, is_so in [("slow", ratio > SLOW), ("steep", growth > STEEP)] if is_so]
    wall = [f"{large_bytes / 1e6 / large.seconds:.0f}", f"{large.seconds / regular[1][1].seconds / bytes:.1f}"]
    processor = [f"{large.processor_seconds:.2f}", f"{ratio:.1f}", f"{growth:.2f}"]
    peaks = [f"{run.peak_bytes / 1e6:.0f}" for run in (large, small)]
    return [case.name, *wall, *processor, *peaks, ", ".join(remarks)]
