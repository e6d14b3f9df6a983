#!/usr/bin/env python3
"""The whole loop, as a site would run it: serve, log, learn overnight, serve by the new table without a restart.

    python end_to_end.py SLUICE LIBRARY

The service runs in gunicorn with four workers. Ten thousand visitors come, see banners and click; what is in the log is compared with
what they were answered, event by event. Then the nightly job runs on that log, the service picks up its table, and ten thousand more
visitors must come in its shares, and the control must have the visitors that it had. Workers are killed in between, and every line of
the log must still be whole.

Exit: 0 when all held, 1 with what did not.
"""

from __future__ import annotations

import collections
import csv
import glob
import http.client
import json
import math
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.parse
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

HERE = os.path.dirname(os.path.abspath(__file__))
SERVING = os.path.join(HERE, "..", "..", "pipelines", "serving")
sys.path.insert(0, SERVING)

from sluice_randomizer import Host  # noqa: E402
from support import ZONE, Client, Service, check  # noqa: E402

VISITORS = 10_000
THREADS = 8
CONTROL = "plain"
CLICK_RATES = {"autumn": 0.10, "winter": 0.40, "festive": 0.12, "monsoon": 0.08, CONTROL: 0.05}
CATALOGUE = {
    "platforms": {
        "web": {
            "slots": {
                "home-hero": {"banners": {name: {"title": name} for name in CLICK_RATES}},
                "footer": {"banners": {"old": {"title": "old", "valid_until": "2020-01-01"}}},
            }
        },
        "app": {"slots": {"feed": {"banners": {"one": {"title": "one"}}}}},
    }
}
CONFIGURATION = {
    "pipeline": "serving-test",
    "timezone": ZONE,
    "bots": {"eventsPerMinute": 1000},
    "experiments": [
        {
            "platform": "web",
            "slot": "home-hero",
            "variants": sorted(set(CLICK_RATES) - {CONTROL}),
            "control": {"variant": CONTROL, "traffic": 0.05},
            "holdout": "site",
        },
        {"platform": "web", "slot": "footer", "variants": ["old", "new"]},
    ],
}


