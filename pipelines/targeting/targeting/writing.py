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


def check_writable(path: str, inputs: Iterable[str] = ()) -> None:
    """Raises, before long work, where a result could not be written, or would take the place of a file that is read."""
    if path == "-":
        raise usage("results go to a file, not to standard output: name one")
    for other in inputs:
        if other != "-" and os.path.exists(path) and os.path.exists(other) and os.path.samefile(path, other):
            raise usage(f"{path}: is the {other} that is read: name another file for the result")
    path = os.path.realpath(path)
    folder = os.path.dirname(os.path.abspath(path))
    if not os.path.isdir(folder):
        raise Failure(INPUT_OUTPUT, f"{folder}: is no folder: make it first")
    if os.path.isdir(path):
        raise Failure(INPUT_OUTPUT, f"{path}: is a folder: name a file")
    if os.path.exists(path) and not os.path.isfile(path):
        raise Failure(INPUT_OUTPUT, f"{path}: is a device or a pipe, and results replace files whole: name a file")
    if not os.access(folder, os.W_OK):
        raise Failure(INPUT_OUTPUT, f"{folder}: cannot be written to: check its permissions")


def packed(path: str, content: bytes) -> bytes:
    """The bytes of a file of such a name: compressed, where it ends in .gz or .zst."""
    if path.endswith(".gz"):
        buffer = io.BytesIO()
        with gzip.GzipFile(filename="", fileobj=buffer, mode="wb", mtime=0) as file:
            file.write(content)
        return buffer.getvalue()
    if path.endswith(".zst"):
        import zstandard

        return zstandard.ZstdCompressor(level=3).compress(content)
    return content


def write(path: str, content: bytes) -> None:
    """Writes a result, compressed as its name says."""
    write_files([(path, packed(path, content))])


def write_files(files: list[tuple[str, bytes]]) -> None:
    """Writes files by temporary ones beside them, behind whatever links lead to them: whoever reads one finds its old bytes or the
    new. All are on disk before the first takes its name, and they take them in this order."""
    files = [(os.path.realpath(path), content) for path, content in files]
    temporaries: list[str] = []
    try:
        for path, content in files:
            folder, name = os.path.split(os.path.abspath(path))
            temporaries.append(os.path.join(folder, f".{name}.{secrets.token_hex(6)}.tmp"))
            file = os.open(temporaries[-1], os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o666)
            try:
                rest = memoryview(content)
                while rest:
                    rest = rest[os.write(file, rest) :]
                os.fsync(file)
            except OSError as error:
                # These calls name no file themselves.
                raise OSError(error.errno, error.strerror, path) from None
            finally:
                os.close(file)
        for temporary, (path, _) in zip(temporaries, files):
            os.replace(temporary, path)
            _sync_folder(path)
    except BaseException:
        for temporary in temporaries:
            if os.path.exists(temporary):
                os.unlink(temporary)
        raise


def _sync_folder(path: str) -> None:
    """Makes the name of a file last."""
    handle = os.open(os.path.dirname(os.path.abspath(path)), os.O_RDONLY | os.O_DIRECTORY)
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


def json_bytes(value: dict) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()
