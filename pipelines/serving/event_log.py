"""The unified log of the day: one file for each process, which nobody else writes to.

Files are `ROOT/date=YYYY-MM-DD/NAME-HOST-PID-TOKEN.jsonl`, which the pipeline's `events.paths` reads: the name is one that no other
process, container or machine has. A batch of lines is one write. Where a write could not be finished (a full disk) the file is cut
back to the last whole line, and the caller is told. A process killed in the middle of a write may leave a part of a line at the end
of its file, of a request that was never answered; who opens the day next cuts it off, for a file belongs to whoever locks it.
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import socket
import stat
import threading
from datetime import datetime
from zoneinfo import ZoneInfo


_encode = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


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
        lines = "".join(_encode({"ts": stamp, **event}) + "\n" for event in events).encode("utf-8")
        with self._lock:
            self._write(lines, now.date().isoformat())

    def close(self) -> None:
        """Closes the file; the next event opens another."""
        with self._lock:
            self._close()

    def mend(self, date: str) -> None:
        """Cuts the files of a day whose writers are gone back to their last whole line. It follows no links: who may write to the
        folder, and to nothing else, could make it cut any file that the service may write to."""
        try:
            folder = os.open(self._folder(date), os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            return
        try:
            for name in os.listdir(folder):
                if name.startswith(f"{self._name}-") and name.endswith(".jsonl"):
                    self._mend(name, folder)
        finally:
            os.close(folder)

    @staticmethod
    def _mend(name: str, folder: int) -> None:
        try:
            # A pipe of that name would not be waited for.
            file = os.open(name, os.O_RDWR | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=folder)
        except OSError:
            return
        try:
            state = os.fstat(file)
            # A file with a second name is somebody else's too.
            if stat.S_ISREG(state.st_mode) and state.st_nlink == 1:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                _cut_torn_line(file)
        except OSError:
            # Somebody is writing to it, or it is not ours to mend.
            pass
        finally:
            os.close(file)

    def _folder(self, date: str) -> str:
        return os.path.join(self._root, f"date={date}")

    def _write(self, lines: bytes, date: str) -> None:
        state = None if date != self._date else os.fstat(self._file)
        # A file that was taken away would swallow what is written to it.
        if state is None or state.st_nlink == 0:
            self._open(date)
            state = os.fstat(self._file)
        rest = memoryview(lines)
        try:
            while rest:
                rest = rest[os.write(self._file, rest) :]
        except OSError:
            os.ftruncate(self._file, state.st_size)
            raise

    def _open(self, date: str) -> None:
        self._close()
        os.makedirs(self._folder(date), exist_ok=True)
        self.mend(date)
        name = f"{self._name}-{socket.gethostname()}-{os.getpid()}-{secrets.token_hex(4)}.jsonl"
        path = os.path.join(self._folder(date), name)
        file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o644)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._file, self._date = file, date

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
        self._file = self._date = None


def _cut_torn_line(file: int) -> None:
    """Cuts a file behind its last line feed."""
    size = end = os.fstat(file).st_size
    while end > 0:
        start = max(0, end - 65_536)
        piece = os.pread(file, end - start, start)
        found = piece.rfind(b"\n")
        if found >= 0:
            end = start + found + 1
            break
        end = start
    if end < size:
        os.ftruncate(file, end)
