"""Programs run one at a time as whole processes, with what they cost."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from dataclasses import dataclass


@dataclass
class Measurement:
    """One run of a program, from its start to its end, with everything it wrote.

    `peak_bytes` is the greatest resident size of the process or of a child it waited for; the kernel starts it at the size of
    this program (some 15 MB), so less than that is not seen.
    """

    exit_code: int
    seconds: float
    processor_seconds: float
    peak_bytes: int
    output: str
    errors: str

    @property
    def complaint(self) -> str:
        """Its last words, in a line."""
        lines = [line.strip() for line in self.errors.splitlines() if line.strip()]
        return (lines[-1] if lines else f"exit {self.exit_code}")[:160]


def measure(command: list[str]) -> Measurement:
    """Runs a program and waits for it. Its outputs go to files, so that reading them takes nothing from it."""
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=errors)
        # wait4 is what tells the usage of this child alone.
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        return Measurement(
            exit_code=process.returncode,
            seconds=seconds,
            processor_seconds=usage.ru_utime + usage.ru_stime,
            # Linux counts in kibibytes, macOS in bytes.
            peak_bytes=usage.ru_maxrss * (1 if os.uname().sysname == "Darwin" else 1024),
            output=_text(output),
            errors=_text(errors),
        )


def _text(file) -> str:
    file.seek(0)
    return file.read().decode("utf-8", errors="replace")
