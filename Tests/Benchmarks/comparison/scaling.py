"""How time and memory grow with the log, and what becomes of them when memory is short."""

from __future__ import annotations

import json

from comparison import logs, sluice
from comparison.processes import Measurement

HEADINGS = ["log", "MB", "visitors", "memory", "seconds", "MB/s", "CPU s", "peak MB", "bytes a visitor", "output"]
LITTLE = "64M"
OUTPUTS = ["statistics.csv", "quality.json"]


def rows(sizes: list[int], rounds: int) -> list[list[str]]:
    """A row for each size with all memory, and one for the largest with little. Bytes a visitor are what the peak grows by with
    each visitor more than the first size has."""
    found = []
    base: tuple[int, int] | None = None
    for size in sizes:
        log = logs.generated("regular", size)
        log.warm()
        sluice.forget(log)
        run = sluice.least(log, rounds)
        if run.exit_code != 0:
            return [*found, [log.name, f"{log.bytes / 1e6:.0f}", "", "all", run.complaint, "", "", "", "", ""]]
        whole = {name: sluice.output(log, name) for name in OUTPUTS}
        visitors = json.loads(whole["quality.json"])["visitors"]
        base = base or (visitors, run.peak_bytes)
        more = visitors - base[0]
        each = f"{(run.peak_bytes - base[1]) / more:.0f}" if more > 0 else ""
        found.append(_row(log, visitors, "all", run, each, ""))
    run = sluice.least(log, rounds, "--memory", LITTLE)
    if run.exit_code == 0:
        differing = [name for name in OUTPUTS if sluice.output(log, name) != whole[name]]
        found.append(_row(log, visitors, LITTLE, run, "", ", ".join(differing) + " differ" if differing else "the same"))
    return found


def _row(log: logs.Log, visitors: int, memory: str, run: Measurement, each: str, output: str) -> list[str]:
    megabytes = log.bytes / 1e6
    numbers = [f"{run.seconds:.2f}", f"{megabytes / run.seconds:.0f}", f"{run.processor_seconds:.2f}"]
    peak = f"{run.peak_bytes / 1e6:.0f}"
    return [log.name, f"{megabytes:.0f}", f"{visitors:,}", memory, *numbers, peak, each, output]
