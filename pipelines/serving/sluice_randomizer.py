"""Sluice's randomizer from Python: the C interface of libSluiceRandomizer.so by ctypes.

    host = Host("/var/lib/sluice/state")
    host.watch(10)
    shown = host.assign("web", "home-hero", visitor="v-1", segment="Pune")
    shown.variant, shown.propensity

A host may be used by all threads at once. It does not outlive a fork: open it in the worker process.
"""

from __future__ import annotations

import ctypes
import json
import os
from dataclasses import dataclass
from typing import Iterable

INTERFACE_VERSION = 1
LOADED, OK = 1, 0
INVALID, NO_TABLE, UNKNOWN_SLOT, NONE_ALLOWED, TOO_SMALL, REFUSED, NO_THREAD = range(-1, -8, -1)


class RandomizerError(Exception):
    """The library did not do what it was asked for."""


class NoTable(RandomizerError):
    """No table is in service yet; `Host.status().fault` says why."""


class UnknownSlot(RandomizerError):
    """The table has no such platform and slot."""


class NoneAllowed(RandomizerError):
    """No allowed variant has traffic."""


class _Text(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_char_p), ("count", ctypes.c_size_t)]

    @classmethod
    def of(cls, text: str) -> _Text:
        encoded = text.encode("utf-8")
        return cls(encoded, len(encoded))


class _Request(ctypes.Structure):
    _fields_ = [
        ("platform", _Text),
        ("slot", _Text),
        ("segment", _Text),
        ("visitor", _Text),
        ("allowed", ctypes.POINTER(_Text)),
        ("allowed_count", ctypes.c_size_t),
    ]


class _Assignment(ctypes.Structure):
    _fields_ = [
        ("variant", ctypes.c_char_p),
        ("variant_capacity", ctypes.c_size_t),
        ("variant_count", ctypes.c_size_t),
        ("propensity", ctypes.c_double),
        ("date", ctypes.c_char * 11),
        ("has_own_group", ctypes.c_uint8),
    ]


class _Status(ctypes.Structure):
    _fields_ = [
        ("date", ctypes.c_char * 11),
        ("is_watching", ctypes.c_uint8),
        ("loaded_at", ctypes.c_double),
        ("checked_at", ctypes.c_double),
        ("loads", ctypes.c_uint64),
        ("refusals", ctypes.c_uint64),
        ("fault", ctypes.c_char * 512),
    ]


@dataclass(frozen=True)
class Assignment:
    """What a visitor is shown."""

    variant: str
    # The probability of this assignment: the variant's share of the allowed variants' traffic; an allowed control keeps its own.
    propensity: float
    # The day of the table, YYYY-MM-DD.
    date: str
    # Whether the segment has a group of its own in the table.
    has_own_group: bool


@dataclass(frozen=True)
class Status:
    """How a host is."""

    date: str | None
    is_watching: bool
    # Seconds since 1970, or None for never.
    loaded_at: float | None
    checked_at: float | None
    loads: int
    refusals: int
    # Why what lies on disk is not in service; None when it is.
    fault: str | None


def _library(path: str | None) -> ctypes.CDLL:
    """Loads the library: from `path`, from SLUICE_RANDOMIZER_LIBRARY, or by name from where the system looks."""
    library = ctypes.CDLL(path or os.environ.get("SLUICE_RANDOMIZER_LIBRARY") or "libSluiceRandomizer.so")
    signatures = {
        "sluice_version": ([], ctypes.c_int32),
        "sluice_host_open": ([ctypes.c_char_p, ctypes.c_char_p], ctypes.c_void_p),
        "sluice_host_close": ([ctypes.c_void_p], None),
        "sluice_host_refresh": ([ctypes.c_void_p], ctypes.c_int32),
        "sluice_host_watch": ([ctypes.c_void_p, ctypes.c_double], ctypes.c_int32),
        "sluice_host_status": ([ctypes.c_void_p, ctypes.POINTER(_Status)], ctypes.c_int32),
        "sluice_assign": (
            [ctypes.c_void_p, ctypes.POINTER(_Request), ctypes.POINTER(_Assignment)],
            ctypes.c_int32,
        ),
        "sluice_explain": (
            [
                ctypes.c_void_p,
                ctypes.POINTER(_Request),
                ctypes.c_char_p,
                ctypes.c_size_t,
                ctypes.POINTER(ctypes.c_size_t),
            ],
            ctypes.c_int32,
        ),
    }
    for name, (arguments, result) in signatures.items():
        function = getattr(library, name)
        function.argtypes, function.restype = arguments, result
    version = library.sluice_version()
    if version != INTERFACE_VERSION:
        raise RandomizerError(f"libSluiceRandomizer.so speaks interface {version}, this module {INTERFACE_VERSION}")
    return library


