"""What the tests of the service share: the service in gunicorn, a client, and tables that are published by hand."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.parse

import xxhash

HERE = os.path.dirname(os.path.abspath(__file__))
SERVING = os.path.join(HERE, "..", "..", "pipelines", "serving")
ZONE = "Asia/Kolkata"
BROWSER = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"


def check(holds: bool, text: str) -> None:
    if not holds:
        raise SystemExit(f"not so: {text}")


class Client:
    """One keep-alive connection."""

    def __init__(self, port: int):
        self._port = port
        self._connection: http.client.HTTPConnection | None = None

    def ask(self, method: str, path: str, body=None, headers: dict[str, str] | None = None) -> tuple[int, dict]:
        status, answer, _ = self.exchange(method, path, body, headers)
        return status, answer

    def exchange(self, method: str, path: str, body=None, headers=None) -> tuple[int, dict, http.client.HTTPMessage]:
        """The same with the answer's headers."""
        if self._connection is None:
            self._connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        text = None if body is None else body if isinstance(body, bytes) else json.dumps(body)
        try:
            fixed = {"User-Agent": BROWSER, "Content-Type": "application/json"}
            self._connection.request(method, path, text, fixed | (headers or {}))
            answer = self._connection.getresponse()
            read = answer.read()
            return answer.status, json.loads(read) if read else {}, answer.headers
        except (OSError, http.client.HTTPException):
            self._connection.close()
            self._connection = None
            raise

    def banner(self, **fields) -> tuple[int, dict]:
        return self.ask("GET", "/v1/banner?" + urllib.parse.urlencode(fields))


class Service:
    """The service in gunicorn, on a port of its own."""

    def __init__(self, folder: str, library: str, workers: int = 4, threads: int = 2, program: str = "service:create_app()", chdir: str = SERVING, **settings: str):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        environment = os.environ | {
            "SLUICE_STATE": f"{folder}/state",
            "SLUICE_CATALOGUE": f"{folder}/catalogue.json",
            "SLUICE_EVENTS": f"{folder}/events",
            "SLUICE_TIMEZONE": ZONE,
            "SLUICE_INTERVAL": "0.2",
            "SLUICE_RANDOMIZER_LIBRARY": library,
            # gunicorn leaves a socket there.
            "HOME": folder,
            **{f"SLUICE_{name.upper()}": value for name, value in settings.items()},
        }
        self._errors = open(f"{folder}/gunicorn.log", "wb")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "--workers", str(workers), "--threads", str(threads), "--bind", f"127.0.0.1:{self.port}"]
            + ["--chdir", chdir, "--keep-alive", "60", program],
            env=environment,
            stdout=self._errors,
            stderr=self._errors,
        )

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_) -> None:
        self.stop()

    def wait(self, expected: int = 200) -> None:
        for _ in range(300):
            try:
                status, _ = Client(self.port).ask("GET", "/healthz")
                if status == expected:
                    return
            except (OSError, http.client.HTTPException):
                pass
            check(self._process.poll() is None, f"gunicorn runs: {self.log()}")
            time.sleep(0.1)
        check(False, f"the service is healthy within half a minute: {self.log()}")

    def workers(self) -> list[int]:
        with open(f"/proc/{self._process.pid}/task/{self._process.pid}/children", encoding="ascii") as file:
            return [int(number) for number in file.read().split()]

    def log(self) -> str:
        """The end of what it said."""
        with open(self._errors.name, encoding="utf-8", errors="replace") as file:
            return file.read()[-3000:]

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._errors.close()


def publish(state: str, date: str, rows: list[str], holdouts: dict[str, str] | None = None, pipeline: str = "banners") -> None:
    """Publishes a table as a night does: `rows` are `platform,slot,segment,variant,traffic,status`, holdouts are by `platform/slot`."""
    table = ("date,platform,slot,segment,variant,traffic,status\n" + "".join(f"{date},{row}\n" for row in rows)).encode()
    experiments = [
        dict(zip(("platform", "slot"), key.split("/"))) | {"holdout": name} for key, name in (holdouts or {}).items()
    ]
    manifest = {
        "format": "sluice-allocation/2", "date": date, "rows": len(rows), "bytes": len(table),
        "xxh64": xxhash.xxh64_hexdigest(table), "pipeline": pipeline, "experiments": experiments,
    }
    folder = f"{state}/allocations/date={date}"
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    with open(f"{folder}/allocation.csv", "wb") as file:
        file.write(table)
    with open(f"{folder}/manifest.json", "w", encoding="utf-8") as file:
        json.dump(manifest, file)
    point(state, date)


def point(state: str, date: str) -> None:
    """Moves `current` to a table that was published."""
    os.symlink(f"allocations/date={date}", f"{state}/current.new")
    os.rename(f"{state}/current.new", f"{state}/current")
