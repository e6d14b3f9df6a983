"""Sluice itself: its command on a log, and what it leaves."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace

from comparison.logs import FOLDER, Log
from comparison.processes import Measurement, measure

PROGRAM = ".build/release/sluice"
DATE = "2026-11-20"
CONFIGURATION = {
    "pipeline": "bench",
    "timezone": "UTC",
    "experiments": [
        {"platform": "web", "slot": slot, "variants": [f"banner-{number}" for number in range(4)]}
        for slot in ("home-hero", "checkout-banner")
    ],
}


def state(log: Log) -> str:
    return f"{FOLDER}/state-{log.name}"


def forget(log: Log) -> None:
    """Removes what an earlier run left."""
    shutil.rmtree(state(log), ignore_errors=True)


def command(log: Log, *options: str, **settings: dict) -> list[str]:
    """Writes the log's configuration, with `settings` in place of its own, and returns the command."""
    path = f"{FOLDER}/{log.name}.json5"
    configuration = {**CONFIGURATION, **settings}
    configuration["events"] = {"paths": log.files, "fields": log.sources, **settings.get("events", {})}
    with open(path, "w", encoding="utf-8") as file:
        json.dump(configuration, file)
    return [PROGRAM, "statistics", "--config", path, "--date", DATE, "--state", state(log), "--quiet", *options]


def least(log: Log, rounds: int, *options: str, **settings: dict) -> Measurement:
    """The least time, processor time and peak of some runs, or the first run that fails. What the machine does besides only
    ever adds."""
    words = command(log, *options, **settings)
    runs = []
    for _ in range(rounds):
        runs.append(measure(words))
        if runs[-1].exit_code != 0:
            return runs[-1]
    names = ["seconds", "processor_seconds", "peak_bytes"]
    return replace(runs[0], **{name: min(getattr(run, name) for run in runs) for name in names})


def output(log: Log, name: str) -> bytes:
    """A file of the day's folder."""
    with open(f"{state(log)}/statistics/date={DATE}/{name}", "rb") as file:
        return file.read()
