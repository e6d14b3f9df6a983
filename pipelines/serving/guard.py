"""Who may ask, and how much: the token, the rate of an address, and how many segments the log takes."""

from __future__ import annotations

import hashlib
import hmac
import math
import threading
import time
from collections import OrderedDict

from werkzeug.wrappers import Request

from settings import BLANKS, Settings


class Refused(Exception):
    """Who asks may not, or not now."""

    def __init__(self, status: int, message: str, headers: dict[str, str] | None = None):
        super().__init__(message)
        self.status, self.headers = status, headers or {}


class Guard:
    """Tells callers with the token from strangers."""

    def __init__(self, settings: Settings):
        self._settings = settings
        # Of one length, so that comparing takes as long for every guess.
        self._digest = hashlib.sha256(settings.token.encode("utf-8")).digest()
        self._rate = Rate(settings.rate)

    def admit(self, request: Request) -> bool:
        """Says whether a caller is trusted; raises Refused when it may not ask at all."""
        if not self._settings.token and self._settings.rate <= 0:
            return False
        if self._settings.token:
            given = self._given(request)
            # Whoever sends two must be right with both.
            if given and all([hmac.compare_digest(hashlib.sha256(one).digest(), self._digest) for one in given]):
                return True
            if given:
                raise Refused(403, "the token is another one")
            if not self._settings.strangers:
                remedy = "send the token as `Authorization: Bearer TOKEN` or as `X-API-Key: TOKEN`"
                raise Refused(401, f"this service asks for a token; {remedy}", {"WWW-Authenticate": "Bearer"})
        wait = self._rate.wait(request.remote_addr or "")
        if wait > 0:
            seconds = str(max(1, math.ceil(wait)))
            raise Refused(429, f"more than {self._settings.rate:g} requests a second; come back in {seconds} s", {"Retry-After": seconds})
        return False

    @staticmethod
    def _given(request: Request) -> list[bytes]:
        """The tokens that a request carries. Headers come as the bytes they are, shown as Latin-1."""
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        given = [token] if kind.lower() == "bearer" else []
        given += [key] if (key := request.headers.get("X-API-Key")) is not None else []
        return [one.strip(BLANKS).encode("latin-1", "replace") for one in given]


class Rate:
    """Requests a second of each address: a bucket that fills again (of a second's requests, at least one)."""

    ADDRESSES = 10_000
    # Seconds that nobody is told to wait longer than.
    LONGEST = 86_400.0

    def __init__(self, rate: float):
        self._rate = rate
        self._size = max(1.0, rate)
        self._lock = threading.Lock()
        # What was left of an address's bucket, and when; the address that was seen longest ago stands first.
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait(self, address: str, now: float | None = None) -> float:
        """Takes one request; the seconds until the next may come when there is none to take."""
        if self._rate <= 0:
            return 0
        now = time.monotonic() if now is None else now
        with self._lock:
            left, seen = self._buckets.pop(address, (self._size, now))
            left = min(self._size, left + (now - seen) * self._rate)
            wait = 0.0 if left >= 1 else min(self.LONGEST, (1 - left) / self._rate)
            self._buckets[address] = (left - 1 if wait == 0 else left, now)
            if len(self._buckets) > self.ADDRESSES:
                self._buckets.popitem(last=False)
        return wait


class Segments:
    """The segments of a day, up to a limit: each has rows of its own in every statistics file, and anybody can invent them."""

    def __init__(self, limit: int):
        self._limit = limit
        self._lock = threading.Lock()
        self._day = ""
        self._known: set[str] = set()
        # Events that were logged without their segment since the start.
        self.dropped = 0

    def keep(self, event: dict, day: str) -> None:
        """Takes an event's segment away when it is one too many."""
        segment = event.get("segment")
        if segment is None:
            return
        with self._lock:
            if day != self._day:
                self._day, self._known = day, set()
            if segment in self._known:
                return
            if len(self._known) < self._limit:
                self._known.add(segment)
                return
            self.dropped += 1
        del event["segment"]
