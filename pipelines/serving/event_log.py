"""The unified log of the day: one file for each process, lines whole whatever happens.

Files are `ROOT/date=YYYY-MM-DD/NAME-PID.jsonl`, which the pipeline's `events.paths` reads. Only one process ever writes to a file,
and each batch of lines is one write: a process that is killed leaves whole lines. Where a write could not be finished (a full
disk) the file is cut back to the last whole line, and the caller is told.
"""

from __future__ import annotations

import json
import os
import threading
from datetime import datetime
from zoneinfo import ZoneInfo


class EventLog:
    """Appends events to the file of their day, by the pipeline's timezone."""

    def __init__(self, root: str, timezone: str, name: str = "banners"):
        self._root = root
        self._zone = ZoneInfo(timezone)
        self._name = name
        self._lock = threading.Lock()
        self._date: str | None = None
        self._file: int | None = None

    def append(self, events: list[dict], now: datetime | None = None) -> None:
        """Writes events, each stamped with the time, in one piece. Raises OSError when they could not all be written."""
        now = (now or datetime.now(self._zone)).astimezone(self._zone)
        stamp = now.isoformat(timespec="microseconds")
        lines = "".join(
            json.dumps({"ts": stamp, **event}, ensure_ascii=False, separators=(",", ":")) + "\n" for event in events
        ).encode("utf-8", errors="replace")
        with self._lock:
            self._write(lines, now.date().isoformat())

    def close(self) -> None:
        with self._lock:
            self._close()

    def _write(self, lines: bytes, date: str) -> None:
        if date != self._date:
            self._open(date)
        start = os.fstat(self._file).st_size
        rest = memoryview(lines)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            os.ftruncate(self._file, start)
            raise

    def _open(self, date: str) -> None:
        self._close()
        folder = os.path.join(self._root, f"date={date}")
        os.makedirs(folder, exist_ok=True)
        path = os.path.join(folder, f"{self._name}-{os.getpid()}.jsonl")
        self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._date = date
        # A process that had this number before may have been stopped by a machine that lost power in the middle of a line.
        size = os.fstat(self._file).st_size
        if size > 0 and os.pread(self._file, 1, size - 1) != b"\n":
            os.write(self._file, b"\n")

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = self._date = None