class Crowd:
    """Visitors who come by several connections, and what they were answered."""

    def __init__(self, port: int, prefix: str):
        self.shown: collections.Counter = collections.Counter()
        self.clicks: collections.Counter = collections.Counter()
        self.tables: set[str] = set()
        # The kind of event and the visitor of everything that was answered with 2xx.
        self.answered: set[tuple[str, str]] = set()
        self.lost = 0
        self._port = port
        self._prefix = prefix
        self._lock = threading.Lock()

    def come(self, count: int, may_fail: bool = False) -> None:
        faults: list[BaseException] = []

        def some(first: int) -> None:
            try:
                self._come(range(first, count, THREADS), may_fail)
            except BaseException as error:
                faults.append(error)

        threads = [threading.Thread(target=some, args=(number,)) for number in range(THREADS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if faults:
            raise faults[0]

    def _come(self, numbers: range, may_fail: bool) -> None:
        client = Client(self._port)
        chance = random.Random(f"{self._prefix}{numbers.start}")
        for number in numbers:
            visitor = f"{self._prefix}-{number}"
            try:
                if number % 3 == 0:
                    # Every third asks by OpenFeature's protocol.
                    context = {"targetingKey": visitor, "segment": "Nowhere"}
                    question = {"context": context, "metadata": {"log": True}}
                    status, answer = client.ask("POST", "/ofrep/v1/evaluate/flags/web/home-hero", question)
                    table = answer.get("metadata", {}).get("table")
                else:
                    status, answer = client.banner(platform="web", slot="home-hero", visitor=visitor, segment="Nowhere")
                    table = answer.get("table")
                check(status == 200 and table is not None, f"a visitor is shown something: {status} {answer}")
                variant = answer["variant"]
                with self._lock:
                    self.shown[variant] += 1
                    self.tables.add(table)
                    self.answered.add(("view", visitor))
                if chance.random() >= CLICK_RATES[variant]:
                    continue
                click = {"type": "click", "visitor": visitor, "platform": "web", "slot": "home-hero", "variant": variant}
                status, answer = client.ask("POST", "/v1/events", click)
                check(status == 201 and answer == {"recorded": 1}, f"a click is recorded: {status} {answer}")
                with self._lock:
                    self.clicks[variant] += 1
                    self.answered.add(("click", visitor))
            except (OSError, http.client.HTTPException):
                if not may_fail:
                    raise
                with self._lock:
                    self.lost += 1


def held(folder: str, library: str) -> set[str]:
    """The visitors that the table in force shows the control, by the binding that the service uses."""
    found = set()
    with Host(f"{folder}/state", library=library) as host:
        for number in range(VISITORS):
            visitor = f"first-{number}"
            if host.assign("web", "home-hero", visitor).variant == CONTROL:
                found.add(visitor)
            if number % 100 == 0:
                holdout = host.explain("web", "home-hero", visitor)["holdout"]
                check(holdout["name"] == "site" and holdout["is_held"] == (visitor in found), f"it is explained: {holdout}")
                some = host.assign("web", "home-hero", visitor, allowed=["winter", CONTROL])
                check((some.variant == CONTROL) == (visitor in found), "a banner that runs out sends nobody to the control")
                check(abs(some.propensity - (0.05 if some.variant == CONTROL else 0.95)) < 1e-12, f"propensity: {some}")
    return found


def lines(folder: str, may_be_torn: bool = False) -> list[dict]:
    """Returns every line of the log; each must be whole."""
    events = []
    for path in glob.glob(f"{folder}/events/date=*/*.jsonl"):
        with open(path, "rb") as file:
            content = file.read()
        # Only who was killed in the middle of a write leaves a part of a line, and nobody was answered for it.
        check(may_be_torn or content.endswith(b"\n") or not content, f"{path} ends in a whole line")
        events += [json.loads(line) for line in content[: content.rfind(b"\n") + 1].splitlines()]
    return events


def count(events: list[dict], kind: str, prefix: str) -> collections.Counter:
    return collections.Counter(
        event["variant"] for event in events if event["type"] == kind and event["visitor"].startswith(prefix + "-")
    )


def chi_squared_limit(degrees: int) -> float:
    """The χ² that chance passes once in a million times (Wilson and Hilferty 1931)."""
    spread = 2 / (9 * degrees)
    return degrees * (1 - spread + 4.753 * math.sqrt(spread)) ** 3


def check_answers(port: int) -> None:
    """What is asked wrongly is answered helpfully."""
    client = Client(port)
    status, answer = client.banner(platform="web", slot="nowhere", visitor="v")
    check(status == 404 and "home-hero" in answer["slots"], f"an unknown slot: {status} {answer}")
    status, answer = client.banner(platform="tv", slot="home-hero", visitor="v")
    check(status == 404 and "slots" not in answer, f"an unknown platform says nothing of others: {status} {answer}")
    status, answer = client.banner(platform="app", slot="home-hero", visitor="v")
    check(status == 404 and answer["slots"] == ["feed"], f"platforms are apart: {status} {answer}")
    status, answer = client.banner(platform="app", slot="feed", visitor="v")
    check(status == 404 and "does not declare" in answer["error"], f"a slot without a table: {status} {answer}")
    status, answer = client.banner(platform="web", slot="footer", visitor="v")
    check(status == 404 and "valid now" in answer["error"], f"no valid banner: {status} {answer}")
    for fields in ({"slot": "home-hero", "visitor": "v"}, {"platform": "web", "slot": "home-hero"}):
        status, answer = client.banner(**fields)
        check(status == 400 and "missing" in answer["error"], f"a missing field: {status} {answer}")
    status, _ = client.banner(platform="web", slot="home-hero", visitor="v" * 1000)
    check(status == 400, "an endless visitor")
    click = {"type": "click", "visitor": "bad-1", "platform": "web", "slot": "home-hero", "variant": "winter"}
    for body in (
        b"{",
        b"[]",
        b"7",
        {"type": "view", "visitor": "bad-1"},
        click | {"visitor": ""},
        click | {"colour": "red"},
        click | {"revenue": 3},
        {"type": "purchase", "platform": "web", "visitor": "bad-1", "revenue": "much"},
        b'{"type":"purchase","platform":"web","visitor":"bad-1","revenue":NaN}',
        b'{"type":"purchase","platform":"web","visitor":"bad-1","revenue":1' + b"0" * 400 + b"}",
        b"[" * 400_000,
        {"type": "purchase", "visitor": "bad-1"},
        [click, {"type": "click"}],
    ):
        status, answer = client.ask("POST", "/v1/events", body)
        check(status == 400 and answer["error"], f"{body!r}: {status} {answer}")
    status, answer = client.ask("POST", "/v1/events", [click, click | {"slot": "nowhere"}])
    check(status == 404 and "event 1" in answer["error"], f"an event of an unknown slot: {status} {answer}")


def run(folder: str, sluice: str, library: str) -> None:
    today = datetime.now(ZoneInfo(ZONE)).date()
    if datetime.now(ZoneInfo(ZONE)).hour == 23 and datetime.now(ZoneInfo(ZONE)).minute > 50:
        # The test is about one day's log.
        print("serving: waiting for the next day, in at most ten minutes", flush=True)
        time.sleep(11 * 60)
        today = datetime.now(ZoneInfo(ZONE)).date()

    def night(date) -> int:
        command = [sluice, "run", "--config", f"{folder}/pipeline.json5", "--state", f"{folder}/state", "--quiet", "--accept"]
        return subprocess.run(command + ["--date", str(date)], check=False, stderr=subprocess.DEVNULL).returncode

    with open(f"{folder}/catalogue.json", "w", encoding="utf-8") as file:
        json.dump(CATALOGUE, file)
    configuration = CONFIGURATION | {"events": {"paths": [f"{folder}/events/date={{date}}/*.jsonl"]}}
    with open(f"{folder}/pipeline.json5", "w", encoding="utf-8") as file:
        json.dump(configuration, file)
    check(night(today - timedelta(days=1)) == 66, "a night without data publishes equal shares")

    service = Service(folder, library)
    try:
        service.wait()
        check_answers(service.port)
        health = Client(service.port).ask("GET", "/healthz")[1]
        expected = [
            "the table has no app/feed: its banners are not shown",
            "web/footer has no banner 'new': its visitors see others",
        ]
        check(health["mismatches"] == expected, f"catalogue and table differ as they were made to: {health['mismatches']}")
        first = Crowd(service.port, "first")
        first.come(VISITORS)
        check(first.tables == {str(today)}, f"the first table serves: {first.tables}")
        events = lines(folder)
        check(count(events, "view", "first") == first.shown, "the views in the log are those that were answered")
        check(count(events, "click", "first") == first.clicks, "the clicks in the log are those that were sent")
        check(not any(event["visitor"].startswith("bad-") for event in events), "what was refused is not in the log")
        check(len(events) == sum(first.shown.values()) + sum(first.clicks.values()), "nothing else is in the log")

        before = held(folder, library)
        check(len(before) == first.shown[CONTROL], "the service shows the control to its visitors")
        check(night(today) == 0, "the night learns from the log")
        check(held(folder, library) == before, "the night moves nobody into the control or out of it")
        with open(f"{folder}/state/statistics/date={today}/statistics.csv", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        for variant in CLICK_RATES:
            own = [row for row in rows if row["variant"] == variant and row["slot"] == "home-hero"]
            check(sum(int(row["visitors"]) for row in own) == first.shown[variant], f"visitors of {variant}")
            check(sum(int(row["clickers"]) for row in own) == first.clicks[variant], f"clickers of {variant}")

        tomorrow = str(today + timedelta(days=1))
        deadline = time.monotonic() + 20
        seen: collections.Counter = collections.Counter()
        while time.monotonic() < deadline and seen[tomorrow] < 40:
            # A new connection may reach any worker.
            seen[Client(service.port).ask("GET", "/healthz")[1]["table"]] += 1
            if str(today) in seen:
                seen.clear()
                time.sleep(0.2)
        check(seen[tomorrow] >= 40, f"all workers serve the new table without a restart: {seen}")
        # A worker that was not asked has looked again by now.
        time.sleep(1)

        second = Crowd(service.port, "second")
        second.come(VISITORS)
        check(second.tables == {tomorrow}, f"the new table serves: {second.tables}")
        with open(f"{folder}/state/current/allocation.csv", encoding="utf-8") as file:
            traffic = {
                row["variant"]: float(row["traffic"])
                for row in csv.DictReader(file)
                if row["slot"] == "home-hero" and row["segment"] == "*"
            }
        check(traffic["winter"] > 0.85, f"the best variant leads: {traffic}")
        distance = sum(
            (second.shown[variant] - VISITORS * share) ** 2 / (VISITORS * share)
            for variant, share in traffic.items()
            if share > 0
        )
        limit = chi_squared_limit(len(traffic) - 1)
        check(distance < limit, f"visitors come in the table's shares: χ² {distance:.1f}, limit {limit:.1f}")

        def kill() -> None:
            for _ in range(5):
                time.sleep(0.3)
                os.kill(random.choice(service.workers()), signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        third = Crowd(service.port, "third")
        third.come(VISITORS // 5, may_fail=True)
        killer.join()
        events = lines(folder, may_be_torn=True)
        written = {(event["type"], event["visitor"]) for event in events}
        lost = third.answered - written
        check(len(third.answered) > VISITORS // 5 and not lost, f"what was answered is in the log: {len(lost)} events are not")
        print(
            f"serving: {len(events)} lines of {VISITORS * 2 + VISITORS // 5} visitors, all whole; "
            f"winter {first.shown['winter'] / VISITORS:.0%} -> {second.shown['winter'] / VISITORS:.0%} "
            f"(table {traffic['winter']:.1%}, χ² {distance:.1f} of {limit:.1f}); {third.lost} requests lost to five kills"
        )
    finally:
        service.stop()


def main() -> None:
    if len(sys.argv) != 3:
        sys.exit(f"usage: {sys.argv[0]} SLUICE LIBRARY")
    sluice, library = map(os.path.abspath, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        try:
            run(folder, sluice, library)
        except BaseException:
            log = f"{folder}/gunicorn.log"
            if os.path.exists(log):
                with open(log, encoding="utf-8", errors="replace") as file:
                    sys.stderr.write(file.read()[-3000:])
            raise


main()
