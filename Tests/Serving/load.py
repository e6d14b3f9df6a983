#!/usr/bin/env python3
"""The load that the service holds, beside a route that returns a constant, while tables are swapped.

    python load.py LIBRARY [--seconds 10] [--turns 3] [--swaps 10000] [--least 0.6]

Both services run in gunicorn with two workers of four threads, one after another, and are asked by eight connections of two processes that
do nothing else. While ours is asked `current` moves to another table once a second; then, still being asked, it moves `--swaps` times as
fast as workers take tables up (they look every 5 ms). No answer may be an error, and every one is by a table that was published. At the end
every view that was answered must stand in the log, once.

Exit: 0 when no answer was wrong and, with --least, when ours makes that part of the constant's requests a second.
"""

from __future__ import annotations

import argparse
import glob
import json
import multiprocessing
import os
import socket
import sys
import tempfile
import threading
import time

from support import BROWSER, Service, check, point, publish

CONNECTIONS, PROCESSES = 4, 2
DATES = ["2026-11-21", "2026-11-22"]
ROWS = [f"web,home-hero,*,banner-{arm},0.1,{'control' if arm == 0 else 'active'}" for arm in range(10)]
CATALOGUE = {"platforms": {"web": {"slots": {"home-hero": {"banners": {f"banner-{arm}": {"title": f"Banner {arm}"} for arm in range(10)}}}}}}
CONSTANT = '''
from flask import Flask, jsonify
app = Flask(__name__)

@app.get("/v1/banner")
def banner():
    return jsonify(variant="banner-1", propensity=0.1, table="2026-11-21", segment="*", banner={"title": "Banner 1"})

@app.get("/healthz")
def health():
    return jsonify(table="2026-11-21")
'''


class Connection:
    """One keep-alive connection that reads no more of an answer than its status and its length."""

    def __init__(self, port: int):
        self._port = port
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=30)

    def ask(self, request: bytes) -> tuple[int, bytes]:
        self._socket.sendall(request)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._more()
        head = answer[:end].lower()
        start = head.index(b"content-length: ") + 16
        count = end + 4 + int(head[start:].split(b"\r\n", 1)[0])
        while len(answer) < count:
            answer += self._more()
        return int(head[9:12]), answer[end + 4 :]

    def _more(self) -> bytes:
        piece = self._socket.recv(65_536)
        if not piece:
            raise ConnectionError("the service closed the connection")
        return piece


