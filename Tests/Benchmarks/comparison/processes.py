"""Programs run one at a time as whole processes, with what they cost."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from dataclasses import dataclass

LAUNCHER = os.path.join(os.path.dirname(__file__), "launcher.py")


@dataclass
class Measurement:
    """One run of a program, from its start to its end, with everything it wrote.

    `peak_bytes` is the greatest resident size of the process or of a child it waited for; the kernel starts it at the size of
    the launcher (some 10 MB), so less than that is not seen.
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
        reading, writing = os.pipe()
        with open(reading, encoding="ascii") as report:
            launch = [sys.executable, "-I", "-S", LAUNCHER, str(writing), *command]
            subprocess.run(launch, stdin=subprocess.DEVNULL, stdout=output, stderr=errors, pass_fds=[writing])
            os.close(writing)
            words = report.read().split()
        if len(words) != 4:
            raise OSError(f"{command[0]} cannot be run: {_text(errors)}")
        return Measurement(
            exit_code=os.waitstatus_to_exitcode(int(words[0])),
            seconds=float(words[1]),
            processor_seconds=float(words[2]),
            # Linux counts in kibibytes, macOS in bytes.
            peak_bytes=int(words[3]) * (1 if os.uname().sysname == "Darwin" else 1024),
            output=_text(output),
            errors=_text(errors),
        )


def _text(file) -> str:
    file.seek(0)
    return file.read().decode("utf-8", errors="replace")
