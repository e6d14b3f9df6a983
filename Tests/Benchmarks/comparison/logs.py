"""The logs that are compared on, kept between runs in `.build/bench`.

The large ones are Sluice's own generator's, as they are and compressed. The trial log is small and full of what the large ones
have none of: visitors on either side of the bot rules' limits, ties, repeated orders, purchases without a slot or a platform,
undeclared names, the day's neighbours. It shows that all programs compute the same thing before they are timed.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import json
import os
import random
import shutil
import subprocess
import sys
from dataclasses import dataclass

FOLDER = ".build/bench"
GENERATOR = "Tests/Benchmarks/LogGenerator.swift"
NAMES = ["regular", "varied", "csv", "gz", "gz-4-files", "zst", "nested", "properties", "repeated"]
# Shapes whose values stand elsewhere than under their own names; one peer has a query for them.
CONTEXT = ["ts", "visitor", "platform", "user_agent", "ip"]
FIELDS = ["ts", "type", "visitor", "platform", "slot", "variant", "segment", "user_agent", "ip", "revenue", "order"]
SOURCES = {
    "nested": {name: f"{'context' if name in CONTEXT else 'properties'}.{name}" for name in FIELDS},
    "properties": {name: f"properties.{name}" for name in FIELDS[3:]},
    "repeated": {"event": "message"},
}
PEERS_OF_SOURCES = ["duckdb"]


@dataclass
class Log:
    name: str
    form: str
    files: list[str]

    @property
    def sources(self) -> dict[str, str]:
        """Where values stand, as the configuration says it."""
        return SOURCES.get(self.form, {})

    @property
    def bytes(self) -> int:
        return sum(os.path.getsize(file) for file in self.files)

    def warm(self) -> None:
        """Brings the files into the page cache."""
        for path in self.files:
            with open(path, "rb") as file:
                while file.read(1 << 20):
                    pass


def generated(name: str, size: int) -> Log | None:
    """Returns one of `NAMES`, made when it is not there; None where a tool for it is missing."""
    with open(GENERATOR, "rb") as file:
        digest = hashlib.sha256(file.read()).hexdigest()[:8]
    folder = f"{FOLDER}/logs-{size}-{digest}"
    os.makedirs(folder, exist_ok=True)
    shape = name if name in ("varied", "csv", *SOURCES) else "regular"
    form = shape if shape in ("csv", *SOURCES) else "jsonl"
    plain = _made(f"{folder}/{shape}.{_suffix(form)}", lambda path: generate(shape, size, path))
    if name == shape:
        return Log(name, form, [plain])
    if name == "gz":
        return Log(name, form, [_made(f"{plain}.gz", lambda path: _gzip(plain, path))])
    if name == "zst":
        if shutil.which("zstd") is None:
            return None
        return Log(name, form, [_made(f"{plain}.zst", lambda path: _run("zstd", "-q", plain, "-o", path))])
    parts = [f"{folder}/part-{number}.jsonl.gz" for number in range(4)]
    if not all(map(os.path.exists, parts)):
        _split(plain, parts)
    return Log(name, form, parts)


def _suffix(form: str) -> str:
    return "csv" if form in ("csv", "properties") else "jsonl"


def _made(path: str, make) -> str:
    """Returns a file's path after making it when it is not there. One that was left half made is never taken for whole."""
    if not os.path.exists(path):
        print(f"making {path}", file=sys.stderr)
        partial = f"{path}.partial"
        if os.path.exists(partial):
            os.remove(partial)
        make(partial)
        os.rename(partial, path)
    return path


def _run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=sys.stderr)


def generate(shape: str, size: int, path: str) -> None:
    """Writes a log of one of the generator's shapes."""
    _run(".build/release/Benchmarks", "generate", shape, str(size), path)


def _gzip(source: str, path: str) -> None:
    with open(source, "rb") as plain, gzip.open(path, "wb", compresslevel=6) as packed:
        shutil.copyfileobj(plain, packed, 1 << 20)


def _split(source: str, parts: list[str]) -> None:
    """Writes a log's lines to compressed files of like size, in the log's order."""
    share = os.path.getsize(source) // len(parts) + 1
    with open(source, "rb") as plain:
        for part in parts:

            def write(path: str) -> None:
                with gzip.open(path, "wb", compresslevel=6) as packed:
                    packed.writelines(plain.readlines(share))

            _made(part, write)