def _check(code: int) -> int:
    if code >= 0:
        return code
    kind = {NO_TABLE: NoTable, UNKNOWN_SLOT: UnknownSlot, NONE_ALLOWED: NoneAllowed}.get(code, RandomizerError)
    raise kind(
        {
            INVALID: "an argument is not legal",
            NO_TABLE: "no table is in service",
            UNKNOWN_SLOT: "the table has no such platform and slot",
            NONE_ALLOWED: "no allowed variant has traffic",
            TOO_SMALL: "the answer does not fit",
            REFUSED: "what lies on disk is not fit for service",
            NO_THREAD: "the system gives no thread",
        }.get(code, f"error {code}")
    )


class Host:
    """The table in service of a state directory, of its `allocations`, or of one table's directory."""

    def __init__(self, path: str, pipeline: str | None = None, library: str | None = None):
        self._library = _library(library)
        self._host = self._library.sluice_host_open(
            os.fsencode(path), None if pipeline is None else pipeline.encode("utf-8")
        )
        if not self._host:
            raise RandomizerError(f"{path} cannot be opened: the path is not UTF-8")

    def close(self) -> None:
        """Ends the host: the last thing that is done with it."""
        host, self._host = self._host, None
        self._library.sluice_host_close(host)

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def refresh(self) -> bool:
        """Looks for a new table now; True when one came into service. One that is not fit raises, and the last one stays."""
        return _check(self._library.sluice_host_refresh(self._host)) == LOADED

    def watch(self, seconds: float) -> None:
        """Looks for a new table every so many seconds, on a thread of the library's own; 0 ends it."""
        _check(self._library.sluice_host_watch(self._host, seconds))

    def status(self) -> Status:
        """How the host is, for health checks."""
        status = _Status()
        _check(self._library.sluice_host_status(self._host, ctypes.byref(status)))
        return Status(
            date=status.date.decode() or None,
            is_watching=bool(status.is_watching),
            loaded_at=status.loaded_at or None,
            checked_at=status.checked_at or None,
            loads=status.loads,
            refusals=status.refusals,
            fault=status.fault.decode("utf-8", errors="replace") or None,
        )

    def assign(
        self, platform: str, slot: str, visitor: str, segment: str = "", allowed: Iterable[str] | None = None
    ) -> Assignment:
        """Says what a visitor is shown; `allowed` are the variants that can be shown here and now (None: all)."""
        request = self._request(platform, slot, visitor, segment, allowed)
        capacity = 256
        while True:
            memory = ctypes.create_string_buffer(capacity)
            answer = _Assignment(ctypes.cast(memory, ctypes.c_char_p), capacity)
            code = self._library.sluice_assign(self._host, ctypes.byref(request), ctypes.byref(answer))
            if code == TOO_SMALL:
                capacity = answer.variant_count + 1
                continue
            _check(code)
            return Assignment(
                variant=memory.raw[: answer.variant_count].decode("utf-8"),
                propensity=answer.propensity,
                date=answer.date.decode(),
                has_own_group=bool(answer.has_own_group),
            )

    def explain(self, platform: str, slot: str, visitor: str, segment: str = "") -> dict:
        """Says why a visitor is shown what it is: the table's date, what the holdout decided, and all arms in the visitor's order."""
        request = self._request(platform, slot, visitor, segment, None)
        capacity, count = 4096, ctypes.c_size_t()
        while True:
            memory = ctypes.create_string_buffer(capacity)
            code = self._library.sluice_explain(
                self._host, ctypes.byref(request), memory, capacity, ctypes.byref(count)
            )
            if code == TOO_SMALL:
                capacity = count.value + 1
                continue
            _check(code)
            return json.loads(memory.raw[: count.value])

    @staticmethod
    def _request(platform, slot, visitor, segment, allowed) -> _Request:
        request = _Request(_Text.of(platform), _Text.of(slot), _Text.of(segment), _Text.of(visitor))
        if allowed is not None:
            texts = [_Text.of(variant) for variant in allowed]
            # An empty list is not the same as none: a pointer that is not NULL says so.
            request.allowed = (_Text * max(1, len(texts)))(*texts)
            request.allowed_count = len(texts)
        return request
