"""What counts as a name or an id: one rule for this package, its provider and the banner service."""

from __future__ import annotations

from numbers import Integral
from typing import Iterable, Union

from .errors import RandomizerError

Name = Union[str, int]


def text_of(value: object, name: str) -> str:
    """A name or an id as text: a whole number is its decimal text, 7 and 7.0 alike. Raises TypeError for what is neither."""
    if isinstance(value, str):
        return value
    # Integral: the numbers of NumPy too. Beyond 2^53 a float is a number that was rounded.
    is_whole = isinstance(value, Integral) or (isinstance(value, float) and value.is_integer() and abs(value) < 2**53)
    if is_whole and not isinstance(value, bool):
        whole = int(value)  # type: ignore[call-overload]
        if abs(whole) < 10**18:
            return str(whole)
    is_number = isinstance(value, (float, Integral)) and not isinstance(value, bool)
    kind = "a number that is not whole, or too large" if is_number else f"of the type {type(value).__name__}"
    raise TypeError(f"'{name}' is {kind}; give a text, or a whole number of at most 18 digits, which counts as its digits")


def texts_of(values: Iterable[Name], name: str) -> tuple[str, ...]:
    """Many of them. A text can be gone through too, letter by letter, which nobody means."""
    if isinstance(values, (str, bytes)):
        raise TypeError(f"'{name}' is of the type {type(values).__name__}; give a list, also of one")
    return tuple(value if isinstance(value, str) else text_of(value, f"one of {name}") for value in values)


def c_text(encoded: bytes, what: str) -> bytes:
    """A text for C, which would end at a zero byte and mean another."""
    if b"\0" in encoded:
        raise RandomizerError(f"{what} has a zero byte; give it without")
    return encoded


__all__ = ["Name", "c_text", "text_of", "texts_of"]