def crowd(port: int, name: str, stop: multiprocessing.synchronize.Event, results: multiprocessing.Queue) -> None:
    """Asks by several connections until it is told to stop; each visitor once."""
    latencies: list[float] = []
    faults: list[str] = []
    answered: list[str] = []
    tables: set[str] = set()

    def come(number: int) -> None:
        connection, count = Connection(port), 0
        while not stop.is_set():
            visitor = f"{name}-{number}-{count}"
            request = f"GET /v1/banner?platform=web&slot=home-hero&visitor={visitor}&segment=Pune HTTP/1.1\r\nHost: localhost\r\nUser-Agent: {BROWSER}\r\n\r\n"
            begin = time.perf_counter()
            try:
                status, body = connection.ask(request.encode())
            except (OSError, ValueError) as error:
                faults.append(repr(error))
                connection = Connection(port)
                continue
            latencies.append(time.perf_counter() - begin)
            count += 1
            if status != 200:
                faults.append(f"{status} {body[:200]!r}")
                continue
            answered.append(visitor)
            tables.add(json.loads(body)["table"])

    threads = [threading.Thread(target=come, args=(number,)) for number in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    results.put((latencies, faults, answered, tables))


class Load:
    """Crowds that ask until they are told to stop."""

    def __init__(self, port: int, name: str):
        context = multiprocessing.get_context("fork")
        self._stop, self._results = context.Event(), context.Queue()
        self._begin = time.perf_counter()
        self._processes = [
            context.Process(target=crowd, args=(port, f"{name}{number}", self._stop, self._results)) for number in range(PROCESSES)
        ]
        for process in self._processes:
            process.start()

    def end(self) -> None:
        self._stop.set()
        self.latencies: list[float] = []
        self.faults: list[str] = []
        self.answered: set[str] = set()
        self.tables: set[str] = set()
        for _ in self._processes:
            latencies, faults, answered, tables = self._results.get()
            self.latencies += latencies
            self.faults += faults
            self.answered |= set(answered)
            self.tables |= tables
        self.rate = len(self.latencies) / (time.perf_counter() - self._begin)
        self.latencies.sort()
        for process in self._processes:
            process.join()

    def percentile(self, part: float) -> float:
        """In milliseconds."""
        return self.latencies[min(len(self.latencies) - 1, int(len(self.latencies) * part))] * 1000


def logged(folder: str) -> dict[str, int]:
    """How often each visitor's view stands in the log."""
    views: dict[str, int] = {}
    for path in glob.glob(f"{folder}/events/date=*/*.jsonl"):
        with open(path, encoding="utf-8") as file:
            for line in file:
                visitor = json.loads(line)["visitor"]
                views[visitor] = views.get(visitor, 0) + 1
    return views


def measure(folder: str, options: argparse.Namespace) -> None:
    for date in reversed(DATES):
        publish(f"{folder}/state", date, ROWS, {"web/home-hero": "site"})
    with open(f"{folder}/catalogue.json", "w", encoding="utf-8") as file:
        json.dump(CATALOGUE, file)
    with open(f"{folder}/constant.py", "w", encoding="utf-8") as file:
        file.write(CONSTANT)
    rates: dict[str, list[float]] = {"constant": [], "ours": []}
    tails: dict[str, list[float]] = {"constant": [], "ours": []}
    answered: set[str] = set()
    # In turns, so that what else the machine does meets both.
    for turn in range(options.turns):
        with Service(folder, options.library, workers=2, threads=4, program="constant:app", chdir=folder) as service:
            service.wait()
            load = Load(service.port, f"constant{turn}-")
            time.sleep(options.seconds)
            load.end()
            check(not load.faults, f"the constant is answered: {load.faults[:3]}")
            rates["constant"].append(load.rate)
            tails["constant"].append(load.percentile(0.99))
        with Service(folder, options.library, workers=2, threads=4) as service:
            service.wait()
            load = Load(service.port, f"turn{turn}-")
            for second in range(options.seconds):
                point(f"{folder}/state", DATES[(second + 1) % 2])
                time.sleep(1)
            load.end()
            check(not load.faults, f"no answer is an error: {len(load.faults)}: {load.faults[:3]}")
            check(load.tables <= set(DATES), f"tables that were published: {load.tables}")
            rates["ours"].append(load.rate)
            tails["ours"].append(load.percentile(0.99))
            answered |= load.answered
    part = sum(rates["ours"]) / sum(rates["constant"])
    for name in rates:
        print(f"{name}: {max(rates[name]):,.0f} requests a second, p99 {min(tails[name]):.1f} ms (best of {options.turns})")
    print(f"ours makes {part:.0%} of the constant's requests a second, with a view logged for each and a table swap every second")
    with Service(folder, options.library, workers=2, threads=4, interval="0.005") as service:
        service.wait()
        load = Load(service.port, "swaps-")
        begin = time.perf_counter()
        for swap in range(options.swaps):
            point(f"{folder}/state", DATES[swap % 2])
            # Longer than a worker needs to look, so that most are taken up.
            time.sleep(0.008)
        seconds = time.perf_counter() - begin
        load.end()
        health = json.loads(Connection(service.port).ask(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")[1])
        check(not load.faults, f"no answer is an error: {len(load.faults)}: {load.faults[:3]}")
        check(load.tables <= set(DATES) and health["refusals"] == 0, f"every table is fit for service: {load.tables} {health}")
        answered |= load.answered
    print(f"{options.swaps:,} swaps in {seconds:.0f} s, {health['loads']:,} taken up by a worker, among {len(load.latencies):,} answers: no error")
    views = logged(folder)
    check(set(views) == answered and set(views.values()) == {1}, f"every view that was answered stands in the log once: {len(views)} of {len(answered)}")
    print(f"{len(views):,} views answered, {len(views):,} in the log")
    if options.least:
        check(part >= options.least, f"{part:.0%} is less than {options.least:.0%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("library", type=os.path.abspath)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--swaps", type=int, default=10_000)
    parser.add_argument("--least", type=float, default=0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        measure(folder, options)


if __name__ == "__main__":
    main()
