"""CSV files as marketers have them: read line by line, what cannot be read counted, with file, line and remedy.

- A file is UTF-8 with or without a byte order mark, plain, `.gz` or `.zst`; `-` is standard input.
- Columns come in any order. A line that cannot be read is left out and counted; above 1 % of them nothing is computed.
- A number is a plain or scientific decimal: no blanks, no thousands separators, no percent signs, not NaN and not infinite. One
  beyond ±1e30 ends the run: its squares and products would be no numbers any more. One nearer to 0 than 1e-30 is read as 0.
"""

from __future__ import annotations

import csv
import difflib
import gzip
import io
import re
import sys
import zlib
from collections.abc import Iterator

from .console import INPUT_OUTPUT, Failure, bad_data, usage, warn

NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
SAMPLES = 5
MOST_REJECTED = 0.01
# Squares and products of numbers within these, and those over propensities, stay far within what a double can hold; single
# precision, which forests split by, reaches to 3e38.
LARGEST = 1e30
SMALLEST = 1e-30
FORMULA_STARTS = tuple("=+-@\t\r")
csv.field_size_limit(1 << 20)


def number(text: str) -> float | None:
    """The number that a field states; nil when it states none, or one beyond ±1e30."""
    if not is_number(text):
        return None
    value = float(text)
    if abs(value) > LARGEST:
        return None
    return 0.0 if abs(value) < SMALLEST else value


def is_number(text: str) -> bool:
    """Whether a field is written as a number, however large."""
    return NUMBER.fullmatch(text) is not None


def shown(text: str) -> str:
    """A field as messages show it: its beginning, where it is long."""
    return text if len(text) <= 40 else text[:39] + "…"


def no_number(name: str, text: str) -> str:
    """Says why a field is no number, and what to write."""
    field = repr(shown(text))
    if text == "":
        return f"{name} is empty: write a number"
    if "," in text and number(text.replace(",", "")) is not None:
        return f"{name} {field} is no number: write it without separators, as {shown(text.replace(',', ''))}"
    if text.endswith("%"):
        return f"{name} {field} is no number: write a share as a decimal, 0.2 for 20 %"
    if text != text.strip():
        return f"{name} {field} has blanks around it: take them away"
    return f"{name} {field} is no number: write a decimal such as 12.5"


def pairs(text: str) -> dict[str, float]:
    """The numbers by name of an option's value: `mail=0.10,sms=0.25`."""
    result: dict[str, float] = {}
    for word in text.split(","):
        name, mark, value = word.rpartition("=")
        if not mark or not name or number(value) is None or name in result:
            raise usage(f"{word!r}: write NAME=NUMBER, each name once, separated by commas")
        result[name] = number(value)
    return result


