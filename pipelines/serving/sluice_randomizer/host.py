"""The table in service, kept up to date while requests come in."""

from __future__ import annotations

import ctypes
import functools
import itertools
import json
import os
from dataclasses import dataclass
from typing import Any, Iterable, Optional, Sequence

from .errors import NoTable, RandomizerError, TableRefused
from .library import LOADED, NO_TABLE, OK, REFUSED, TOO_SMALL, Answer, Arms, HostStatus, Request, Text, error_of, load
from .texts import Name, c_text, text_of, texts_of


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
    # Whether the visitor is pinned to the variant; leave its events out of what is learned from.
    is_override: bool = False
    # Whether the variant is the control of the visitor's group; None in a batch, which does not tell.
    is_control: Optional[bool] = None


@dataclass(frozen=True)
class Status:
    """How a host is."""

    date: Optional[str]
    is_watching: bool
    # Seconds since 1970, or None for never.
    loaded_at: Optional[float]
    checked_at: Optional[float]
    loads: int
    refusals: int
    # Why what lies on disk is not in service; None when it is.
    fault: Optional[str]


class Overrides:
    """Visitors pinned to variants, so that people who test see what they want to see. Fill it, then pass it with assignments."""

    def __init__(self, library: Optional[str] = None):
        self._library = load(library)
        self._pins = self._library.sluice_overrides_open()

    def pin(self, visitor: Name, platform: Name, slot: Name, variant: Name) -> None:
        """Pins a visitor to a variant of a slot, in place of an earlier pin there. Without effect where a table has no such variant."""
        request = _request(platform, slot, visitor, "", None)
        code = self._library.sluice_overrides_pin(self._pins, ctypes.byref(request), Text.of(text_of(variant, "variant")))
        if code != OK:
            raise error_of(code)

    def __del__(self) -> None:
        pins, self._pins = getattr(self, "_pins", None), None
        if pins:
            self._library.sluice_overrides_close(pins)