def trial(form: str) -> Log:
    """Writes the trial log anew, the same each time."""
    os.makedirs(FOLDER, exist_ok=True)
    path = f"{FOLDER}/trial-{form}.{_suffix(form)}"
    events = _trial_events(random.Random(1))
    with open(path, "w", encoding="utf-8", newline="") as file:
        if form == "jsonl":
            file.writelines(json.dumps(event) + "\n" for event in events)
        elif form == "nested":
            for event in events:
                context = {name: value for name, value in event.items() if name in CONTEXT}
                properties = {name: value for name, value in event.items() if name not in CONTEXT}
                file.write(json.dumps({"context": context, "properties": properties}) + "\n")
        elif form == "repeated":
            lines = [json.dumps({**event, "message": f"m-{number}"}) for number, event in enumerate(events)]
            lines += random.Random(2).sample(lines, len(lines) // 5)
            random.Random(3).shuffle(lines)
            file.writelines(line + "\n" for line in lines)
        elif form == "properties":
            writer = csv.writer(file, lineterminator="\n")
            writer.writerow(["ts", "type", "visitor", "properties"])
            for event in events:
                properties = {name: value for name, value in event.items() if name in FIELDS[3:]}
                writer.writerow([event["ts"], event["type"], event["visitor"], json.dumps(properties)])
        else:
            columns = "ts type visitor platform slot variant segment user_agent ip revenue order page".split()
            writer = csv.DictWriter(file, columns, lineterminator="\n")
            writer.writeheader()
            writer.writerows(events)
    return Log(f"trial-{form}", form, [path])


def _trial_events(random: random.Random) -> list[dict]:
    events = []

    def add(visitor: str, second: float, kind: str, day: str = "2026-11-20", **fields) -> None:
        whole, micro = divmod(round(second * 1_000_000), 1_000_000)
        clock = f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}.{micro:06}"
        event = {"ts": f"{day}T{clock}Z", "type": kind, "visitor": visitor}
        if kind != "purchase":
            event.update(platform="web", slot="home-hero", variant="banner-1")
        event.update(fields)
        # None stands for a field that is left out, whatever the form.
        events.append({name: value for name, value in event.items() if value is not None})

    for number in range(1_500):
        visitor = f"visitor-{number}"
        for _ in range(random.randrange(2, 30)):
            day = random.choices(["2026-11-20", "2026-11-19", "2026-11-21"], [30, 1, 1])[0]
            segment = random.choice(["Kochi", "Pune", "São Paulo", None])
            # Few seconds, so that events meet in time.
            second = random.randrange(0, 86_400, 5_400)
            kind = random.choices(["view", "click", "purchase", "scroll"], [8, 4, 4, 1])[0]
            if kind == "purchase":
                platform = random.choices(["web", "app", None], [8, 1, 3])[0]
                slot = random.choice(["home-hero", "checkout-banner", "footer", None, None])
                order = random.choice([None, f"{visitor}-a", f"{visitor}-b", "shared"])
                revenue = random.choice([None, 0, 5, 19.99, 1234.5])
                # Never two at one time: which of an order's events is the earliest must be plain.
                second += len(events) / 1_000_000
                add(visitor, second, kind, day, platform=platform, slot=slot, order=order, revenue=revenue)
            else:
                platform = random.choices(["web", "app"], [20, 1])[0]
                slot = random.choices(["home-hero", "checkout-banner", "footer"], [8, 8, 1])[0]
                variant = f"banner-{random.choices(range(5), [8, 8, 8, 8, 1])[0]}"
                add(visitor, second, kind, day, platform=platform, slot=slot, variant=variant, segment=segment)

    # Either side of each bot rule's limit, but for clicks without a view: who has no view is in no row anyway.
    for count in (800, 801):
        for index in range(count):
            add(f"steady-{count}", index * 100 + 1, "view" if index % 3 else "scroll")
    for count in (59, 60):
        for index in range(count):
            add(f"hasty-{count}", 3_600 + index, "view")
            add(f"over-two-minutes-{count}", 3_630 + index, "view")
        for index in range(20):
            add(f"hasty-{count}", 7_200 + index, "click")
    bot = "Mozilla/5.0 (compatible; Examplebot/2.25; +http://bot.example/25)"
    person = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"
    for name, agents in (("bot", [None, person, bot]), ("person", [None, person, person])):
        for index, agent in enumerate(agents):
            add(name, 100 * index, "view" if index == 0 else "scroll", user_agent=agent)
    # At the exposure's very instant is not before it.
    for slot in (None, "home-hero"):
        add("prompt", 50_000, "view")
        add("prompt", 50_000, "purchase", platform="web", slot=slot, revenue=1)
    random.shuffle(events)
    return events
