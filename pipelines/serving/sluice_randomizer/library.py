"""libSluiceRandomizer.so by ctypes: its structures and functions as sluice_randomizer.h declares them."""

from __future__ import annotations

import ctypes
import os
from typing import Optional

from .errors import LibraryNotFound, NoneAllowed, RandomizerError, UnknownSlot

INTERFACE_VERSION = 1
LOADED, OK = 1, 0
INVALID, NO_TABLE, UNKNOWN_SLOT, NONE_ALLOWED, TOO_SMALL, REFUSED, NO_THREAD = range(-1, -8, -1)
FILE = "libSluiceRandomizer.so"


class Text(ctypes.Structure):
    """`sluice_text`. It keeps what it points to."""

    _fields_ = [("bytes", ctypes.c_char_p), ("count", ctypes.c_size_t)]

    @classmethod
    def of(cls, text: str) -> Text:
        encoded = text.encode("utf-8")
        return cls(encoded, len(encoded))


class Request(ctypes.Structure):
    """`sluice_request`."""

    _fields_ = [
        ("platform", Text),
        ("slot", Text),
        ("segment", Text),
        ("visitor", Text),
        ("allowed", ctypes.POINTER(Text)),
        ("allowed_count", ctypes.c_size_t),
    ]


class Answer(ctypes.Structure):
    """`sluice_assignment`."""

    _fields_ = [
        ("variant", ctypes.c_char_p),
        ("variant_capacity", ctypes.c_size_t),
        ("variant_count", ctypes.c_size_t),
        ("propensity", ctypes.c_double),
        ("date", ctypes.c_char * 11),
        ("has_own_group", ctypes.c_uint8),
        ("is_override", ctypes.c_uint8),
        ("is_control", ctypes.c_uint8),
    ]


class Arms(ctypes.Structure):
    """`sluice_arms`."""

    _fields_ = [
        ("variants", ctypes.c_char_p),
        ("variants_capacity", ctypes.c_size_t),
        ("ends", ctypes.POINTER(ctypes.c_size_t)),
        ("propensities", ctypes.POINTER(ctypes.c_double)),
        ("capacity", ctypes.c_size_t),
        ("variants_count", ctypes.c_size_t),
        ("count", ctypes.c_size_t),
        ("date", ctypes.c_char * 11),
        ("has_own_group", ctypes.c_uint8),
    ]


class HostStatus(ctypes.Structure):
    """`sluice_status`."""

    _fields_ = [
        ("date", ctypes.c_char * 11),
        ("is_watching", ctypes.c_uint8),
        ("loaded_at", ctypes.c_double),
        ("checked_at", ctypes.c_double),
        ("loads", ctypes.c_uint64),
        ("refusals", ctypes.c_uint64),
        ("fault", ctypes.c_char * 512),
    ]


_POINTER, _SIZE, _CODE = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int32
_SIGNATURES = {
    "sluice_version": ([], _CODE),
    "sluice_host_open": ([ctypes.c_char_p, ctypes.c_char_p], _POINTER),
    "sluice_host_close": ([_POINTER], None),
    "sluice_host_refresh": ([_POINTER], _CODE),
    "sluice_host_watch": ([_POINTER, ctypes.c_double], _CODE),
    "sluice_host_status": ([_POINTER, ctypes.POINTER(HostStatus)], _CODE),
    "sluice_overrides_open": ([], _POINTER),
    "sluice_overrides_close": ([_POINTER], None),
    "sluice_overrides_pin": ([_POINTER, ctypes.POINTER(Request), Text], _CODE),
    "sluice_assign_overridden": ([_POINTER, _POINTER, ctypes.POINTER(Request), ctypes.POINTER(Answer)], _CODE),
    "sluice_assign_batch": (
        [
            *(_POINTER, ctypes.POINTER(Request), ctypes.c_char_p, ctypes.POINTER(_SIZE), _SIZE),
            *(ctypes.POINTER(_SIZE), ctypes.POINTER(Arms)),
        ],
        _CODE,
    ),
    "sluice_explain": ([_POINTER, ctypes.POINTER(Request), ctypes.c_char_p, _SIZE, ctypes.POINTER(_SIZE)], _CODE),
}
_ERRORS: dict[int, tuple[type[RandomizerError], str]] = {
    INVALID: (RandomizerError, "an argument is not legal"),
    UNKNOWN_SLOT: (UnknownSlot, "the table has no such platform and slot: show the slot's default"),
    NONE_ALLOWED: (NoneAllowed, "no allowed variant has traffic: show the slot's default"),
    NO_THREAD: (RandomizerError, "the system gives no thread"),
}


def load(path: Optional[str] = None) -> ctypes.CDLL:
    """Loads the library: from `path`, from SLUICE_RANDOMIZER_LIBRARY, from this package's folder (a wheel has it there), or by name
    from where the system looks. Raises LibraryNotFound, which says where it looked and what to do."""
    named = path or os.environ.get("SLUICE_RANDOMIZER_LIBRARY")
    bundled = os.path.join(os.path.dirname(os.path.abspath(__file__)), FILE)
    found = named or (bundled if os.path.exists(bundled) else FILE)
    try:
        library = ctypes.CDLL(found)
    except OSError as error:
        if named:
            remedy = "correct the path that `library` or SLUICE_RANDOMIZER_LIBRARY gives"
        else:
            remedy = (
                "install the wheel, which has it inside (`make wheel`), or build it (`make library`) and set "
                "SLUICE_RANDOMIZER_LIBRARY to its path"
            )
        raise LibraryNotFound(f"{found} cannot be loaded: {error}; {remedy}") from error
    try:
        for name, (arguments, result) in _SIGNATURES.items():
            function = getattr(library, name)
            function.argtypes, function.restype = arguments, result
        version = library.sluice_version()
    except AttributeError as error:
        raise LibraryNotFound(f"{found} is older than this package: {error}; build it anew by `make library`") from error
    if version != INTERFACE_VERSION:
        raise LibraryNotFound(
            f"{found} speaks interface {version}, this package {INTERFACE_VERSION}; use both of one version of Sluice"
        )
    return library


def error_of(code: int) -> RandomizerError:
    """What a code below zero means."""
    kind, text = _ERRORS.get(code, (RandomizerError, f"error {code}"))
    return kind(text)
