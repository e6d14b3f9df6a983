"""What the commands say: errors with their exit codes, warnings, and progress. Standard output stays empty."""

from __future__ import annotations

import argparse
import importlib
import sys
import time

DONE = 0
USAGE = 64
BAD_DATA = 65
NO_DATA = 66
MISSING_PACKAGE = 69
INPUT_OUTPUT = 74


class Failure(Exception):
    """An end before anything is written: the exit code, what is wrong, and what to do."""

    def __init__(self, code: int, text: str):
        super().__init__(text)
        self.code = code


def usage(text: str) -> Failure:
    return Failure(USAGE, text)


def bad_data(text: str) -> Failure:
    return Failure(BAD_DATA, text)


class Parser(argparse.ArgumentParser):
    """Ends with the exit code of a wrong command line, 64."""

    def error(self, message: str):
        raise usage(f"{message}; see --help")


def names(text: str) -> set[str]:
    """Names of an option's value, separated by commas."""
    return {name for name in text.split(",") if name}


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def warn(text: str) -> None:
    say(f"warning: {text}")


class Progress:
    """How far long work is: a line that is written over on a terminal, else a line every ten seconds."""

    def __init__(self, what: str, total: int):
        self._what = what
        self._total = total
        self._done = 0
        self._start = self._last = time.monotonic()
        self._terminal = sys.stderr.isatty()

    def step(self, note: str = "") -> None:
        self._done += 1
        now = time.monotonic()
        finished = self._done == self._total
        if now - self._last < (0.2 if self._terminal else 10) and not (finished and now - self._start > 10):
            return
        self._last = now
        left = (now - self._start) / self._done * (self._total - self._done)
        text = f"{self._what}: {self._done} of {self._total}{', ' + note if note else ''}, about {left:.0f} s left"
        if self._terminal:
            sys.stderr.write(f"\r\x1b[K{text}" + ("\r\x1b[K" if finished else ""))
            sys.stderr.flush()
        else:
            say(text)


def needs(packages: dict[str, str], target: str) -> None:
    """Checks that packages can be imported. `packages`: module to its name on PyPI; `target`: what of the Makefile installs
    them."""
    missing = []
    for module, package in packages.items():
        try:
            importlib.import_module(module)
        except ImportError:
            missing.append(package)
    if missing:
        raise Failure(
            MISSING_PACKAGE,
            f"{', '.join(missing)} {'is' if len(missing) == 1 else 'are'} missing from {sys.executable}:"
            f" run `make {target}` and start this with .build/{target}-venv/bin/python",
        )


def run(main, name: str) -> int:
    """Calls a command's main function and turns what it raises into a message and an exit code."""
    try:
        main()
        return DONE
    except Failure as failure:
        say(f"{name}: {failure}")
        return failure.code
    except MemoryError:
        say(f"{name}: out of memory: give it fewer customers at a time, or --engine spark")
        return INPUT_OUTPUT
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        say(f"{name}: {place}{error.strerror or error}: check the path, its permissions and the space left")
        return INPUT_OUTPUT
    except KeyboardInterrupt:
        say(f"{name}: interrupted, nothing written")
        return 130
