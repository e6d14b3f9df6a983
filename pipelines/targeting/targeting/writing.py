"""Results on disk: whole or not at all, and the same bytes from the same figures."""

from __future__ import annotations

import csv
import gzip
import io
import json
import math
import os
import secrets
from collections.abc import Iterable

from .console import INPUT_OUTPUT, Failure, usage


def decimal(value: float, digits: int = 9) -> str:
    """A number with at most so many decimals, no trailing zeros and no exponent; nothing for one that is undefined."""
    if not math.isfinite(value):
        return ""
    text = f"{value:.{digits}f}"
    if digits:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def check_writable(path: str) -> None:
    """Raises, before long work, where a result could not be written."""
    if path == "-":
        raise usage("results go to a file, not to standard output: name one")
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise Failure(INPUT_OUTPUT, f"{folder}: is no folder: make it first")
    if os.path.isdir(path):
        raise Failure(INPUT_OUTPUT, f"{path}: is a folder: name a file")
    if not os.access(folder, os.W_OK):
        raise Failure(INPUT_OUTPUT, f"{folder}: cannot be written to: check its permissions")


def write(path: str, content: bytes) -> None:
    """Writes a file by a temporary one beside it: whoever reads finds the old bytes or the new."""
    if path.endswith(".gz"):
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0) as file:
            file.write(content)
        content = packed.getvalue()
    elif path.endswith(".zst"):
        import zstandard

        content = zstandard.ZstdCompressor(level=3).compress(content)
    folder = os.path.dirname(os.path.abspath(path))
    temporary = os.path.join(folder, f".{os.path.basename(path)}.{secrets.token_hex(6)}.tmp")
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
    try:
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]
        os.fsync(file)
        os.close(file)
        file = -1
        os.replace(temporary, path)
    except BaseException:
        if file >= 0:
            os.close(file)
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def csv_bytes(header: list[str], rows: Iterable[Iterable[str]]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def write_json(path: str, value: dict) -> None:
    write(path, (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode())