class Host:
    """The table in service of a state directory, of its `allocations`, or of one table's directory.

    All threads may use it at once. It does not outlive a fork: open it in the worker process. Without a table it opens all the same,
    since the next look may find one; `refresh` raises why there is none.

    Names and ids are texts, and whole numbers count as their digits, as in the service; others raise TypeError.
    """

    def __init__(self, path: str, pipeline: Optional[str] = None, library: Optional[str] = None):
        self._library = load(library)
        self._process = os.getpid()
        self._host: Optional[int] = self._library.sluice_host_open(
            c_text(os.fsencode(path), f"the path {path!r}"),
            None if pipeline is None else c_text(pipeline.encode("utf-8"), f"the pipeline's name {pipeline!r}"),
        )
        if not self._host:
            raise RandomizerError(f"{path!r} cannot be opened: the path is not UTF-8")

    def close(self) -> None:
        """Ends the host: the last thing that is done with it."""
        host, self._host = self._host, None
        self._library.sluice_host_close(host)

    def __enter__(self) -> Host:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def refresh(self) -> bool:
        """Looks for a new table now; True when one came into service. One that is not fit raises TableRefused, and the last one stays."""
        return self._check(self._library.sluice_host_refresh(self._open())) == LOADED

    def watch(self, seconds: float) -> None:
        """Looks for a new table every so many seconds, on a thread of the library's own; 0 ends it."""
        self._check(self._library.sluice_host_watch(self._open(), seconds))

    def status(self) -> Status:
        """How the host is, for health checks."""
        status = HostStatus()
        self._check(self._library.sluice_host_status(self._open(), ctypes.byref(status)))
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
        self,
        platform: Name,
        slot: Name,
        visitor: Name,
        segment: Name = "",
        allowed: Optional[Iterable[Name]] = None,
        overrides: Optional[Overrides] = None,
    ) -> Assignment:
        """Says what a visitor is shown; `allowed` are the variants that can be shown here and now (None: all).

        Raises NoTable, UnknownSlot or NoneAllowed: show the slot's default.
        """
        request = _request(platform, slot, visitor, segment, allowed)
        pins = None if overrides is None else overrides._pins
        capacity = 256
        while True:
            memory = ctypes.create_string_buffer(capacity)
            answer = Answer(ctypes.cast(memory, ctypes.c_char_p), capacity)
            code = self._library.sluice_assign_overridden(
                self._open(), pins, ctypes.byref(request), ctypes.byref(answer)
            )
            if code == TOO_SMALL:
                capacity = answer.variant_count + 1
                continue
            self._check(code)
            return Assignment(
                variant=ctypes.string_at(memory, answer.variant_count).decode("utf-8"),
                propensity=answer.propensity,
                date=answer.date.decode(),
                has_own_group=bool(answer.has_own_group),
                is_override=bool(answer.is_override),
                is_control=bool(answer.is_control),
            )

    def assign_batch(self, platform: Name, slot: Name, visitors: Sequence[Name], segment: Name = "") -> list[Assignment]:
        """Says what many visitors of one segment are shown, all by one table. Raises as `assign` does."""
        request = _request(platform, slot, "", segment, None)
        encoded = [visitor.encode("utf-8") for visitor in texts_of(visitors, "visitors")]
        count = len(encoded)
        ends = (ctypes.c_size_t * max(1, count))(*itertools.accumulate(map(len, encoded)))
        places = (ctypes.c_size_t * max(1, count))()
        arms = Arms(variants_capacity=4096, capacity=64)
        while True:
            variants = ctypes.create_string_buffer(arms.variants_capacity)
            arm_ends, propensities = (ctypes.c_size_t * arms.capacity)(), (ctypes.c_double * arms.capacity)()
            arms.variants = ctypes.cast(variants, ctypes.c_char_p)
            arms.ends, arms.propensities = arm_ends, propensities
            code = self._library.sluice_assign_batch(
                self._open(), ctypes.byref(request), b"".join(encoded), ends, count, places, ctypes.byref(arms)
            )
            if code == TOO_SMALL:
                arms.variants_capacity, arms.capacity = arms.variants_count + 1, arms.count
                continue
            self._check(code)
            break
        text, answers, begin = variants.raw, [], 0
        for place in range(arms.count):
            answers.append(
                Assignment(
                    variant=text[begin : arm_ends[place]].decode("utf-8"),
                    propensity=propensities[place],
                    date=arms.date.decode(),
                    has_own_group=bool(arms.has_own_group),
                )
            )
            begin = arm_ends[place]
        return [answers[places[number]] for number in range(count)]

    def explain(self, platform: Name, slot: Name, visitor: Name, segment: Name = "") -> dict[str, Any]:
        """Says why a visitor is shown what it is: the table's date, what the holdout decided, and all arms in the visitor's order."""
        request = _request(platform, slot, visitor, segment, None)
        capacity, count = 4096, ctypes.c_size_t()
        while True:
            memory = ctypes.create_string_buffer(capacity)
            code = self._library.sluice_explain(
                self._open(), ctypes.byref(request), memory, capacity, ctypes.byref(count)
            )
            if code == TOO_SMALL:
                capacity = count.value + 1
                continue
            self._check(code)
            explanation: dict[str, Any] = json.loads(memory.raw[: count.value])
            return explanation

    def _open(self) -> int:
        """The host, as long as it may be used."""
        if self._host is None:
            raise RandomizerError("the host is closed; open another")
        if os.getpid() != self._process:
            raise RandomizerError("the host does not outlive a fork; open it in the process that uses it")
        return self._host

    def _check(self, code: int) -> int:
        if code >= 0:
            return code
        if code == NO_TABLE:
            raise NoTable(f"no table is in service: {self.status().fault or 'none was looked for yet'}")
        if code == REFUSED:
            raise TableRefused(self.status().fault or "what lies on disk is not fit for service")
        raise error_of(code)


def _request(platform: Name, slot: Name, visitor: Name, segment: Name, allowed: Optional[Iterable[Name]]) -> Request:
    # What is remembered of a name is remembered by its text: 1 and True would be the same.
    texts = (
        _name(text_of(platform, "platform")),
        _name(text_of(slot, "slot")),
        _name(text_of(segment, "segment")),
        Text.of(text_of(visitor, "visitor")),
    )
    if allowed is None:
        return Request(*texts)
    names = _names(texts_of(allowed, "allowed"))
    return Request(*texts, *names)


@functools.lru_cache(maxsize=4096)
def _name(name: str) -> Text:
    """A name that comes again with other visitors. The library writes to none of these."""
    return Text.of(name)


@functools.lru_cache(maxsize=256)
def _names(names: tuple[str, ...]) -> tuple[Any, int]:
    # An empty list is not the same as none: a pointer that is not NULL says so.
    array = (Text * max(1, len(names)))(*(Text.of(name) for name in names))
    return ctypes.cast(array, ctypes.POINTER(Text)), len(names)
