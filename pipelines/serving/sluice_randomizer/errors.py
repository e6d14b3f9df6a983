"""What can go wrong, each with what to do about it."""

from __future__ import annotations


class RandomizerError(Exception):
    """The library did not do what it was asked for."""


class LibraryNotFound(RandomizerError):
    """libSluiceRandomizer.so cannot be loaded, or is not the one for this package."""


class NoTable(RandomizerError):
    """No table is in service yet; the text says why."""


class TableRefused(RandomizerError):
    """What lies on disk is not fit for service, and what was in service stays; the text says why."""


class UnknownSlot(RandomizerError):
    """The table has no such platform and slot."""


class NoneAllowed(RandomizerError):
    """No allowed variant has traffic."""