class Table:
    """One CSV file. `rows` yields the fields of its well-formed lines; `reject` counts a line that its reader cannot use."""

    def __init__(self, path: str, required: list[str]):
        self.path = path
        self.name = "standard input" if path == "-" else path
        self.lines = 0
        self.rejected = 0
        self.samples: list[str] = []
        self._file = _open(path)
        self._reader = csv.reader(self._file, strict=True)
        try:
            header = self._next()
        except StopIteration:
            raise bad_data(f"{self.name}: is empty: the first line must name the columns {', '.join(required)}") from None
        except csv.Error as error:
            raise bad_data(f"{self.name}:1: the header cannot be read: {error}") from None
        self.header = [_printable(name) for name in header]
        self._check(required)
        self.line = self._reader.line_num

    def _check(self, required: list[str]) -> None:
        names = self.header
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise bad_data(f"{self.name}:1: the column {twice[0]!r} stands twice in the header: rename one")
        for column in required:
            if column in names:
                continue
            hint = ""
            if len(names) == 1 and any(mark in names[0] for mark in ";\t|"):
                hint = ": the columns must be separated by commas"
            elif near := difflib.get_close_matches(column, names, 1) or [name for name in names if name.lower().strip() == column]:
                hint = f": is it {near[0]!r}? Rename it"
            raise bad_data(f"{self.name}:1: there is no column {column!r}{hint}; the header has {', '.join(map(repr, names[:20]))}")

    def index(self, column: str) -> int | None:
        return self.header.index(column) if column in self.header else None

    def propensity(self, text: str) -> float | None:
        """The propensity that a field states. One that is no number rejects the line and is nil; one that no propensity can be ends
        the run."""
        value = self.number("propensity", text)
        if value is not None and not 0 < value <= 1:
            if value == 0 and re.match("[+]?[0.]*[1-9]", text):
                raise self.fault(f"propensity {shown(text)} is below 1e-30, too small to weigh by: mend it, or take the line out")
            remedy = "is it in percent? Write a share, 0.2 for 20 %" if value > 1 else "nobody can have got what nobody gets"
            raise self.fault(f"propensity {shown(text)} is not within (0, 1]: {remedy}")
        return value

    def number(self, name: str, text: str) -> float | None:
        """The number that a field states. A field that is none rejects the line and is nil; one beyond ±1e30 ends the run."""
        value = number(text)
        if value is None:
            if is_number(text):
                raise self.beyond(name, text)
            self.reject(no_number(name, text))
        return value

    def beyond(self, name: str, text: str, line: int | None = None, remedy: str = "") -> Failure:
        """The error of a number that is too large to be computed with."""
        return self.fault(f"{name} {shown(text)} is beyond ±1e30: mend it{remedy}", line)

    def rows(self) -> Iterator[list[str]]:
        """Yields each well-formed line's fields; `line` is the number of the line it begins on."""
        width = len(self.header)
        reader = self._reader
        while True:
            self.line = reader.line_num + 1
            try:
                row = self._next()
            except StopIteration:
                return
            except csv.Error as error:
                if "end of data" in str(error):
                    raise bad_data(f"{self.name}:{self.line}: a quotation mark is opened here and never closed") from None
                self.lines += 1
                self.reject(f"cannot be read as CSV: {error}")
                continue
            if not row:
                continue
            self.lines += 1
            if len(row) != width:
                self.reject(f"has {len(row)} fields, the header {width}: is a comma not quoted, or the line cut?")
                continue
            try:
                "".join(row).encode()
            except UnicodeEncodeError:
                self.reject("is not UTF-8: save the file as CSV UTF-8")
                continue
            yield row

    def _next(self) -> list[str]:
        try:
            return next(self._reader)
        except (EOFError, zlib.error, gzip.BadGzipFile) as error:
            raise self._broken(error) from None
        except (StopIteration, csv.Error, OSError, MemoryError):
            raise
        except Exception as error:  # The decompressor of .zst has an error of its own.
            raise self._broken(error) from None

    def reject(self, why: str, line: int | None = None) -> None:
        self.rejected += 1
        if len(self.samples) < SAMPLES:
            self.samples.append(f"{self.name}:{line or self.line}: {why}")

    def fault(self, why: str, line: int | None = None) -> Failure:
        """An error at the present line that ends the run."""
        return bad_data(f"{self.name}:{line or self.line}: {why}")

    def finish(self) -> None:
        """Says how many lines were rejected. Raises when they are more than 1 %."""
        if self.rejected == 0:
            return
        samples = "".join(f"\n  {sample}" for sample in self.samples)
        text = f"{self.name}: {self.rejected} of {self.lines} lines rejected:{samples}"
        if self.rejected > MOST_REJECTED * self.lines:
            raise bad_data(f"{text}\nmore than 1 %: nothing is written; mend the file")
        warn(text)

    def _broken(self, error: Exception) -> Failure:
        return Failure(INPUT_OUTPUT, f"{self.name}: is damaged or cut: {error}; copy it anew")


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()


def _open(path: str) -> io.TextIOBase:
    raw = sys.stdin.buffer if path == "-" else open(path, "rb")
    buffered = raw if path == "-" else io.BufferedReader(raw, 1 << 20)
    start = buffered.peek(4)[:4]
    if start[:2] == b"\x1f\x8b":
        buffered = gzip.GzipFile(fileobj=buffered)
    elif start == b"\x28\xb5\x2f\xfd":
        import zstandard

        buffered = io.BufferedReader(
            zstandard.ZstdDecompressor(max_window_size=1 << 31).stream_reader(buffered, read_across_frames=True)
        )
    elif start[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise bad_data(f"{path}: is UTF-16: save it as CSV UTF-8")
    return io.TextIOWrapper(buffered, encoding="utf-8-sig", errors="surrogateescape", newline="")
